"""The formats of limited-overs cricket: overs an innings, fielding restrictions, bowlers' quotas.

Sources: Laws of Cricket 2017 (2022 code) Law 13.3 (limitation of overs) and 17.8 (quotas by
agreement); ICC T20I and ODI playing conditions clauses 12.9 (quota) and 28.7 (fielding
restrictions). In the code an over is counted in legal balls; "12.3" exists only in notation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.cricket.errors import UnknownFormat

BALLS_PER_OVER: Final = 6  # Law 17.1
MAX_OVERS: Final = 50
MAX_OVERS_WOMEN: Final = 20  # longer matches of theirs are not in the data, so nobody can price one
DEFAULT_OUTSIDE: Final = 5  # ICC 28.7: at most five fielders outside the circle outside a powerplay
POWERPLAY_OUTSIDE: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldingPhase:
    """From legal ball `start` (0-based, inclusive) to `end` (exclusive), at most `outside` outside
    the circle.
    """

    start: int
    end: int
    outside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format of the game. `max_overs` 1…50; `phases` cover every legal ball of an innings, in
    order.
    """

    name: str
    max_overs: int
    phases: tuple[FieldingPhase, ...]

    @property
    def max_balls(self) -> int:
        return self.max_overs * BALLS_PER_OVER

    @property
    def powerplay_balls(self) -> int:
        """Length of the first powerplay in legal balls; none in a super over."""
        first = self.phases[0]
        return first.end if first.outside == POWERPLAY_OUTSIDE else 0

    @property
    def quota(self) -> int:
        """Overs that every bowler may bowl: a fifth of the innings (ICC 12.9)."""
        return self.max_overs // 5

    @property
    def bowlers_with_extra_over(self) -> int:
        """How many bowlers may bowl one over more, where a fifth does not divide (12 overs: 3, 3,
        2, 2, 2).
        """
        return self.max_overs % 5

    def max_outside(self, legal_balls: int) -> int:
        """Fielders allowed outside the circle for the delivery that follows `legal_balls` legal
        balls.
        """
        for phase in self.phases:
            if legal_balls < phase.end:
                return phase.outside
        return DEFAULT_OUTSIDE

    def may_bowl_another(self, overs_bowled: int, others: Sequence[int]) -> bool:
        """Whether a bowler with `overs_bowled` may start an over; `others`: overs begun by the
        other bowlers.
        """
        if overs_bowled < self.quota:
            return True
        taken = sum(1 for overs in others if overs > self.quota)
        return overs_bowled == self.quota and taken < self.bowlers_with_extra_over


def _reduced_powerplay_balls(max_overs: int) -> int:
    """ICC T20I clause 28.7, table for reduced innings: 30 % of the balls, to the nearest ball (5
    overs: 1.3).
    """
    return max(1, (max_overs * BALLS_PER_OVER * 3 + 5) // 10)


def _with_one_powerplay(name: str, max_overs: int) -> Format:
    last = max_overs * BALLS_PER_OVER
    first = _reduced_powerplay_balls(max_overs)
    return Format(
        name=name,
        max_overs=max_overs,
        phases=(
            FieldingPhase(start=0, end=first, outside=POWERPLAY_OUTSIDE),
            FieldingPhase(start=first, end=last, outside=DEFAULT_OUTSIDE),
        ),
    )


T5: Final = _with_one_powerplay("T5", 5)
T10: Final = _with_one_powerplay("T10", 10)
T20: Final = _with_one_powerplay("T20", 20)
ODI: Final = Format(
    name="ODI",
    max_overs=50,
    phases=(  # ICC ODI clause 28.7: powerplays 1, 2 and 3
        FieldingPhase(start=0, end=60, outside=2),
        FieldingPhase(start=60, end=240, outside=4),
        FieldingPhase(start=240, end=300, outside=5),
    ),
)
SUPER_OVER: Final = Format(
    name="super over",
    max_overs=1,
    # ICC super over clause 10: the fielding restrictions are those of the last over of a normal
    # innings.
    phases=(FieldingPhase(start=0, end=6, outside=DEFAULT_OUTSIDE),),
)

NAMED: Final = {f.name: f for f in (T5, T10, T20, ODI)}


def format_named(name: str) -> Format:
    """The format called `name` (`T5`, `T10`, `T20`, `ODI`); raises `UnknownFormat`."""
    try:
        return NAMED[name.upper()]
    except KeyError:
        raise UnknownFormat(name, f"one of {', '.join(NAMED)}") from None


def format_of(max_overs: int) -> Format:
    """The format of `max_overs` (1…50); 5, 10, 20 and 50 are the named ones. Raises
    `UnknownFormat`.
    """
    for known in NAMED.values():
        if known.max_overs == max_overs:
            return known
    if not 1 <= max_overs <= MAX_OVERS:
        raise UnknownFormat(str(max_overs), f"1 to {MAX_OVERS} overs")
    return _with_one_powerplay("1 over" if max_overs == 1 else f"{max_overs} overs", max_overs)
