"""The coefficients expanded for one format: what the model, the bulk simulator and the win
probability all read.

A format of 20 overs or fewer uses the T20 family, one of 50 the ODI family, and between them the
predictors are blended in proportion to the overs. Time is counted from the end, so the first ball
of a T5 is played like the sixteenth over of a T20 with ten wickets in hand.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np

from engine.chance.classes import CLASS_OF, CLASSES, BallClass, Floats, Ints
from engine.chance.coefficients import Coefficients, FittedFamily
from engine.chance.design import (
    BALLS_PER_OVER,
    FACED_BINS,
    FACED_STARTS,
    FACTORS,
    ODI_FAMILY,
    ORDERS,
    PHASES,
    SEASONS,
    T20_FAMILY,
    WICKETS,
    WOMEN_FAMILY,
    Family,
    Situations,
    Weights,
    weights,
)
from engine.cricket.errors import UnknownFormat
from engine.cricket.formats import MAX_OVERS, MAX_OVERS_WOMEN, Format
from engine.cricket.outcomes import ALLOWED_ON_FREE_HIT, OUTCOMES
from engine.cricket.players import Game
from engine.eras import FIRST_ERA

SCORING, ECONOMY, WICKET, CONDITIONS = range(4)  # rows of `FormatTables.effects`
RATE_STEPS: Final = 4  # required rate is told in quarters of a run an over …
RATE_MAX: Final = 36.0  # … up to six sixes
RATE_SIZE: Final = int(RATE_MAX) * RATE_STEPS + 1

_ON_FREE_HIT: Final = np.array(
    [o.dismissal is None or o.dismissal in ALLOWED_ON_FREE_HIT for o in OUTCOMES]
)
_WICKET_ALONE: Final = tuple(float(c is BallClass.WICKET) for c in BallClass)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatTables:
    """Predictors by legal ball `b` (0-based), classes last; `b` runs to `balls` - 1.

    Those of one season, `era`, which `base` has on top of `timeless`; `seasons` (season from
    `FIRST_ERA`, phase, class) has them all.

    `base` (2 innings, b, wickets, class) · `settled` (b, faced bin, class) · `order` (b, order - 1,
    class) · `crease` (b, faced bin, order - 1, class) these two together · `rate` (b, quarter runs
    an over, class) · `free_hit` (class) · `phase` (b) index into `PHASES` · `split` (free hit,
    phase, outcome) chance of an outcome given its class · `effects` (4, class): scoring, economy,
    wickets, conditions · `press`, `overreach` (class).
    """

    balls: int
    era: int
    base: Floats
    timeless: Floats
    settled: Floats
    order: Floats
    crease: Floats
    rate: Floats
    free_hit: Floats
    phase: Ints
    split: Floats
    effects: Floats
    press: Floats
    overreach: Floats
    seasons: Floats

    def __post_init__(self) -> None:
        """A captain in the same process can read the tables, not change the game for later ones."""
        for table in (getattr(self, field.name) for field in fields(self)):
            if isinstance(table, np.ndarray):
                table.flags.writeable = False


def odi_share(max_overs: int) -> float:
    """How much of the ODI family a format of so many overs takes, 0…1."""
    span = ODI_FAMILY.overs - T20_FAMILY.overs
    return min(1.0, max(0.0, (max_overs - T20_FAMILY.overs) / span))


def family_shares(fmt: Format, game: Game) -> dict[Family, float]:
    """How much a format takes of each family; they sum to one. Raises `UnknownFormat`."""
    check_priced(fmt, game)
    if game is Game.WOMEN:
        return {WOMEN_FAMILY: 1.0}
    share = odi_share(fmt.max_overs)
    shares = {T20_FAMILY: 1.0 - share, ODI_FAMILY: share}
    return {family: part for family, part in shares.items() if part > 0.0}


def rate_index(needed: int, balls_left: int) -> int:
    """Where a required rate stands in `FormatTables.rate`."""
    return min(
        RATE_SIZE - 1, (needed * BALLS_PER_OVER * RATE_STEPS + balls_left // 2) // balls_left
    )


def longest(game: Game) -> int:
    """The most overs that matches of this game are played with."""
    return MAX_OVERS_WOMEN if game is Game.WOMEN else MAX_OVERS


def check_priced(fmt: Format, game: Game) -> None:
    """Raises `UnknownFormat` where the model knows no such matches."""
    if fmt.max_overs > longest(game):
        raise UnknownFormat(fmt.name, f"{game.value} play 1 to {longest(game)} overs")


def build_tables(
    coefficients: Coefficients, fmt: Format, era: int, game: Game = Game.MEN
) -> FormatTables:
    """Expand the coefficients for a format, a season and a game. Raises `UnknownFormat`."""
    mixed: dict[str, Floats] = {}
    for family, share in family_shares(fmt, game).items():
        own = _family_tables(family, coefficients.families[family.name], fmt)
        mixed = {name: mixed.get(name, 0.0) + share * table for name, table in own.items()}
    return _assemble(fmt, era, mixed)


def in_season(tables: FormatTables, era: int) -> FormatTables:
    """The same tables in another season."""
    season = tables.seasons[era - FIRST_ERA][tables.phase]
    return replace(tables, era=era, base=tables.timeless + season[:, None])


def _assemble(fmt: Format, era: int, parts: dict[str, Floats]) -> FormatTables:
    death = parts.pop("death_overs").item()
    ball = np.arange(fmt.max_balls)
    late = (fmt.max_balls - ball) <= death * BALLS_PER_OVER
    early = ball < fmt.powerplay_balls
    phase = np.where(early, 0, np.where(late, 2, 1)).astype(np.intp)
    split = _normal(parts.pop("split"))
    tables = FormatTables(
        balls=fmt.max_balls,
        era=era,
        phase=phase,
        base=parts["timeless"],
        crease=parts["settled"][:, :, None] + parts["order"][:, None],
        split=np.stack([split, _free_hit_split(split)]),
        **parts,
    )
    return in_season(tables, era)


def _free_hit_split(split: Floats) -> Floats:
    """The split with the dismissals that a free hit excludes taken out (ICC 21.19), each class
    summing to one again.
    """
    return _normal(np.where(_ON_FREE_HIT, split, 0.0))


def _normal(split: Floats) -> Floats:
    """The outcomes of each class sum to one, in every phase."""
    normal = split.copy()
    for c in range(CLASSES):
        mine = np.equal(CLASS_OF, c)
        normal[:, mine] /= normal[:, mine].sum(axis=1, keepdims=True)
    return normal


def _family_tables(family: Family, fitted: FittedFamily, fmt: Format) -> dict[str, Floats]:
    tables = {name: np.array(fitted.factors[name]) for name in FACTORS}
    balls = fmt.max_balls
    whens = _grid(fmt, family, innings=2, wickets=WICKETS)
    base = _sum(whens, tables, ("intercept", "time", "powerplay", "wickets"))
    settled = _grid(fmt, family, faced=FACED_BINS)
    order = _grid(fmt, family, order=ORDERS)
    rate = _grid(fmt, family, rate=RATE_SIZE)
    directions = fitted.directions
    return {
        "timeless": base.reshape(balls, 2, WICKETS, CLASSES).swapaxes(0, 1).copy(),
        "settled": _sum(settled, tables, ("settled",)).reshape(balls, FACED_BINS, CLASSES),
        "order": _sum(order, tables, ("order",)).reshape(balls, ORDERS, CLASSES),
        "rate": _sum(rate, tables, ("rate",)).reshape(balls, RATE_SIZE, CLASSES),
        "free_hit": tables["free_hit"][0],
        "split": np.array([_split_row(fitted.splits[phase]) for phase in PHASES]),
        "death_overs": np.array(family.death),
        "effects": np.array(
            [directions.scoring, directions.economy, _WICKET_ALONE, directions.conditions]
        ),
        "press": np.array(directions.press),
        "overreach": np.array(directions.overreach),
        "seasons": tables["season"].reshape(SEASONS, len(PHASES), CLASSES),
    }


def _split_row(split: dict[str, float]) -> Floats:
    return np.array([split.get(outcome.key, 0.0) for outcome in OUTCOMES])


def _grid(
    fmt: Format,
    family: Family,
    *,
    innings: int = 1,
    wickets: int = 1,
    faced: int = 1,
    order: int = 1,
    rate: int = 0,
) -> dict[str, Weights]:
    """The weights of every combination of ball and of the counts given, ball slowest."""
    from_bin = np.array([0, *FACED_STARTS])
    axes = np.meshgrid(
        *(np.arange(n) for n in (fmt.max_balls, innings, wickets, faced, order, max(rate, 1))),
        indexing="ij",
    )
    ball, inn, lost, bins, place, quarter = (axis.ravel() for axis in axes)
    powerplay = fmt.powerplay_balls
    return weights(
        family,
        Situations(
            overs_left=(fmt.max_balls - ball) / BALLS_PER_OVER,
            powerplay=ball / powerplay if powerplay else np.ones(len(ball)),
            innings=inn + 1,
            wickets=lost,
            order=place + 1,
            faced=from_bin[bins],
            free_hit=np.zeros(len(ball), dtype=np.intp),
            rate=quarter / RATE_STEPS if rate else np.full(len(ball), np.nan),
            phase=np.zeros(len(ball), dtype=np.intp),
            season=np.zeros(len(ball), dtype=np.intp),
        ),
    )


def _sum(parts: dict[str, Weights], tables: dict[str, Floats], names: tuple[str, ...]) -> Floats:
    return np.asarray(
        sum(
            (tables[name][parts[name].columns] * parts[name].values[:, :, None]).sum(axis=1)
            for name in names
        )
    )
