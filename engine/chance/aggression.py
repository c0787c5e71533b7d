"""How hard real batters press, and what pressing harder or less hard than they do would change.

Aggression is told on one scale, 0 (block) … 1 (all-out attack), whose unit is the pressure of a
required rate: chasers who need 10 an over press at about a third, those who need 20 at two thirds.
The direction in which the classes of ball move is estimated from real chasers at rates from 4 to 27
(`engine.chance.fitting.pressing`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import exp
from typing import Final

from engine.cricket.formats import BALLS_PER_OVER
from engine.cricket.state import Innings

FULL_ATTACK_RATE: Final = 30.0  # runs an over at which aggression is 1; five sixes an over
CENTRE_RATE: Final = 9.0  # runs an over; about where chases are decided
BEND: Final = CENTRE_RATE / FULL_ATTACK_RATE
# The common bend of sixes and wickets over rates from 4 to 27: twice their curvature over their
# slope (fit, T20).
SATURATION: Final = 2.7
LOWEST: Final = 0.02
HIGHEST: Final = 0.98
# The pressure in runs an over that a first innings plays under, by overs left: the required rate
# at which chasers hit as many sixes and lose as many wickets (targets, chases by phase and rate).
_AIM_OVERS_LEFT: Final = (0.0, 1.0, 3.0, 5.0, 10.0, 20.0, 50.0)
_AIM: Final = (20.0, 18.0, 16.5, 15.0, 11.0, 8.5, 5.5)
# The last overs are attacked even when little is needed: six-hitting at rates below 6 rises from
# .04 to .06 there.
_LATE: Final = (4.0, 3.5, 2.0, 1.0, 0.0, 0.0, 0.0)
# Wickets that a first innings still has with so many overs left (targets, wickets by over, T20).
_USUAL_IN_HAND: Final = (3.4, 4.2, 5.2, 6.0, 7.5, 10.0, 10.0)
# Runs an over that each wicket in hand beyond those adds: with wickets to burn real sides make all
# that they can, 11.5 an over in the last five with at most two down (targets) and 11.5 in the real
# five-over matches, and nobody is known to make more. The size is chosen, not fitted: it puts a
# five-over innings near the top of the scale.
_WICKET_LICENCE: Final = 3.0
_EASY_RATE: Final = 6.0  # a chase at this rate needs no licence …
# … and at this one takes it all: chosen, so that a five-over chase, too, is played near the top of
# the scale; with ten wickets to burn nobody is known to make more than 11.5 an over.
_WHOLE_LICENCE_RATE: Final = 10.0
# Runs an over taken off the aim for each wicket lost beyond the usual.
_WICKET_CAUTION: Final = 0.45
_SETTLING_BALLS: Final = 10  # a batter plays himself in (targets, settled-batter effect)
_NO_TIME_TO_SETTLE: Final = 9.0  # runs an over of licence with which nobody plays himself in
_SETTLING: Final = 0.15  # the share of aggression that a batter keeps back on his first ball


def natural_aggression(innings: Innings, balls_faced: int) -> float:
    """The aggression, 0…1, of real batters here. Rises with the required rate, and with time at a
    fixed rate.
    """
    left = max(1, innings.balls_left)
    usual = _usual(left)
    # Wickets in hand beyond the usual for so many balls left; none in a super over.
    to_burn = innings.max_wickets - innings.wickets - usual.in_hand
    licence = _WICKET_LICENCE * to_burn if to_burn > 0.0 else 0.0
    needed = innings.needed
    if needed is None:
        aim = usual.aim - _WICKET_CAUTION * _too_many(innings)
    else:
        rate = needed * BALLS_PER_OVER / left
        licence *= min(1.0, max(0.0, (rate - _EASY_RATE) / (_WHOLE_LICENCE_RATE - _EASY_RATE)))
        aim = rate + usual.late
    aim += licence
    natural = aim / FULL_ATTACK_RATE
    if balls_faced < _SETTLING_BALLS:
        to_come = 1.0 - balls_faced / _SETTLING_BALLS
        kept_back = _SETTLING * to_come * max(0.0, 1.0 - licence / _NO_TIME_TO_SETTLE)
        natural *= 1.0 - kept_back
    return HIGHEST if natural > HIGHEST else LOWEST if natural < LOWEST else natural


def pressing(aggression: float) -> float:
    """How far along `Directions.press` this aggression lies: linear below `BEND`, ever less above.

    The data show the bend: chasers at 20 an over get little more out of pressing than those at 16.
    """
    beyond = aggression - BEND
    return beyond if beyond <= 0.0 else (1.0 - exp(-SATURATION * beyond)) / SATURATION


def overreaching(aggression: float) -> float:
    """How far along `Directions.overreach` this aggression lies."""
    beyond = aggression - BEND
    return beyond * beyond if beyond > 0.0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Usual:
    """What is usual with so many balls left: `_AIM`, `_LATE`, `_USUAL_IN_HAND`."""

    aim: float
    late: float
    in_hand: float


@cache
def _usual(balls_left: int) -> _Usual:
    overs_left = balls_left / BALLS_PER_OVER
    return _Usual(
        aim=interpolate(overs_left, _AIM_OVERS_LEFT, _AIM),
        late=interpolate(overs_left, _AIM_OVERS_LEFT, _LATE),
        in_hand=interpolate(overs_left, _AIM_OVERS_LEFT, _USUAL_IN_HAND),
    )


def _too_many(innings: Innings) -> float:
    """Wickets lost beyond those that an even innings would have lost by now, at least 0."""
    gone = innings.legal_balls / innings.format.max_balls
    beyond = innings.wickets - (innings.max_wickets - 2) * gone
    return beyond if beyond > 0.0 else 0.0


def interpolate(x: float, knots: tuple[float, ...], values: tuple[float, ...]) -> float:
    """Linear between knots, constant outside; `knots` ascending."""
    if x <= knots[0]:
        return values[0]
    for low, high, below, above in zip(knots, knots[1:], values, values[1:], strict=False):
        if x <= high:
            return below + (above - below) * (x - low) / (high - low)
    return values[-1]
