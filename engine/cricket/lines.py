"""The lines of a scorecard: what batters and bowlers have done, and the extras.

Apart from the state that holds them, as pydantic reads and makes them too: it can do neither with a
class that is compiled (`engine.compiled`).
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.cricket.outcomes import NOT_OUT, Dismissal
from engine.cricket.players import PlayerIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class BatterLine:
    """One batter's innings. `balls` faced: legal balls and no-balls (wides are not faced).
    `position` 1…11, 0 not yet in.
    """

    position: int = 0
    runs: int = 0
    balls: int = 0
    fours: int = 0
    sixes: int = 0
    dismissal: Dismissal | None = None
    bowler: PlayerIndex | None = None

    @property
    def is_out(self) -> bool:
        return self.dismissal is not None and self.dismissal not in NOT_OUT


@dataclass(frozen=True, slots=True, kw_only=True)
class BowlerLine:
    """One bowler's analysis. `overs` begun (what the quota counts); `balls` legal; `runs` charged
    to him.
    """

    overs: int = 0
    balls: int = 0
    runs: int = 0
    wickets: int = 0
    wides: int = 0
    no_balls: int = 0
    maidens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    wides: int = 0
    no_balls: int = 0
    byes: int = 0
    leg_byes: int = 0
    penalty: int = 0

    @property
    def total(self) -> int:
        return self.wides + self.no_balls + self.byes + self.leg_byes + self.penalty
