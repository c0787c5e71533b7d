"""Shards: what a tournament hands to workers at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from math import ceil
from typing import Final
from uuid import uuid4

from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from engine.wording import shortened
from flows.deployments.wanted import CPU, LLM, PoolName
from flows.experience import Moments
from flows.journal import Grant, Journal, Shard
from flows.pool import processes_of
from flows.run import Run
from flows.work import LONGEST_TITLE, Batch, waits

LEAST_S: Final = 20.0  # of play: to begin a shard takes a worker some seconds of a core
# Of scripted captains, whom one machine may play faster than another:
SHARES: Final = 2  # of what is left, for each worker: so that the last one is not waited for long
ENOUGH_S: Final = (
    40.0  # where a worker's share is more: then a last shard may be waited for so long
)
BALL_S: Final = 0.0005  # of a scripted episode of which nothing is known yet


class Cutter:
    """Cuts what is missing of a run into shards that last as long as the file says, by how long
    episodes have taken. `workers` says how many there are to share it.
    """

    def __init__(self, run: Run, journal: Journal, workers: Callable[[str], int]) -> None:
        self._run, self._journal, self._workers = run, journal, workers
        # Those with a grant first: the others may have to wait for what it leaves.
        out = sorted(journal.out(run.missing), key=lambda shard: shard.grant is None)
        self._found = {pool: deque(one for one in out if one.pool == pool) for pool in (CPU, LLM)}
        taken = {spec.episode_id for shard in out for spec in shard.episodes}
        left = {name: spec for name, spec in run.missing.items() if name not in taken}
        self._left = {
            CPU: sum(not waits(spec) for spec in left.values()),
            LLM: sum(waits(spec) for spec in left.values()),
        }
        self._whole = dict(self._left)
        self._cut = dict.fromkeys(self._left, 0)  # shards, since it is measured how long they last
        self._pairs = {
            CPU: run.pairs_of(left, asked=False),
            LLM: run.pairs_of(left, asked=True),
        }
        self._took = {CPU: Moments(), LLM: Moments()}
        self._measured: set[str] = {CPU}  # a ball is enough to go by

    def next(self, pool: PoolName) -> Shard | None:
        """One that was found again, or that came back; else a new one; None where all is out."""
        if self._found[pool]:
            return self._found[pool].popleft()
        size, parts = self._size(pool), list[Batch]()
        while sum(len(part.episodes) for part in parts) < size:
            part = next(self._pairs[pool], None)
            if part is None:
                break
            if all(map(self._run.can_play, part.episodes)):
                parts.append(part)
        return self._shard(pool, parts) if parts else None

    def is_measured(self, pool: PoolName) -> bool:
        """Whether it is known how long episodes take, or near enough."""
        return pool in self._measured

    def measured(self, pool: PoolName) -> None:
        """Nobody need wait to know it better."""
        self._measured.add(pool)

    def took(self, pool: PoolName, results: Iterable[EpisodeResult]) -> None:
        """How long these took."""
        for result in results:
            if result.took_s is not None and not result.end_reason.is_void:
                self._took[pool].add(result.took_s)
                self.measured(pool)

    def others(self, pool: PoolName) -> int:
        """Episodes that nobody has yet."""
        return self._left[pool]

    def back(
        self,
        shard: Shard,
        missing: Iterable[EpisodeSpec],
        tries: int,
        floor: Grant | None = None,
    ) -> None:
        """What is missing of a shard that is over is handed out again, under another key; with more
        than `floor`.
        """
        again = Shard(
            key=self._key(),
            pool=shard.pool,
            title=shard.title,
            episodes=self._renumbered(missing),
            tries=tries,
            floor=floor,
        )
        self._found[shard.pool].append(again)

    def _shard(self, pool: PoolName, parts: list[Batch]) -> Shard:
        specs = self._renumbered(spec for part in parts for spec in part.episodes)
        self._left[pool] -= len(specs)
        self._cut[pool] += self._took[pool].count > 0
        more = f" and {len(parts) - 1} pairs more" if len(parts) > 1 else ""
        title = shortened(parts[0].title, LONGEST_TITLE - len(more)) + more
        return Shard(key=self._key(), pool=pool, title=title, episodes=specs)

    def _key(self) -> str:
        return f"{self._run.plan.run_id}/{uuid4().hex[:16]}"

    def _renumbered(self, specs: Iterable[EpisodeSpec]) -> tuple[EpisodeSpec, ...]:
        """Under numbers that nobody who may still play one of them has."""
        handed, tries = self._journal.attempts, self._run.attempts
        return tuple(
            spec.model_copy(update={"attempt": max(spec.attempt, handed[spec.episode_id] + tries)})
            if spec.episode_id in handed
            else spec
            for spec in specs
        )

    def _size(self, pool: PoolName) -> int:
        """Episodes: as many as last so long side by side, fewer where workers would run out."""
        per_s = self._at_once(pool) / self._length_s(pool)
        most, least = self._run.spec.execution.shard_s * per_s, LEAST_S * per_s
        workers = max(1, self._workers(pool))
        if pool == LLM:
            fair = self._even(pool, most, workers)
        else:
            fair = self._left[pool] // (SHARES * workers)
            least = max(least, min(ENOUGH_S * per_s, self._whole[pool] // workers))
        return max(2, int(min(most, max(fair, least))))

    def _even(self, pool: PoolName, most: float, workers: int) -> int:
        """What is left in equal parts, as few as may be and as many for each worker: one waits for
        answers as long as another, so that all come to their ends together.
        """
        parts = max(1, ceil(self._left[pool] / most))
        parts += -(parts + self._cut[pool]) % workers
        return ceil(self._left[pool] / parts)

    def _at_once(self, pool: PoolName) -> int:
        execution = self._run.spec.execution
        return processes_of(execution.processes) if pool == CPU else execution.open_episodes

    def _length_s(self, pool: PoolName) -> float:
        """Of an episode; of those that are waited for and of whom nothing is known, a shard's."""
        if self._took[pool].count:
            return max(self._took[pool].mean, BALL_S)
        spec = self._run.spec
        return BALL_S * spec.match.max_overs * 12 if pool == CPU else spec.execution.shard_s
