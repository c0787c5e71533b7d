"""The last step of the fit: play baseline against baseline in bulk and remove what is left of the
difference.

A logit fitted ball by ball need not give the right innings: players and days have been averaged
over, and states feed back. Levels by over (time and powerplay rows) are moved until the classes'
shares by innings and over agree, and the spreads of conditions until the first innings' spread and
the half-way correlation do. Deterministic: its seeds are fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from engine.chance.classes import CLASS_OF, CLASSES, Floats, Ints
from engine.chance.coefficients import Assumptions, Coefficients
from engine.chance.design import (
    BALLS_PER_OVER,
    PHASES,
    SEASONS,
    Family,
    factor_shapes,
    hat,
)
from engine.chance.fitting.arena import Arena, arena_of, class_counts, play
from engine.chance.fitting.margins import FACTORS as MARGINS
from engine.chance.fitting.margins import PRIOR_EVENTS, margins_in, moves, shares_ratio
from engine.chance.fitting.seasons import REFERENCE_SINCE, SeasonTable, about, extended, smoothed
from engine.chance.fitting.splits import phase_of_ball
from engine.chance.fitting.spreading import moved_spreads
from engine.chance.fitting.targets import RealTable
from engine.chance.logs import MatchLogs
from engine.chance.model import BallModel
from engine.eras import FIRST_ERA

ROUNDS: Final = 34
SETTLED: Final = 24  # rounds; the later ones average out what chance does to each
SEASONS_AT: Final = (0, 6, 12, 18)  # rounds
FIRST_ARENA: Final = 10  # seeds of the rounds' squads and conditions, apart from other arenas'
DAMPING: Final = 0.8
SEASONS_MATCHES: Final = 2  # times as many as for the rest: they are shared among eleven seasons
# The margins overlap with one another and with the levels by over: small steps do not overshoot.
MARGIN_DAMPING: Final = 0.25
_LEVEL_RIDGE: Final = 1e-2


def calibrate(
    coefficients: Coefficients,
    assumptions: Assumptions,
    families: Mapping[str, tuple[Family, RealTable]],
    matches: int,
) -> Coefficients:
    """Coefficients whose bulk play agrees with the real tables."""
    for family, real in families.values():
        for turn in range(ROUNDS):
            if turn in SEASONS_AT and real.seasons is not None:
                coefficients = _with_seasons(coefficients, assumptions, family, real, matches, turn)
            arena = arena_of(
                *(coefficients, family.overs, matches, FIRST_ARENA + turn),
                eras=real.eras,
                game=family.game,
            )
            logs = play(BallModel(coefficients, assumptions, digest=""), arena, seed=turn)
            towards, step = arena.towards(coefficients)[0], step_of(turn)
            coefficients = _with_margins(coefficients, family, real, logs, step)
            coefficients = _with_levels(coefficients, family, real, logs, step)
            fitted = coefficients.families[family.name]
            moved = moved_spreads(fitted.conditions, family, real, logs, towards, step)
            coefficients = _replace_family(coefficients, family.name, conditions=moved)
    return coefficients


def step_of(turn: int) -> float:
    """How much of a whole step a round takes: all while there is far to go, then ever less, so
    that the chance of single rounds averages out.
    """
    return 1.0 if turn < SETTLED else 1.0 / (turn - SETTLED + 2)


def _with_margins(
    coefficients: Coefficients, family: Family, real: RealTable, logs: MatchLogs, step: float
) -> Coefficients:
    """Move what all times share of balls faced, order, wickets and required rate."""
    factors = dict(coefficients.families[family.name].factors)
    simulated = margins_in(family, logs)
    for name in MARGINS:
        move = step * MARGIN_DAMPING * moves(family, name, real.margins, simulated)
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


def _with_levels(
    coefficients: Coefficients, family: Family, real: RealTable, logs: MatchLogs, step: float
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
        move = step * DAMPING * (inverse @ ratio)
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
