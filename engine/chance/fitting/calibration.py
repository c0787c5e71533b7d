"""The last step of the fit: play baseline against baseline in bulk and remove what is left of the
difference.

A logit fitted ball by ball need not give the right innings: players and days have been averaged
over, and states feed back. Levels by over (time and powerplay rows) are moved until the classes'
shares by innings and over agree, and the spreads of conditions until the first innings' spread and
the half-way correlation do. Deterministic: its seeds are fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any, Final

import numpy as np
from numpy.random import Generator, Philox

from engine.chance.bulk import InningsLog, MatchLogs, play_matches
from engine.chance.classes import CLASS_OF, CLASSES, RUNS_OF, Floats
from engine.chance.coefficients import Assumptions, Coefficients, Spreads
from engine.chance.conditions import draw_conditions
from engine.chance.design import BALLS_PER_OVER, Family, factor_shapes, hat
from engine.chance.fitting.reading import Deliveries
from engine.chance.model import BallModel, towards_runs
from engine.chance.sides import Sides, sides_of
from engine.chance.squads import draw_squad
from engine.cricket.formats import Format, format_of
from engine.cricket.players import Game
from engine.cricket.state import Conditions
from engine.seeds import Streams, derive_seed

ROUNDS: Final = 6
DAMPING: Final = 0.8
PRIOR_EVENTS: Final = 150.0  # simulated events at which a cell's own difference counts half
_LARGEST_MOVE: Final = 1.0  # of a log-odds in one round
_LEVEL_RIDGE: Final = 1e-2
_SMALLEST_SPREAD: Final = 0.02
_LARGEST_SPREAD: Final = 0.5  # keeps the calibration finite on data too few to calibrate on


@dataclass(frozen=True, slots=True, kw_only=True)
class RealTable:
    """What the data say of whole innings: `shares` deliveries by (innings, over, class), first-
    innings totals' spread, `eras` the share of the matches that each season has.
    """

    shares: Floats
    sd: float
    correlation: float
    mean: float
    eras: dict[int, float]


def real_table(family: Family, d: Deliveries) -> RealTable:
    """The calibration's targets from the deliveries of one family."""
    shares = np.zeros((2, family.overs, CLASSES))
    over = np.minimum(d.legal // BALLS_PER_OVER, family.overs - 1)
    np.add.at(shares, (d.innings - 1, over, d.outcome), 1.0)
    runs = d.bat + d.wides + d.no_balls + d.byes + d.leg_byes
    size = int(d.match.max()) + 1
    totals = [np.bincount(d.match[d.innings == i], runs[d.innings == i], size) for i in (1, 2)]
    half = d.legal < family.overs * BALLS_PER_OVER // 2
    halves = [
        np.bincount(d.match[half & (d.innings == i)], runs[half & (d.innings == i)], size)
        for i in (1, 2)
    ]
    return RealTable(
        shares=shares,
        sd=float(totals[0].std()),
        correlation=float(np.corrcoef(halves[0], halves[1])[0, 1]) if size > 2 else 0.0,
        mean=float(totals[0].mean()),
        eras=_eras(d),
    )


def _eras(d: Deliveries) -> dict[int, float]:
    """The share of the matches in each season."""
    year = d.year[np.unique(d.match, return_index=True)[1]]
    seasons, matches = np.unique(year, return_counts=True)
    return {int(s): float(n) / len(year) for s, n in zip(seasons, matches, strict=True)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arena:
    """Drawn squads and normal scores of conditions for a number of matches of one format; the same
    in every round.
    """

    fmt: Format
    sides: tuple[Sides, Sides]
    streams: tuple[Streams, ...]
    eras: tuple[int, ...]
    game: Game

    def conditions(self, coefficients: Coefficients) -> list[Conditions]:
        return [
            replace(draw_conditions(s, coefficients), era=era, game=self.game)
            for s, era in zip(self.streams, self.eras, strict=True)
        ]


# The seasons of the T20 targets: matches of each year among 2,912.
REFERENCE_ERAS: Final = {2019: 470, 2020: 351, 2021: 464, 2022: 525, 2023: 530, 2024: 572}


def arena_of(
    coefficients: Coefficients,
    overs: int,
    matches: int,
    seed: int = 1,
    *,
    eras: Mapping[int, float] = REFERENCE_ERAS,
    game: Game = Game.MEN,
) -> Arena:
    """Draw squads for `matches` matches, spread over `eras` by their weights."""
    fmt = format_of(overs)
    streams = tuple(Streams(derive_seed("calibration", seed, i)) for i in range(matches))
    first, second = (
        sides_of([draw_squad(s, name, coefficients, game) for s in streams], fmt)
        for name in ("home", "away")
    )
    ends = np.cumsum(list(eras.values())) / sum(eras.values())
    place = np.searchsorted(ends, (np.arange(matches) + 0.5) / matches)
    chosen = tuple(int(era) for era in np.array(list(eras))[np.minimum(place, len(eras) - 1)])
    return Arena(fmt=fmt, sides=(first, second), streams=streams, eras=chosen, game=game)


def play(model: BallModel, arena: Arena, seed: int) -> MatchLogs:
    """All matches of an arena."""
    draws = Generator(Philox(seed))
    return play_matches(model, arena.fmt, arena.sides, arena.conditions(model.coefficients), draws)


def calibrate(
    coefficients: Coefficients,
    assumptions: Assumptions,
    families: Mapping[str, tuple[Family, RealTable]],
    matches: int,
) -> Coefficients:
    """Coefficients whose bulk play agrees with the real tables."""
    for name, (family, real) in families.items():
        arena = arena_of(coefficients, family.overs, matches, eras=real.eras, game=family.game)
        for turn in range(ROUNDS):
            model = BallModel(coefficients, assumptions, digest="")
            logs = play(model, arena, seed=turn)
            coefficients = _with_levels(coefficients, family, real, logs)
            towards = np.array([towards_runs(c, 1) for c in arena.conditions(coefficients)])
            if name == "t20":
                coefficients = _with_spreads(coefficients, real, logs, towards)
            else:
                coefficients = _with_scale(coefficients, name, real, logs, towards)
    return coefficients


def class_counts(log: InningsLog, overs: int) -> Floats:
    """Simulated deliveries by (over, class)."""
    used = log.outcome >= 0
    over = np.minimum(log.legal[used] // BALLS_PER_OVER, overs - 1)
    counts = np.zeros((overs, CLASSES))
    np.add.at(counts, (over, CLASS_OF[log.outcome[used]]), 1.0)
    return counts


def half_way(log: InningsLog, balls: int) -> Floats:
    """Runs (matches) made off the first `balls` legal balls."""
    counted = (log.outcome >= 0) & (log.legal < balls)
    return np.asarray(np.where(counted, RUNS_OF[log.outcome], 0).sum(axis=0), dtype=np.float64)


def _with_levels(
    coefficients: Coefficients, family: Family, real: RealTable, logs: MatchLogs
) -> Coefficients:
    """Move time and powerplay rows by the log-ratio of real to simulated shares of each over."""
    factors = dict(coefficients.families[family.name].factors)
    basis = _level_basis(family)
    inverse = np.linalg.solve(basis.T @ basis + _LEVEL_RIDGE * np.eye(basis.shape[1]), basis.T)
    shapes = factor_shapes(family)
    time = np.array(factors["time"]).reshape(*shapes["time"], CLASSES)
    powerplay = np.array(factors["powerplay"]).reshape(*shapes["powerplay"], CLASSES)
    for i, log in enumerate((logs.first, logs.second)):
        move = DAMPING * (inverse @ _log_ratio(real.shares[i], class_counts(log, family.overs)))
        time[i] += move[: len(family.time)]
        powerplay[i] += move[len(family.time) :]
    factors["time"] = _plain(time)
    factors["powerplay"] = _plain(powerplay)
    return _replace_family(coefficients, family.name, factors=factors)


def _log_ratio(real: Floats, simulated: Floats) -> Floats:
    """Log of real over simulated shares, (over, class), against the dot ball; where either is rare
    an over is drawn towards the whole innings.
    """
    whole = _shares_ratio(real.sum(axis=0, keepdims=True), simulated.sum(axis=0, keepdims=True))
    cell = _shares_ratio(real, simulated)
    events = np.minimum(real, simulated)
    ratio = whole + (cell - whole) * events / (events + PRIOR_EVENTS)
    return np.asarray(ratio - ratio[:, :1])


def _shares_ratio(real: Floats, simulated: Floats) -> Floats:
    a = real / np.maximum(real.sum(axis=1, keepdims=True), 1.0)
    b = simulated / np.maximum(simulated.sum(axis=1, keepdims=True), 1.0)
    return np.asarray(np.clip(np.log((a + 1e-6) / (b + 1e-6)), -_LARGEST_MOVE, _LARGEST_MOVE))


def _level_basis(family: Family) -> Floats:
    """Mean weight of each time and powerplay row over the balls of each over, (overs, rows)."""
    ball = np.arange(family.overs * BALLS_PER_OVER)
    left = (family.overs * BALLS_PER_OVER - ball) / BALLS_PER_OVER
    gone = ball / family.powerplay_balls
    basis = np.zeros((len(ball), len(family.time) + len(family.powerplay)))
    for weights, shift, on in (
        (hat(left, family.time), 0, np.ones(len(ball))),
        (hat(gone, family.powerplay), len(family.time), (gone < 1.0).astype(np.float64)),
    ):
        np.add.at(basis, (ball[:, None], weights.columns + shift), weights.values * on[:, None])
    return np.asarray(basis.reshape(family.overs, BALLS_PER_OVER, -1).mean(axis=1))


def _with_spreads(
    coefficients: Coefficients, real: RealTable, logs: MatchLogs, towards: Floats
) -> Coefficients:
    """Move the spreads of conditions towards the real spread of totals and the half-way
    correlation.
    """
    first = logs.first.runs.astype(np.float64)
    halves = [half_way(log, BALLS_PER_OVER * 10) for log in (logs.first, logs.second)]
    worth, worth_half = _slope(towards, first), _slope(towards, halves[0])
    spreads = coefficients.spreads
    shared = spreads.venue**2 + spreads.day**2
    covariance = real.correlation * halves[0].std() * halves[1].std()
    missing = covariance - float(np.cov(halves[0], halves[1])[0, 1])
    new_shared = _bounded(shared + DAMPING * missing / worth_half**2)
    total = shared + spreads.innings**2 + DAMPING * (real.sd**2 - first.var()) / worth**2
    ratio = sqrt(new_shared / shared)
    return _replace_spreads(
        coefficients,
        venue=spreads.venue * ratio,
        day=spreads.day * ratio,
        innings=sqrt(_bounded(total - new_shared)),
    )


def _bounded(variance: float) -> float:
    return min(max(variance, _SMALLEST_SPREAD**2), _LARGEST_SPREAD**2)


def _with_scale(
    coefficients: Coefficients, name: str, real: RealTable, logs: MatchLogs, towards: Floats
) -> Coefficients:
    """Stretch the direction of conditions until the spread of totals is right: the spreads are the
    T20's.
    """
    first = logs.first.runs.astype(np.float64)
    mine = (_slope(towards, first) ** 2) * towards.var()
    wanted = mine + DAMPING * (real.sd**2 - first.var())
    wanted = min(max(wanted, 0.25 * mine), 4.0 * mine)
    fitted = coefficients.families[name]
    stretched = np.array(fitted.directions.conditions) * sqrt(wanted / mine)
    directions = fitted.directions.model_copy(update={"conditions": _plain(stretched)})
    return _replace_family(coefficients, name, directions=directions)


def _slope(x: Floats, y: Floats) -> float:
    return float(np.cov(x, y)[0, 1] / x.var(ddof=1)) or 1.0


def _plain(values: Floats) -> Any:
    """Nested tuples of rounded numbers, all leading axes flattened into rows."""
    if values.ndim == 1:
        return tuple(round(float(v), 4) + 0.0 for v in values)
    return tuple(
        tuple(round(float(v), 4) + 0.0 for v in row) for row in values.reshape(-1, CLASSES)
    )


def _replace_family(coefficients: Coefficients, name: str, **changes: Any) -> Coefficients:
    families = dict(coefficients.families)
    families[name] = families[name].model_copy(update=changes)
    return coefficients.model_copy(update={"families": families})


def _replace_spreads(coefficients: Coefficients, **changes: float) -> Coefficients:
    rounded = {name: round(value, 4) for name, value in changes.items()}
    spreads: Spreads = coefficients.spreads.model_copy(update=rounded)
    return coefficients.model_copy(update={"spreads": spreads})
