"""The three parts of an innings, as captains speak of them: powerplay, middle, death. A super over
is played as a death, and called by its own name.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Final

from engine.cricket.formats import BALLS_PER_OVER, Format
from engine.cricket.state import Innings

# Overs 17 to 20 of a T20 and 41 to 50 of an ODI are called the death: the last fifth, and the last
# over of the shortest match.
DEATH_SHARE: Final = 0.2
SUPER_OVER: Final = "super over"


class Part(StrEnum):
    POWERPLAY = "powerplay"
    MIDDLE = "middle"
    DEATH = "death"


def part_of(format_: Format, legal_balls: int) -> Part:
    """The part of the innings that the next ball belongs to."""
    if legal_balls >= format_.max_balls - death_balls(format_):
        return Part.DEATH
    return Part.POWERPLAY if legal_balls < format_.powerplay_balls else Part.MIDDLE


def part_in_words(innings: Innings) -> str:
    """The part that the next ball belongs to, as captains are told it."""
    if innings.is_super_over:
        return SUPER_OVER
    return part_of(innings.format, innings.legal_balls).value


def death_balls(format_: Format) -> int:
    """Length of the death in legal balls, whole overs: all of a super over, whose field is that of
    a last over too (ICC super over clause 10).
    """
    return _death_balls(format_.max_overs)


@cache
def _death_balls(max_overs: int) -> int:
    return BALLS_PER_OVER * max(1, round(max_overs * DEATH_SHARE))
