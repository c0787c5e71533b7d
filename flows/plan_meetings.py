"""Who will meet whom how often, as far as anybody knows before it is played."""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations

from flows.outlook import Meeting, meeting, meetings
from tournaments import TournamentPlan, TournamentSpec
from tournaments.stop_spec import StopSprt


def likely(plan: TournamentPlan, spec: TournamentSpec) -> dict[Meeting, float]:
    """How many episodes each two captains will play. Whose those are that results decide about,
    nobody knows: they are spread evenly over all who may play them.
    """
    known = meetings(plan)
    if not plan.grows:
        return dict(known)
    more = _may_play_more(plan, spec)
    later = (plan.at_least + plan.at_most) / 2 - plan.total_episodes
    return {
        met: known[met] + (later / len(more) if met in more else 0.0)
        for met in dict.fromkeys([*known, *more])
    }


def _may_play_more(plan: TournamentPlan, spec: TournamentSpec) -> Collection[Meeting]:
    """A test lets its two captains go on, `ranked` all who meet; elsewhere any two may meet."""
    if isinstance(spec.stop, StopSprt):
        return [meeting(*spec.stop.sprt.pair)]
    if spec.stop is not None:
        return list(meetings(plan))
    return list(combinations(sorted(plan.captains), 2))
