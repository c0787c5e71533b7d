"""The last step of the fit: play baseline against baseline in bulk and remove what is left of the
difference.

A logit fitted ball by ball need not give the right innings: players and days have been averaged
over, and states feed back. Levels by over (time and powerplay rows) are moved until the classes'
shares by innings and over agree, and the spreads of conditions until the first innings' spread and
the half-way correlation do. Deterministic: its seeds are fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import numpy as np
from numpy.random import Generator, Philox

from engine.chance.bulk import InningsLog, MatchLogs, play_innings
from engine.chance.classes import CLASS_OF, CLASSES, RUNS_OF, Floats, Ints
from engine.chance.coefficients import Assumptions, Coefficients, Spreads
from engine.chance.design import (
    BALLS_PER_OVER,
    PHASES,
    SEASONS,
    Family,
    factor_shapes,
    hat,
)
from engine.chance.elevens import BulkSource, draw_elevens
from engine.chance.fitting.margins import (
    FACTORS as MARGINS,
)
from engine.chance.fitting.margins import (
    PRIOR_EVENTS,
    Margins,
    margins_in,
    margins_of,
    moves,
    shares_ratio,
)
from engine.chance.fitting.reading import KINDS, NOT_A_WICKET, Deliveries
from engine.chance.fitting.seasons import (
    NO_TREND,
    REFERENCE_SINCE,
    Damping,
    SeasonTable,
    about,
    extended,
    smoothed,
)
from engine.chance.fitting.splits import phase_of_ball
from engine.chance.model import BallModel
from engine.chance.sides import Seasons, Sides, sides_from
from engine.cricket.formats import Format, format_of
from engine.cricket.players import Game
from engine.cricket.state import FIRST_ERA
from engine.seeds import derive_seed

ROUNDS: Final = 10
DAMPING: Final = 0.8
SEASONS_EVERY: Final = 4  # rounds
SEASONS_MATCHES: Final = 2  # times as many as for the rest: they are shared among eleven seasons
# The margins overlap with one another and with the levels by over: small steps do not overshoot.
MARGIN_DAMPING: Final = 0.25
_LEVEL_RIDGE: Final = 1e-2
_SMALLEST_SPREAD: Final = 0.02
_LARGEST_SPREAD: Final = 0.5  # keeps the calibration finite on data too few to calibrate on


@dataclass(frozen=True, slots=True, kw_only=True)
class RealTable:
    """What the data say of whole innings: `shares` deliveries by (innings, over, class), first-
    innings totals' spread, `chases` the mean score of a chase, `eras` the share of the matches that
    each season has; `seasons` where every season is held to its own.
    """

    shares: Floats
    sd: float
    correlation: float
    mean: float
    second_mean: float
    wickets: float
    chases: float
    eras: dict[int, float]
    margins: Margins
    seasons: SeasonTable | None = None
    damping: Damping = NO_TREND


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
        second_mean=float(totals[1].mean()),
        wickets=_wickets(d) / size,
        chases=_chase_score(d, totals),
        eras=_eras(d),
        margins=margins_of(family, d),
    )


def _wickets(d: Deliveries) -> float:
    """Wickets that fell in first innings; those off wides and no-balls too."""
    out = np.isin(d.kind, [i for i, kind in enumerate(KINDS) if kind not in NOT_A_WICKET])
    return float((out & (d.innings == 1)).sum())


def _chase_score(d: Deliveries, totals: list[Ints]) -> float:
    """The mean score of the side batting second: 1 won, ½ tied, 0 lost."""
    target = np.zeros(len(totals[0]))
    np.maximum.at(target, d.match, d.target)
    return float(((totals[1] >= target) + (totals[1] == target - 1) / 2.0).mean())


def _eras(d: Deliveries) -> dict[int, float]:
    """The share of the matches in each season."""
    year = d.year[np.unique(d.match, return_index=True)[1]]
    seasons, matches = np.unique(year, return_counts=True)
    return {int(s): float(n) / len(year) for s, n in zip(seasons, matches, strict=True)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arena:
    """Drawn squads, normal scores of conditions (matches, 4) and seasons for a number of matches of
    one format; the same in every round.
    """

    fmt: Format
    sides: tuple[Sides, Sides]
    scores: Floats
    seasons: Seasons

    def towards(self, spreads: Spreads) -> Floats:
        """What conditions add, (2 innings, matches)."""
        venue, day, *innings = self.scores.T
        shared = spreads.venue * venue + spreads.day * day
        return np.asarray(shared + spreads.innings * np.stack(innings))


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
    fmt, draws = format_of(overs), Generator(Philox(derive_seed("arena", seed)))
    source = BulkSource(draws, matches)
    first, second = (sides_from(draw_elevens(source, coefficients.spreads), fmt) for _ in range(2))
    ends = np.cumsum(list(eras.values())) / sum(eras.values())
    place = np.searchsorted(ends, (np.arange(matches) + 0.5) / matches)
    chosen = np.array(list(eras))[np.minimum(place, len(eras) - 1)]
    return Arena(
        fmt=fmt,
        sides=(first, second),
        scores=draws.standard_normal((matches, 4)),
        seasons=Seasons(era=chosen, game=game),
    )


def play(model: BallModel, arena: Arena, seed: int) -> MatchLogs:
    """All matches of an arena, the first side batting first."""
    draws, when = Generator(Philox(seed)), arena.seasons
    towards = arena.towards(model.coefficients.spreads)
    home, away = arena.sides
    first = play_innings(model, arena.fmt, home, away, towards[0], draws, seasons=when)
    second = play_innings(
        model, arena.fmt, away, home, towards[1], draws, first.runs + 1, seasons=when
    )
    return MatchLogs(first=first, second=second)


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
            if turn % SEASONS_EVERY == 0 and real.seasons is not None:
                coefficients = _with_seasons(coefficients, assumptions, family, real, matches, turn)
                model = BallModel(coefficients, assumptions, digest="")
            logs = play(model, arena, seed=turn)
            coefficients = _with_margins(coefficients, family, real, logs)
            coefficients = _with_levels(coefficients, family, real, logs)
            towards = arena.towards(coefficients.spreads)[0]
            if name == "t20":
                coefficients = _with_spreads(coefficients, real, logs, towards)
            else:
                coefficients = _with_scale(coefficients, name, real, logs, towards)
    return coefficients


def _with_margins(
    coefficients: Coefficients, family: Family, real: RealTable, logs: MatchLogs
) -> Coefficients:
    """Move what all times share of balls faced, order, wickets and required rate."""
    factors = dict(coefficients.families[family.name].factors)
    simulated = margins_in(family, logs)
    for name in MARGINS:
        move = MARGIN_DAMPING * moves(family, name, real.margins, simulated)
        factors[name] = _plain(np.array(factors[name]) + move)
    return _replace_family(coefficients, family.name, factors=factors)


def _with_seasons(
    coefficients: Coefficients,
    assumptions: Assumptions,
    family: Family,
    real: RealTable,
    matches: int,
    turn: int,
) -> Coefficients:
    """Move each season's levels by what its own matches show, then carry the trend on."""
    played = real.seasons
    if played is None:
        return coefficients
    model = BallModel(coefficients, assumptions, digest="")
    years = [FIRST_ERA + int(i) for i in np.flatnonzero(played.counts.any(axis=(1, 2)))]
    many = max(1, SEASONS_MATCHES * matches // len(years))
    simulated = np.zeros_like(played.counts)
    for year in years:  # the same squads, conditions and draws: chance does not part the seasons
        arena = arena_of(coefficients, family.overs, many, 3, eras={year: 1.0}, game=family.game)
        simulated += _season_counts(family, arena, play(model, arena, seed=100 + turn))
    now = np.array(coefficients.families[family.name].factors["season"])
    levels = now.reshape(played.counts.shape)
    ratio = shares_ratio(
        played.counts.reshape(-1, CLASSES), simulated.reshape(-1, CLASSES)
    ).reshape(levels.shape)
    information = 1.0 / (1.0 / np.maximum(played.counts, 1e-9) + 1.0 / np.maximum(simulated, 1e-9))
    table = SeasonTable(levels=levels + ratio - ratio[..., :1], counts=information)
    found = smoothed(table)
    found = extended(found - about(found, played, REFERENCE_SINCE), played.last, real.damping)
    factors = dict(coefficients.families[family.name].factors)
    factors["season"] = _plain(found)
    return _replace_family(coefficients, family.name, factors=factors)


def _season_counts(family: Family, arena: Arena, logs: MatchLogs) -> Floats:
    """Simulated deliveries by (season, phase, class)."""
    counts = np.zeros((SEASONS, len(PHASES), CLASSES))
    balls = range(family.overs * BALLS_PER_OVER)
    phase = np.array([phase_of_ball(family, ball) for ball in balls])
    for log in (logs.first, logs.second):
        bowled = log.outcome >= 0
        season = np.broadcast_to(arena.seasons.era - FIRST_ERA, bowled.shape)[bowled]
        at = season, phase[log.legal[bowled]], CLASS_OF[log.outcome[bowled]]
        np.add.at(counts, at, 1.0)
    return counts


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
    phase = np.array([phase_of_ball(family, over * BALLS_PER_OVER) for over in range(family.overs)])
    time = np.array(factors["time"]).reshape(*shapes["time"], CLASSES)
    powerplay = np.array(factors["powerplay"]).reshape(*shapes["powerplay"], CLASSES)
    for i, log in enumerate((logs.first, logs.second)):
        ratio = _log_ratio(real.shares[i], class_counts(log, family.overs), phase)
        move = DAMPING * (inverse @ ratio)
        time[i] += move[: len(family.time)]
        powerplay[i] += move[len(family.time) :]
    factors["time"] = _plain(time)
    factors["powerplay"] = _plain(powerplay)
    return _replace_family(coefficients, family.name, factors=factors)


def _log_ratio(real: Floats, simulated: Floats, phase: Ints) -> Floats:
    """Log of real over simulated shares, (over, class), against the dot ball; where either is rare
    an over is drawn towards its phase, and a phase towards the whole innings.
    """
    in_phase = np.equal(phase[:, None], np.arange(len(PHASES))).astype(np.float64)
    whole = shares_ratio(real.sum(axis=0, keepdims=True), simulated.sum(axis=0, keepdims=True))
    own = _towards(whole, in_phase.T @ real, in_phase.T @ simulated)
    ratio = _towards(own[phase], real, simulated)
    return np.asarray(ratio - ratio[:, :1])


def _towards(wider: Floats, real: Floats, simulated: Floats) -> Floats:
    """The ratio of each row, drawn to the wider one's where events are few."""
    events = np.minimum(real, simulated)
    cell = shares_ratio(real, simulated)
    return np.asarray(wider + (cell - wider) * events / (events + PRIOR_EVENTS))


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
