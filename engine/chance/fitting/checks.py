"""What the finished coefficients reach in bulk play, beside the data: the short table in the
provenance.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.chance.classes import BallClass, Floats
from engine.chance.coefficients import Assumptions, Coefficients
from engine.chance.design import Family
from engine.chance.fitting.arena import arena_of, class_counts, half_way, play
from engine.chance.fitting.reading import Deliveries
from engine.chance.fitting.targets import RealTable
from engine.chance.logs import MatchLogs
from engine.chance.model import BallModel
from engine.eras import FIRST_ERA, LAST_ERA

# A length in each band of the real matches that rain made short.
SHORT: Final = (5, 8, 10, 12, 14, 16, 18)
CHECK_SEED: Final = 2  # squads, conditions and balls that the calibration has not seen
_CHECK_BALLS: Final = 1000  # apart from the seeds of the calibration's rounds


def reached(
    coefficients: Coefficients,
    assumptions: Assumptions,
    *,
    family: Family,
    real: RealTable,
    matches: int,
) -> dict[str, object]:
    """Real and simulated: innings' means and sd, half-way correlation, wickets, chase success."""
    model = BallModel(coefficients, assumptions, digest="")
    overs = family.overs
    arena = arena_of(coefficients, overs, matches, CHECK_SEED, eras=real.eras, game=family.game)
    logs = play(model, arena, _CHECK_BALLS)
    first = logs.first.runs.astype(np.float64)
    return {
        "first_innings_mean": {"real": round(real.mean, 2), "simulated": _rounded(first.mean())},
        "first_innings_sd": {"real": round(real.sd, 2), "simulated": _rounded(first.std())},
        "half_way_correlation": {
            "real": round(real.correlation, 3),
            "simulated": round(half_way_correlation(logs, overs), 3),
        },
        "first_innings_wickets": {
            "real": round(real.wickets, 2),
            "simulated": _rounded(logs.first.wickets.mean()),
        },
        "second_innings_mean": {
            "real": round(real.second_mean, 2),
            "simulated": _rounded(logs.second.runs.mean()),
        },
        "chase_success": {
            "real": round(real.chases, 3),
            "simulated": _rounded(logs.chase_score.mean()),
        },
    }


def by_season(
    coefficients: Coefficients,
    assumptions: Assumptions,
    *,
    family: Family,
    deliveries: Deliveries,
    matches: int,
) -> dict[str, dict[str, float]]:
    """First-innings mean and sixes a hundred deliveries of every season, real where there are data,
    and simulated.
    """
    model, found = BallModel(coefficients, assumptions, digest=""), {}
    for year in range(FIRST_ERA, LAST_ERA + 1):
        arena = arena_of(coefficients, family.overs, matches, CHECK_SEED, eras={year: 1.0})
        logs = play(model, arena, _CHECK_BALLS)
        sixes = sum(
            class_counts(log, family.overs).sum(axis=0) for log in (logs.first, logs.second)
        )
        found[str(year)] = {
            **_of_season(deliveries, year),
            "simulated_mean": _rounded(logs.first.runs.mean()),
            "simulated_sixes": _rounded(100.0 * sixes[BallClass.SIX] / sixes.sum()),
        }
    return found


def _of_season(d: Deliveries, year: int) -> dict[str, float]:
    mine = d.take(np.flatnonzero(d.year == year))
    if not len(mine):
        return {}
    runs = mine.bat + mine.wides + mine.no_balls + mine.byes + mine.leg_byes
    first = mine.innings == 1
    played = len(np.unique(mine.match))
    return {
        "real_mean": _rounded(runs[first].sum() / played),
        "real_sixes": _rounded(100.0 * (mine.outcome == BallClass.SIX).mean()),
        "matches": played,
    }


def short_formats(
    coefficients: Coefficients, assumptions: Assumptions, matches: int
) -> dict[str, dict[str, float]]:
    """First innings of matches shorter than any in the data that were fitted."""
    model, found = BallModel(coefficients, assumptions, digest=""), {}
    for overs in SHORT:
        logs = play(model, arena_of(coefficients, overs, matches, CHECK_SEED), _CHECK_BALLS)
        first, second = logs.first, logs.second
        found[str(overs)] = {
            "mean": _rounded(first.runs.mean()),
            "sd": _rounded(first.runs.std()),
            "wickets": _rounded(first.wickets.mean()),
            "second_runs_an_over": _rounded(6.0 * second.runs.sum() / second.balls.sum()),
            "chases": _rounded(logs.chase_score.mean()),
        }
    return found


def half_way_correlation(logs: MatchLogs, overs: int) -> float:
    """Correlation of the two innings' scores when half the balls are bowled."""
    halves = [half_way(log, overs * 3) for log in (logs.first, logs.second)]
    return float(np.corrcoef(halves[0], halves[1])[0, 1])


def _rounded(value: Floats | float) -> float:
    return round(float(value), 3)
