"""A run: one occasion of a tournament, from what is on disk to what its table says. Knows nothing
of Prefect.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final, Self

from engine.captains import is_scripted
from engine.captains.llm import Allowance
from engine.events import EndReason
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from flows import catalogue
from flows.accounts import CaptainAccount, accounts, unranked
from flows.experience import Experience
from flows.heritage import Heritage
from flows.ledger import RunFolder
from flows.outcomes import outcome_of
from flows.outlook import Meeting, Outlook, meeting, meetings, outlook
from flows.pace import Done
from flows.playing import Playing
from flows.pool import processes_of
from flows.room import Room
from flows.spending import SPENT, KeptBudgets
from flows.summary import EpisodeCounts, RunRest, RunSummary
from flows.work import Batch, batches, captains_of, episode_spec, pairs, waits
from tournaments import (
    Course,
    EpisodeOutcome,
    EpisodePlan,
    FileDigest,
    Table,
    TournamentPlan,
    TournamentSpec,
    course_of,
    new_table,
    plan_tournament,
    stages_data,
    standings_data,
    stopping_data,
)
from tournaments.digest import digest_of
from tournaments.formats import Gauntlet, RoundRobin
from tournaments.running import Limits

UNFINISHED: Final = (EndReason.RUN_BUDGET, EndReason.BAD_SETTINGS)  # the run went on without it


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be run: a checked tournament, its digest, and the occasion."""

    spec: TournamentSpec
    file_digest: FileDigest
    plan: TournamentPlan
    meaning: Mapping[str, Any]

    @classmethod
    def of(cls, spec: TournamentSpec, occasion: str) -> Self:
        """Raises `BadOccasion`."""
        meaning = catalogue.meaning(spec)
        file_digest = digest_of(meaning)
        plan = plan_tournament(spec, file_digest, occasion)
        return cls(spec=spec, file_digest=file_digest, plan=plan, meaning=meaning)

    def course(self, outcomes: Iterable[EpisodeOutcome]) -> Course:
        """How the tournament goes on after these outcomes."""
        return course_of(self.spec, self.file_digest, self.plan.occasion, outcomes)

    def folder(self, runs: Path) -> RunFolder:
        return RunFolder.of(
            runs,
            name=self.spec.name,
            file_digest=self.file_digest,
            occasion=self.plan.occasion,
        )


