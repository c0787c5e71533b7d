"""What the finished coefficients reach in bulk play, beside the data: the short table in the
provenance.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.chance.bulk import MatchLogs
from engine.chance.classes import Floats
from engine.chance.coefficients import Assumptions, Coefficients
from engine.chance.design import Family
from engine.chance.fitting.calibration import RealTable, arena_of, half_way, play
from engine.chance.model import BallModel

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
    """Real and simulated first-innings mean and sd, half-way correlation; simulated wickets and
    chase success.
    """
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
        "first_innings_wickets": {"simulated": _rounded(logs.first.wickets.mean())},
        "second_innings_mean": {"simulated": _rounded(logs.second.runs.mean())},
        "chase_success": {"simulated": _rounded(logs.chase_score.mean())},
    }


def half_way_correlation(logs: MatchLogs, overs: int) -> float:
    """Correlation of the two innings' scores when half the balls are bowled."""
    halves = [half_way(log, overs * 3) for log in (logs.first, logs.second)]
    return float(np.corrcoef(halves[0], halves[1])[0, 1])


def _rounded(value: Floats | float) -> float:
    return round(float(value), 3)
