"""Who bowls which over when nobody has a plan: the usual rotation, for the bulk simulator and the
win probability.

Spin and pace are shared over an innings as real captains share them; quotas and the rule against
two overs in a row hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from engine.cricket.formats import Format

# Share of spin by over, T20 majors 2019-24 (targets, 'Bowling-change patterns'), at the middle of
# each over's place.
SPIN_BY_OVER: Final = (
    *(0.275, 0.214, 0.215, 0.232, 0.256, 0.267, 0.628, 0.639, 0.636, 0.613),
    *(0.556, 0.561, 0.505, 0.514, 0.426, 0.389, 0.232, 0.165, 0.068, 0.070),
)


def spin_share(over: int, overs: int) -> float:
    """How often real captains give this over (0-based) to a spinner."""
    return SPIN_BY_OVER[min(len(SPIN_BY_OVER) - 1, int((over + 0.5) / overs * len(SPIN_BY_OVER)))]


@cache
def plan_overs(fmt: Format, is_spin: tuple[bool, ...]) -> tuple[int, ...]:
    """For each over the place in `is_spin` of its bowler. Bowlers are listed in order of preference
    within a kind.
    """
    plan: list[int] = []
    if not _fill(fmt, is_spin, plan):
        raise ValueError(f"{len(is_spin)} bowlers cannot bowl {fmt.max_overs} overs")
    return tuple(plan)


def _fill(fmt: Format, is_spin: Sequence[bool], plan: list[int]) -> bool:
    """Depth-first: the most fitting bowler first, taken back where the rest of the innings cannot
    be bowled.
    """
    over = len(plan)
    if over == fmt.max_overs:
        return True
    bowled = [plan.count(k) for k in range(len(is_spin))]
    for k in sorted(range(len(is_spin)), key=lambda k: -_fit(fmt, is_spin, bowled, over, k)):
        others = bowled[:k] + bowled[k + 1 :]
        if (plan and plan[-1] == k) or not fmt.may_bowl_another(bowled[k], others):
            continue
        plan.append(k)
        if _can_finish(fmt, plan, len(is_spin)) and _fill(fmt, is_spin, plan):
            return True
        plan.pop()
    return False


def _can_finish(fmt: Format, plan: Sequence[int], bowlers: int) -> bool:
    """Whether enough overs are left in the bowlers' quotas, and not too many of them in one pair of
    hands.
    """
    left = fmt.max_overs - len(plan)
    room = [fmt.quota - plan.count(k) for k in range(bowlers)]
    extra = fmt.bowlers_with_extra_over
    most = max(left // 2 + left % 2, 1)
    return sum(min(max(r, 0), most) for r in room) + extra >= left


def _fit(fmt: Format, is_spin: Sequence[bool], bowled: Sequence[int], over: int, k: int) -> float:
    """How well bowler `k` suits an over: his kind's share of such overs, less what he has bowled,
    less his rank.
    """
    spins = sum(is_spin)
    share = spin_share(over, fmt.max_overs)
    mine = share / max(spins, 1) if is_spin[k] else (1.0 - share) / max(len(is_spin) - spins, 1)
    due = (over + 1) / fmt.max_overs * max(fmt.quota, 1)
    rank = sum(1 for other in range(k) if is_spin[other] == is_spin[k])
    return mine * 3.0 - 0.25 * max(0.0, bowled[k] - due) / max(fmt.quota, 1) - 0.08 * rank