class Run:
    """A run in progress: what is missing, and the table of what is not. The plan may grow."""

    def __init__(
        self, order: Order, folder: RunFolder, starts: int, first_attempt: int = 1
    ) -> None:
        self._order, self._before = order, folder.played()
        self.spec, self.plan, self.file_digest = order.spec, order.plan, order.file_digest
        self.folder, self.starts, self._first_attempt = folder, starts, first_attempt
        self.table = self._new_table()
        self.stopped: str | None = None
        self._only: str | None = None  # why what is missing is not all that is
        self.unplayable: dict[str, str] = {}
        self.captains = captains_of(self.spec, catalogue.known())
        allowed = allowance(self.spec.limits)
        self.budgets = KeptBudgets(allowed, folder.path / SPENT)
        self.experience = Experience()
        self.room = Room(allowed, self.budgets, self.experience)
        self.resumed = 0
        self.void = self.forfeits = 0
        self.playing = Playing()
        self.worked_s = 0.0  # that episodes took, side by side or not
        self._ended = Counter[Meeting]()
        self._results: dict[str, EpisodeResult] = {}
        self._left_out: set[str] = set()
        self._shown: set[str] = set()
        self.taken_over = 0
        self.heritage = Heritage(folder, order.meaning, order.plan.occasion)
        self._inherits = not folder.about().get("fresh")
        self.missing: dict[str, EpisodeSpec] = {}
        self._take_up(self.plan.episodes())
        self.grow()
        self._began = self.ended

    @property
    def processes(self) -> int:
        return processes_of(self.spec.execution.processes)

    @property
    def attempts(self) -> int:
        """How often an episode is tried in this run; starting it again is another chance."""
        return self.spec.limits.attempts

    @property
    def total(self) -> int:
        """Episodes that there will be, of a plan that grows at least."""
        return self.plan.at_least

    @property
    def done(self) -> int:
        """Episodes that have ended, void ones too."""
        return len(self._results)

    @property
    def ended(self) -> Done:
        return Done(self.done, self.worked_s)

    def outlook(self) -> Outlook:
        """What is left to be played."""
        asked = [name for name, captain in self.captains.items() if not is_scripted(captain)]
        left = meetings(self.plan)
        left.subtract(self._ended)
        return outlook(+left, self.plan.later.at_least, self.experience, asked)

    @property
    def is_asked(self) -> bool:
        """Whether somebody has to be waited for, so that the account of it is worth a look while
        the run goes on; of many scripted matches it takes a while to make.
        """
        return not all(is_scripted(captain) for captain in self.captains.values())

    def batches(self) -> Iterator[Batch]:
        """What is missing, grouped for tasks."""
        scripted = {name: spec for name, spec in self.missing.items() if not waits(spec)}
        return batches(self.spec.name, self.plan, scripted, processes=self.processes)

    def again(self, batch: Batch) -> Batch:
        """The same batch, each episode under a number that no attempt at it has had."""
        tried = self.folder.played().attempts
        episodes = (
            spec.model_copy(
                update={"attempt": max(spec.attempt, tried.get(spec.episode_id, 0) + 1)}
            )
            for spec in batch.episodes
        )
        return replace(batch, episodes=tuple(episodes))

    def pairs(self) -> Iterator[Batch]:
        """What is missing of captains that call tools, pair by pair."""
        asked = {name: spec for name, spec in self.missing.items() if waits(spec)}
        return pairs(self.spec.name, self.plan, asked)

    @property
    def may_grow(self) -> bool:
        """Whether not all fixtures, or not all their pairs, were known from the start."""
        return self._order.plan.grows

    @property
    def has_stages(self) -> bool:
        """Whether the tournament is more than one table."""
        return not isinstance(self.spec.format, RoundRobin | Gauntlet)

    def grow(self) -> bool:
        """Add to the plan what follows from the results; whether anything is missing."""
        while self.plan.grows and self._only is None:
            grown = self.course().plan
            added = list(grown.added_since(self.plan))
            self.plan = grown
            if not added:
                break
            self._take_up(added)
            self.folder.open({**self.folder.about(), "episodes": self.total})
        return bool(self.missing)

    def course(self) -> Course:
        """How the tournament goes, by what has been played."""
        overs = self.spec.match.max_overs
        return self._order.course(outcome_of(one, overs) for one in self._results.values())

    def take_first(self) -> EpisodeSpec | None:
        """The first missing episode, which is then no batch's any more; None when nothing is
        missing.
        """
        first = next(iter(self.missing), None)
        return None if first is None else self.missing.pop(first)

    def show(self, spec: EpisodeSpec) -> None:
        """This one is on the bus, whatever becomes of the others."""
        self._shown.add(spec.episode_id)

    def add(self, results: Iterable[EpisodeResult]) -> None:
        """Count what has been played."""
        for result in results:
            self._count(result)
            self.table.add(outcome_of(result, self.spec.match.max_overs))
            if result.end_reason is EndReason.RUN_BUDGET:
                self.stop(result.error or "the run's budget is spent")
            elif result.end_reason is EndReason.BAD_SETTINGS and result.failed is not None:
                self.unplayable[result.captain(result.failed)] = result.error or "bad settings"

    def only_first(self, pairs: int) -> None:
        """Play no more than the first `pairs`: of each pairing the first, then the second of each,
        whether they have been played before or not. The rest stays missing.
        """
        chosen = {str(leg.episode_id) for leg in islice(self._by_turns(), 2 * pairs)}
        self.missing = {name: spec for name, spec in self.missing.items() if name in chosen}
        if 2 * pairs < self.total:
            self._only = f"only {pairs} pairs were asked for"

    def _by_turns(self) -> Iterator[EpisodePlan]:
        """Every episode, each fixture's first pair before any one's second."""
        fixtures = self.plan.fixtures
        for turn in range(max((fixture.pairs for fixture in fixtures), default=0)):
            for fixture in fixtures:
                if turn < fixture.pairs:
                    yield from self.plan.pair(fixture, fixture.pair_numbers[turn])

    def is_late(self) -> bool:
        """Whether its time is up: then it stops."""
        why = self.room.time_is_up()
        if why is not None:
            self.stop(f"the run's time is up: {why}")
        return why is not None

    def stop(self, why: str) -> None:
        """Begin no further pair; the first reason is the one that is told."""
        self.stopped = self.stopped or why

    def _count(self, result: EpisodeResult) -> None:
        """A void episode may have been counted before, and be played by now."""
        for one, sign in (self._results.get(result.episode_id), -1), (result, 1):
            if one is not None:
                self.void += sign * one.end_reason.is_void
                self.forfeits += sign * (one.end_reason is EndReason.FORFEIT)
        if result.episode_id not in self._results:
            self._ended[meeting(result.home, result.away)] += 1
        self._results[result.episode_id] = result
        self.experience.add(result)
        self.worked_s += result.took_s or 0.0

    def counted(self) -> list[EpisodeResult]:
        """The results that are in the table."""
        return [one for one in self._results.values() if one.episode_id not in self._left_out]

    def is_on_bus(self, episode_id: str) -> bool:
        """Whether the episode can be watched, if anything of the run can."""
        return self.spec.spectate.episodes == "all" or episode_id in self._shown

    def can_play(self, spec: EpisodeSpec) -> bool:
        """Whether neither captain has shown that he cannot play as he is set up."""
        return not {spec.home.name, spec.away.name} & self.unplayable.keys()

    def close(self) -> None:
        """Where the run ended early, the table shows whole pairs only: half a pair favours whoever
        had the better seat in it.
        """
        if self._only is not None:
            self.stop(self._only)
        if self.stopped is None and not self.unplayable:
            return
        self.table = self._new_table()
        self._left_out = set(self._results)
        episodes = list(self.plan.episodes())
        for first, second in zip(episodes[::2], episodes[1::2], strict=True):
            legs = [self._results.get(leg.episode_id) for leg in (first, second)]
            whole = [leg for leg in legs if leg and leg.end_reason not in UNFINISHED]
            for leg in whole if len(whole) == len(legs) else []:
                self.table.add(outcome_of(leg, self.spec.match.max_overs))
                self._left_out.discard(leg.episode_id)

    def unranked(self) -> list[str]:
        """Why the table is no ranking; empty where it is one."""
        cannot = [f"{name} cannot play as he is set up" for name in sorted(self.unplayable)]
        return [*cannot, *unranked(self.accounts(), self.void, self.done)]

    def accounts(self) -> list[CaptainAccount]:
        return accounts(self.plan.captains, self._results.values())

    def voided(self) -> list[str]:
        """Why episodes are void, beside what ended the run or keeps a captain out of it."""
        why = (
            f"{reason.value}: {result.error}"
            for result in self._results.values()
            if (reason := result.end_reason).may_pass and result.error
        )
        return list(dict.fromkeys(why))

    def rest(self, seconds: float) -> RunRest:
        """What is left, this start having gone on for so long."""
        ahead, work_s = self.outlook(), self.worked_s - self._began.work_s
        left_s = None
        if ahead.work_s is not None and work_s > 0:
            left_s = round(ahead.work_s * seconds / work_s, 1)
        return RunRest(
            episodes=ahead.episodes, seconds=left_s, tokens=_whole(ahead.tokens), usd=ahead.usd
        )

    def summary(self, seconds: float) -> RunSummary:
        course = self.course()
        return RunSummary(
            run_dir=str(self.folder.path),
            file_digest=self.file_digest,
            seconds=round(seconds, 3),
            episodes=EpisodeCounts(
                played=self.done - self.void - self.resumed - self.taken_over,
                resumed=self.resumed,
                void=self.void,
                forfeit=self.forfeits,
            ),
            standings=standings_data(self.table.standings()),
            champion=course.champion,
            stages=stages_data(course.stages),
            stopping=stopping_data(course.stopping),
            stopped=self.stopped,
            unplayable=[why for _, why in sorted(self.unplayable.items())],
            unranked=self.unranked(),
            voided=self.voided(),
            taken_over=self.taken_over,
            earlier=[str(run.folder.path) for run in self.heritage.earlier],
            changed=list(self.heritage.changed()),
            spent=self.budgets.spent(),
            left=self.rest(seconds),
            captains=self.accounts(),
        )

    def _new_table(self) -> Table:
        return new_table(self.spec, self.plan.captains)

    def _take_up(self, planned: Iterable[EpisodePlan]) -> None:
        """Count what of these was played before; the rest is missing."""
        episodes = list(planned)
        sealed = self._before.sealed(episode.episode_id for episode in episodes)
        tried = self._before.attempts
        self.add(sealed.values())
        self.resumed += len(sealed)
        for episode in episodes:
            if episode.episode_id not in sealed:
                attempt = max(tried.get(episode.episode_id, 0) + 1, self._first_attempt)
                spec = episode_spec(episode, self.spec.match, self.captains, attempt=attempt)
                if not self._is_taken_over(spec):
                    self.missing[spec.episode_id] = spec

    def _is_taken_over(self, spec: EpisodeSpec) -> bool:
        """Whether it was played of the file as it was before, and means the same in it now."""
        taken = self.heritage.take(spec) if self._inherits else None
        if taken is not None:
            self.add([taken])
            self.taken_over += 1
        return taken is not None


