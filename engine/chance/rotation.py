"""Who bowls which over when nobody has a plan: the usual rotation. The bulk simulator, the win
probability and the `baseline` captain all follow it.

Real sides differ: one has five bowlers, another seven; most give three of them all their overs. So
each squad has a habit of its own, told from its players' skills alone: the same squad always
follows the same plan, and drawn squads follow all of them as often as real ones. Spin and pace are
shared over an innings as real captains share them; quotas and the rule against two overs in a row
hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import exp, floor, log
from typing import Any, Final

from engine.cricket.formats import Format
from engine.cricket.players import Squad
from engine.making import by_identity

# Share of spin by over, T20 majors 2019-24 (targets, 'Bowling-change patterns'), at the middle of
# each over's place.
SPIN_BY_OVER: Final = (
    *(0.275, 0.214, 0.215, 0.232, 0.256, 0.267, 0.628, 0.639, 0.636, 0.613),
    *(0.556, 0.561, 0.505, 0.514, 0.426, 0.389, 0.232, 0.165, 0.068, 0.070),
)
# Of the 70 super overs that men bowled in T20 majors 2014-24, spinners bowled 15.
_SPIN_IN_SUPER_OVER: Final = 15 / 70
HABITS: Final = 64
_GOLDEN: Final = 0.6180339887498949  # spreads the habits' phases evenly
# How the overs are shared, in quotas, by bowlers in order of preference, and how often. Bowlers
# used 5 : 6 : 7 are .17 : .63 : .18 of real T20 innings, 3.3 bowlers bowl their full quota.
_Shares = tuple[float, ...]
_SIX: Final[tuple[tuple[_Shares, float], ...]] = (
    ((1.0, 1.0, 1.0, 0.75, 0.75, 0.5), 0.46),
    ((1.0, 1.0, 1.0, 1.0, 0.75, 0.25), 0.26),
    ((1.0, 1.0, 1.0, 1.0, 0.5, 0.5), 0.10),
    ((1.0, 1.0, 0.75, 0.75, 0.75, 0.75), 0.18),
)
_SEVEN: Final[tuple[tuple[_Shares, float], ...]] = (
    ((1.0, 1.0, 1.0, 0.75, 0.5, 0.5, 0.25), 0.5),
    ((1.0, 1.0, 0.75, 0.75, 0.5, 0.5, 0.5), 0.5),
)
_FIVE: Final[tuple[tuple[_Shares, float], ...]] = (((1.0,) * 5, 1.0),)
# Half of the drawn squads have a seventh bowler; they use him so often.
_USES_OF_SIX: Final = ((_SIX, 0.80), (_FIVE, 0.20))
_USES_OF_SEVEN: Final = ((_SIX, 0.48), (_SEVEN, 0.38), (_FIVE, 0.14))


def spin_share(over: int, overs: int) -> float:
    """How often real captains give this over (0-based) to a spinner."""
    return SPIN_BY_OVER[min(len(SPIN_BY_OVER) - 1, int((over + 0.5) / overs * len(SPIN_BY_OVER)))]


def spin_shares(fmt: Format) -> tuple[float, ...]:
    """`spin_share` of each over of a format, a super over's own."""
    if not fmt.powerplay_balls:
        return (_SPIN_IN_SUPER_OVER,)
    return tuple(spin_share(over, fmt.max_overs) for over in range(fmt.max_overs))


def habit_of(scoring: Any, economy: Any) -> Any:
    """A squad's habit, 0…`HABITS` - 1, from the sums of its players' skills in ten-thousandths:
    numbers, or arrays of them.
    """
    return (scoring + 7 * economy) % HABITS


@by_identity  # asked for every over, of the same few squads
def usual_plan(squad: Squad, fmt: Format) -> tuple[int, ...]:
    """For each over the place in the squad of the bowler who usually bowls it."""
    bowlers = squad.bowlers[::-1]  # specialists, who bat low, come before the part-timers
    scoring = sum(round(p.skill.scoring * 10_000) for p in squad.players)
    economy = sum(round(p.skill.economy * 10_000) for p in squad.players)
    is_spin = tuple(squad[i].bowls.is_spin for i in bowlers)
    return tuple(bowlers[k] for k in plan_overs(fmt, is_spin, habit_of(scoring, economy)))


