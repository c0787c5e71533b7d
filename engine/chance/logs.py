"""What many matches at once leave behind (`engine.chance.bulk`): every delivery, as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.chance.classes import Floats, Ints
from engine.chance.sides import Sides

Small = npt.NDArray[np.int16]  # what a log keeps millions of


@dataclass(frozen=True, slots=True, kw_only=True)
class InningsLog:
    """Every delivery of one innings of many matches, (deliveries, matches), the state being that
    before the ball.

    `outcome` indexes `OUTCOMES`, -1 once the innings is over; `order` and `other` are the places of
    the striker and his partner, from 1; `bowler` indexes the bowling squad. `runs`, `wickets`,
    `balls` are the totals (matches).
    """

    outcome: Small
    legal: Small
    lost: Small
    order: Small
    other: Small
    faced: Small
    bowler: Small
    runs: Ints
    wickets: Ints
    balls: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchLogs:
    """Both innings of many matches."""

    first: InningsLog
    second: InningsLog

    @property
    def chase_score(self) -> Floats:
        """1 where the chase won, ½ tied, 0 lost."""
        level = self.second.runs == self.first.runs
        return np.where(self.second.runs > self.first.runs, 1.0, np.where(level, 0.5, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """Many matches with the sides that played them, the side batting first in front."""

    logs: MatchLogs
    sides: tuple[Sides, Sides]