@contextmanager
def open_run(order: Order, runs: Path, *, fresh: bool = False) -> Iterator[Run]:
    """Be the one process that plays this run; raises `RunBusy`. `fresh` sets aside what was played
    before, and plays under numbers that a bus which saw that has not had.
    """
    folder = order.folder(runs)
    with folder.held():
        before = folder.about()
        starts = int(before.get("starts", 0)) + 1
        first_attempt = int(before.get("first_attempt", 1))
        if fresh:
            first_attempt = max(first_attempt, folder.last_attempt() + 1)
            folder.set_aside()
        folder.open(
            {
                "name": order.spec.name,
                "run_id": order.plan.run_id,
                "file_digest": order.file_digest,
                "occasion": order.plan.occasion,
                "starts": starts,
                "first_attempt": first_attempt,
                "fresh": fresh or bool(before.get("fresh")),
                "episodes": order.plan.at_least,
                "version": catalogue.project_version(),
                "tournament": order.spec.model_dump(mode="json", exclude_none=True),
                "meaning": order.meaning,
            }
        )
        yield Run(order, folder, starts, first_attempt)


def _whole(tokens: float | None) -> int | None:
    return None if tokens is None else round(tokens)


def allowance(limits: Limits) -> Allowance:
    """What the run may spend."""
    return Allowance(tokens=limits.tokens, usd=limits.usd, calls=limits.calls, wall_s=limits.wall_s)
