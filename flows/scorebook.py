"""What has been played of a run: its table, how the captains came by it, what it took.

A run may have a million episodes, so of each only the outcome is kept that the table counts; what
captains were asked is added up. Void ones are kept whole, as they may still be played.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from engine.events import EndReason
from engine.result import EpisodeResult
from flows.accounts import Accounts, CaptainAccount, unranked
from flows.experience import Experience
from flows.order import Order
from flows.outcomes import outcome_of
from flows.outlook import Meeting, meeting
from flows.pace import Done
from tournaments import Table, TournamentPlan, new_table

UNFINISHED: Final = (EndReason.RUN_BUDGET, EndReason.BAD_SETTINGS)  # the run went on without it


class Scorebook:
    """Of one run. `met`: how many episodes of each two captains have ended. `worked_s` are the
    seconds that episodes took, side by side or not.
    """

    def __init__(self, order: Order) -> None:
        self._spec, self._captains = order.spec, order.plan.captains
        self._occasion = order.plan.occasion
        self.season = order.season()
        self.table = self._new_table()
        self.experience = Experience()
        self.met = Counter[Meeting]()
        self.forfeits = 0
        self.worked_s = 0.0
        self._unplayable: dict[str, tuple[str, str]] = {}  # by the episode that showed it
        self._accounts = Accounts(self._captains)
        self._void: dict[str, EpisodeResult] = {}

    @property
    def ended(self) -> Done:
        """Void episodes too."""
        return Done(self.met.total(), self.worked_s)

    @property
    def void(self) -> int:
        return len(self._void)

    @property
    def unplayable(self) -> Mapping[str, str]:
        """Who cannot play as he is set up, and why."""
        return dict(self._unplayable.values())

    def add(self, result: EpisodeResult) -> None:
        """Count an episode that ended. It may be told again, and a void one be played by now."""
        outcome = outcome_of(result, self._spec.match.max_overs)
        before = self.table.latest(result.episode_id)
        self.table.add(outcome)
        if before is not None and outcome.precedence <= before.precedence:
            return
        self.season.add(outcome)
        self.met[meeting(result.home, result.away)] += before is None
        if before is None or before.end_reason.is_void:
            self._account(result)

    def _account(self, result: EpisodeResult) -> None:
        reason = result.end_reason
        self.experience.add(result)
        self.worked_s += result.took_s or 0.0
        if reason.is_void:
            self._void[result.episode_id] = result
        else:
            self._void.pop(result.episode_id, None)
            self._accounts.add(result)
        self.forfeits += reason is EndReason.FORFEIT
        self._unplayable.pop(result.episode_id, None)
        if reason is EndReason.BAD_SETTINGS and result.failed is not None:
            who, why = result.captain(result.failed), result.error or "bad settings"
            self._unplayable[result.episode_id] = who, why

    def keep_whole_pairs(self, plan: TournamentPlan) -> None:
        """Leave out of the table what is half a pair: it favours whoever had the better seat."""
        before, self.table = self.table, self._new_table()
        episodes = list(plan.episodes())
        for first, second in zip(episodes[::2], episodes[1::2], strict=True):
            legs = [before.latest(leg.episode_id) for leg in (first, second)]
            whole = [leg for leg in legs if leg and leg.end_reason not in UNFINISHED]
            for leg in whole if len(whole) == len(legs) else []:
                self.table.add(leg)

    def accounts(self) -> list[CaptainAccount]:
        """One a captain, in the file's order."""
        return self._accounts.joined(self._void.values()).told()

    def unranked(self) -> list[str]:
        """Why the table is no ranking; empty where it is one."""
        cannot = [f"{name} cannot play as he is set up" for name in sorted(self.unplayable)]
        return [*cannot, *unranked(self.accounts(), self.void, self.ended.episodes)]

    def voided(self) -> list[str]:
        """Why episodes are void, beside what ended the run or keeps a captain out of it."""
        why = (
            f"{reason.value}: {result.error}"
            for result in self._void.values()
            if (reason := result.end_reason).may_pass and result.error
        )
        return list(dict.fromkeys(why))

    def _new_table(self) -> Table:
        return new_table(self._spec, self._captains, self._occasion)
