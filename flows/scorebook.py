"""What has been played of a run: its table, how the captains came by it, what it took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from engine.events import EndReason
from engine.result import EpisodeResult
from flows.accounts import CaptainAccount, accounts, unranked
from flows.experience import Experience
from flows.outcomes import outcome_of
from flows.outlook import Meeting, meeting
from flows.pace import Done
from tournaments import EpisodeOutcome, Table, TournamentPlan, TournamentSpec, new_table

UNFINISHED: Final = (EndReason.RUN_BUDGET, EndReason.BAD_SETTINGS)  # the run went on without it


class Scorebook:
    """Of the tournament `spec`, in which `captains` play. `worked_s` are the seconds that episodes
    took, side by side or not; `unplayable` says who cannot play as he is set up, and why.
    """

    def __init__(self, spec: TournamentSpec, captains: tuple[str, ...]) -> None:
        self._spec, self._captains = spec, captains
        self.table = self._new_table()
        self.experience = Experience()
        self.void = self.forfeits = 0
        self.worked_s = 0.0
        self.met = Counter[Meeting]()
        self.unplayable: dict[str, str] = {}
        self._results: dict[str, EpisodeResult] = {}
        self._left_out: set[str] = set()

    @property
    def ended(self) -> Done:
        """Void episodes too."""
        return Done(len(self._results), self.worked_s)

    def add(self, result: EpisodeResult) -> None:
        """Count an episode that ended."""
        self._count(result)
        self.table.add(outcome_of(result, self._spec.match.max_overs))
        if result.end_reason is EndReason.BAD_SETTINGS and result.failed is not None:
            self.unplayable[result.captain(result.failed)] = result.error or "bad settings"

    def _count(self, result: EpisodeResult) -> None:
        """A void episode may have been counted before, and be played by now."""
        for one, sign in (self._results.get(result.episode_id), -1), (result, 1):
            if one is not None:
                self.void += sign * one.end_reason.is_void
                self.forfeits += sign * (one.end_reason is EndReason.FORFEIT)
        if result.episode_id not in self._results:
            self.met[meeting(result.home, result.away)] += 1
        self._results[result.episode_id] = result
        self.experience.add(result)
        self.worked_s += result.took_s or 0.0

    def keep_whole_pairs(self, plan: TournamentPlan) -> None:
        """Leave out of the table what is half a pair: it favours whoever had the better seat."""
        self.table = self._new_table()
        self._left_out = set(self._results)
        episodes = list(plan.episodes())
        for first, second in zip(episodes[::2], episodes[1::2], strict=True):
            legs = [self._results.get(leg.episode_id) for leg in (first, second)]
            whole = [leg for leg in legs if leg and leg.end_reason not in UNFINISHED]
            for leg in whole if len(whole) == len(legs) else []:
                self.table.add(outcome_of(leg, self._spec.match.max_overs))
                self._left_out.discard(leg.episode_id)

    def counted(self) -> list[EpisodeResult]:
        """The results that are in the table."""
        return [one for one in self._results.values() if one.episode_id not in self._left_out]

    def outcomes(self) -> Iterator[EpisodeOutcome]:
        """Of every episode that ended."""
        overs = self._spec.match.max_overs
        return (outcome_of(one, overs) for one in self._results.values())

    def accounts(self) -> list[CaptainAccount]:
        return accounts(self._captains, self._results.values())

    def unranked(self) -> list[str]:
        """Why the table is no ranking; empty where it is one."""
        cannot = [f"{name} cannot play as he is set up" for name in sorted(self.unplayable)]
        return [*cannot, *unranked(self.accounts(), self.void, len(self._results))]

    def voided(self) -> list[str]:
        """Why episodes are void, beside what ended the run or keeps a captain out of it."""
        why = (
            f"{reason.value}: {result.error}"
            for result in self._results.values()
            if (reason := result.end_reason).may_pass and result.error
        )
        return list(dict.fromkeys(why))

    def _new_table(self) -> Table:
        return new_table(self._spec, self._captains)