@cache
def plan_overs(fmt: Format, is_spin: tuple[bool, ...], habit: int = 0) -> tuple[int, ...]:
    """For each over the place in `is_spin` of its bowler. Bowlers are listed in order of
    preference.
    """
    left = _workloads(fmt, len(is_spin), (habit + 0.5) / HABITS)
    spin_overs = sum(overs for overs, spins in zip(left, is_spin, strict=True) if spins)
    spins_at = _spread(fmt, spin_overs, (habit + 1) * _GOLDEN % 1.0)
    plan: list[int] = []
    for over in range(fmt.max_overs):
        last = plan[-1] if plan else -1
        chosen = _next(left, last, is_spin, wants_spin=spins_at[over])
        left[chosen] -= 1
        plan.append(chosen)
    return tuple(plan)


def _workloads(fmt: Format, bowlers: int, uniform: float) -> list[int]:
    """Overs of each bowler: whole numbers near the shares of a quota that the habit means."""
    if bowlers < min(5, fmt.max_overs):
        raise ValueError(f"{bowlers} bowlers cannot bowl {fmt.max_overs} overs")
    shares = _pattern(bowlers, uniform)
    exact = [share * fmt.quota for share in shares]
    loads = [floor(x) for x in exact]
    by_rest = sorted(range(len(loads)), key=lambda k: (loads[k] - exact[k], k))
    for k in by_rest[: 5 * fmt.quota - sum(loads)]:
        loads[k] += 1
    for k in range(fmt.bowlers_with_extra_over):
        loads[k] += 1
    return loads + [0] * (bowlers - len(loads))


def _pattern(bowlers: int, uniform: float) -> _Shares:
    uses = _USES_OF_SEVEN if bowlers > 6 else _USES_OF_SIX if bowlers == 6 else ((_FIVE, 1.0),)
    for patterns, often in uses:
        for shares, share in patterns:
            uniform -= often * share
            if uniform < 0.0:
                return shares
    return uses[0][0][0][0]


def _spread(fmt: Format, spin_overs: int, start: float) -> list[bool]:
    """Which overs are spin: `spin_overs` of them, each as often as real captains have it there. A
    systematic sample, so that they are not bunched.
    """
    chances = _chances(fmt, spin_overs)
    chosen, upto = [], start
    for chance in chances:
        chosen.append(floor(upto + chance) > floor(upto))
        upto += chance
    return chosen


def spin_chance(over: int, fmt: Format, *, pace_left: int, spin_left: int) -> float:
    """How likely a real captain with so many overs of pace and of spin left gives this over
    (0-based) to spin: the real shares of the overs to come, moved until both can be bowled.
    """
    to_come = fmt.max_overs - over
    usual = sum(spin_shares(fmt)[over:])
    wanted = max(to_come - pace_left, min(usual, spin_left))
    return _chances(fmt, wanted, over)[0]


@cache
def _chances(fmt: Format, spin_overs: float, first: int = 0) -> tuple[float, ...]:
    """The real shares by over from `first` on, moved in log-odds until they add up to
    `spin_overs`.
    """
    odds = [log(p / (1.0 - p)) for p in spin_shares(fmt)[first:]]
    low, high = -30.0, 30.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        total = sum(1.0 / (1.0 + exp(-x - middle)) for x in odds)
        low, high = (middle, high) if total < spin_overs else (low, middle)
    return tuple(1.0 / (1.0 + exp(-x - low)) for x in odds)


def _next(left: Sequence[int], last: int, is_spin: Sequence[bool], *, wants_spin: bool) -> int:
    """Of the bowlers after whom the rest can still be bowled: one of the kind wanted, with most
    overs left.
    """
    to_come = sum(left) - 1
    able = [
        k for k, overs in enumerate(left) if overs and k != last and _can_follow(left, k, to_come)
    ]
    return max(able, key=lambda k: (is_spin[k] is wants_spin, left[k], -k))


def _can_follow(left: Sequence[int], chosen: int, to_come: int) -> bool:
    """Whether `to_come` overs can follow one of `chosen` with nobody bowling two running."""
    others = max((n for k, n in enumerate(left) if k != chosen), default=0)
    return left[chosen] - 1 <= to_come // 2 and others <= (to_come + 1) // 2
