"""A run: one occasion of a tournament, from what is on disk to what is still to be played. Knows
nothing of Prefect.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from engine.captains import is_scripted
from engine.events import EndReason
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from flows import catalogue
from flows.grants import budgets_of
from flows.heritage import Heritage
from flows.journal import Journal
from flows.ledger import RunFolder
from flows.order import Order
from flows.outlook import Outlook, meetings, outlook
from flows.pace import Done
from flows.playing import Playing
from flows.pool import processes_of
from flows.room import Room
from flows.scorebook import Scorebook
from flows.work import Batch, Lengths, batches, captains_of, episode_spec, pairs, waits
from tournaments import Course, EpisodePlan
from tournaments.formats import Gauntlet, RoundRobin


class Run:
    """A run in progress: what is missing, and the book of what is not. The plan may grow."""

    def __init__(
        self, order: Order, folder: RunFolder, starts: int, first_attempt: int = 1
    ) -> None:
        self.order, self._before = order, folder.played()
        self.spec, self.plan, self.file_digest = order.spec, order.plan, order.file_digest
        self.folder, self.starts, self._first_attempt = folder, starts, first_attempt
        self.book = Scorebook(order)
        self.stopped: str | None = None
        self._only: str | None = None  # why what is missing is not all that is
        self._chosen: Container[str] | None = None  # all that is played then
        self.captains = captains_of(self.spec, catalogue.known())
        self.journal = Journal(folder.path)
        self.budgets = budgets_of(order, folder, self.journal)
        self.room = Room(order.allowance, self.budgets, self.book.experience)
        self.resumed = self.taken_over = 0
        self.playing = Playing()
        self.lengths = Lengths()
        self._shown: set[str] = set()
        self.heritage = Heritage(folder, order.meaning, order.plan.occasion)
        self.earlier_flow_run: Mapping[str, Any] | None = None  # which played it the last time
        self.recalled: tuple[str, ...] = ()  # shards of what was set aside
        self._inherits = not folder.about().get("fresh")
        self.missing: dict[str, EpisodeSpec] = {}
        self.began = self.ended

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
        return self.ended.episodes

    @property
    def kept(self) -> int:
        """Episodes that the next start finds played, those too of batches that were cut short."""
        return len(self.folder.played().names)

    @property
    def ended(self) -> Done:
        return self.book.ended

    @property
    def is_asked(self) -> bool:
        """Whether somebody has to be waited for, so that the account of it is worth a look while
        the run goes on.
        """
        return not all(is_scripted(captain) for captain in self.captains.values())

    @property
    def may_grow(self) -> bool:
        """Whether not all fixtures, or not all their pairs, were known from the start."""
        return self.order.plan.grows

    @property
    def has_stages(self) -> bool:
        """Whether the tournament is more than one table."""
        return not isinstance(self.spec.format, RoundRobin | Gauntlet)

    def course(self) -> Course:
        """How the tournament goes, by what has been played."""
        return self.book.season.course()

    def outlook(self) -> Outlook:
        """What is left to be played."""
        asked = [name for name, captain in self.captains.items() if not is_scripted(captain)]
        left = meetings(self.plan)
        left.subtract(self.book.met)
        return outlook(+left, self.plan.later.at_least, self.book.experience, asked)

    # --- what is missing -------------------------------------------------------------------------

    def batches(self) -> Iterator[Batch]:
        """What is missing, grouped for tasks."""
        scripted = {name: spec for name, spec in self.missing.items() if not waits(spec)}
        return batches(
            self.spec.name, self.plan, scripted, processes=self.processes, lasts_s=self.lengths.of
        )

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
        return self.pairs_of(self.missing, asked=True)

    def pairs_of(self, missing: Mapping[str, EpisodeSpec], *, asked: bool) -> Iterator[Batch]:
        """These, pair by pair, of captains that call tools or of those that do not."""
        wanted = {name: spec for name, spec in missing.items() if waits(spec) is asked}
        return pairs(self.spec.name, self.plan, wanted)

    def taking_up(self) -> Iterator[None]:
        """Count what was played before, here or of the file as it was; the rest is missing. Of many
        episodes that is minutes of work: a step of it is some milliseconds.
        """
        yield from self._taking_up(self.plan.episodes())
        yield from self.growing()
        self.began = self.ended

    def growing(self) -> Iterator[None]:
        """Add to the plan what follows from the results, step by step."""
        while self.plan.grows and self._only is None:
            grown = self.course().plan
            added = list(grown.added_since(self.plan))
            self.plan = grown
            if not added:
                break
            yield from self._taking_up(added)
            self.folder.open({**self.folder.about(), "episodes": self.total})

    def grow(self) -> bool:
        """The same at once; whether anything is missing."""
        for _ in self.growing():
            pass
        return bool(self.missing)

    def only_first(self, pairs: int) -> None:
        """Play no more than the first `pairs`: of each pairing the first, then the second of each,
        whether they have been played before or not. The rest stays missing; what workers have of it
        who may spend something is waited for.
        """
        chosen = {str(leg.episode_id) for leg in islice(self._by_turns(), 2 * pairs)}
        workers = self.spec.execution.mode == "workers"
        kept = chosen | self.journal.episodes_paid_for() if workers else chosen
        self.missing = {name: spec for name, spec in self.missing.items() if name in kept}
        self._chosen = chosen
        if 2 * pairs < self.total:
            self._only = f"only {pairs} pairs were asked for"

    def wanted(self, specs: Iterable[EpisodeSpec]) -> list[EpisodeSpec]:
        """Those that are to be played, whoever had them before."""
        chosen = self._chosen
        return [spec for spec in specs if chosen is None or spec.episode_id in chosen]

    def _by_turns(self) -> Iterator[EpisodePlan]:
        """Every episode, each fixture's first pair before any one's second."""
        fixtures = self.plan.fixtures
        for turn in range(max((fixture.pairs for fixture in fixtures), default=0)):
            for fixture in fixtures:
                if turn < fixture.pairs:
                    yield from self.plan.pair(fixture, fixture.pair_numbers[turn])

    def can_play(self, spec: EpisodeSpec) -> bool:
        """Whether neither captain has shown that he cannot play as he is set up."""
        return not {spec.home.name, spec.away.name} & self.book.unplayable.keys()

    def _taking_up(self, planned: Iterable[EpisodePlan]) -> Iterator[None]:
        for episode in planned:
            sealed = self._before.sealed(episode.episode_id)
            if sealed is not None:
                self.add([sealed])
                self.resumed += 1
            else:
                attempt = self._next_attempt(episode.episode_id)
                spec = episode_spec(episode, self.spec.match, self.captains, attempt=attempt)
                if not self._is_taken_over(spec):
                    self.missing[spec.episode_id] = spec
            yield

    def _next_attempt(self, episode_id: str) -> int:
        """A number that no attempt at it has had, here or with a worker, who may still play it."""
        handed = self.journal.attempts.get(episode_id)
        return max(
            self._before.attempts.get(episode_id, 0) + 1,
            0 if handed is None else handed + self.attempts,
            self._first_attempt,
        )

    def _is_taken_over(self, spec: EpisodeSpec) -> bool:
        """Whether it was played of the file as it was before, and means the same in it now."""
        taken = self.heritage.take(spec) if self._inherits else None
        if taken is not None:
            self.add([taken])
            self.taken_over += 1
        return taken is not None

    # --- as it is played -------------------------------------------------------------------------

    def add(self, results: Iterable[EpisodeResult]) -> None:
        """Count what has been played."""
        for result in results:
            self.book.add(result)
            if result.end_reason is EndReason.RUN_BUDGET:
                self.stop(result.error or "the run's budget is spent")

    def has_recalled(self) -> None:
        """The shards of what was set aside are cancelled: no later start need do it."""
        if self.recalled:
            self.folder.open({**self.folder.about(), "recalled": ()})

    def take_first(self, *, of_final: bool = False) -> EpisodeSpec | None:
        """The first missing episode, or the first of the final, that no worker has; it is then no
        batch's any more. None when there is none.
        """
        workers = self.spec.execution.mode == "workers"
        out = self.journal.episodes_out() if workers else frozenset()
        free = (name for name in self.missing if name not in out)
        first = next((name for name in free if not of_final or self._is_final(name)), None)
        return None if first is None else self.missing.pop(first)

    def _is_final(self, episode_id: str) -> bool:
        final = self.plan.final
        return final is not None and self.plan.fixture_of(episode_id) == final.fixture_id

    def show(self, spec: EpisodeSpec) -> None:
        """This one is on the bus, whatever becomes of the others."""
        self._shown.add(spec.episode_id)

    def is_on_bus(self, episode_id: str) -> bool:
        """Whether the episode can be watched, if anything of the run can."""
        return self.spec.spectate.episodes == "all" or episode_id in self._shown

    def is_late(self) -> bool:
        """Whether its time is up: then it stops."""
        why = self.room.time_is_up()
        if why is not None:
            self.stop(f"the run's time is up: {why}")
        return why is not None

    def stop(self, why: str) -> None:
        """Begin no further pair; the first reason is the one that is told."""
        self.stopped = self.stopped or why

    def close(self) -> None:
        """Where the run ended early, the table shows whole pairs only."""
        if self._only is not None:
            self.stop(self._only)
        if self.stopped is not None or self.book.unplayable:
            self.book.keep_whole_pairs(self.plan)
