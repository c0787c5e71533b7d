"""Shards: what a tournament hands to workers at once, and which of them are out.

    shards.jsonl    in the run's folder: a line when a shard is handed out, before anybody hears of
                    it, and one when all that it came to is at home

So whoever runs the tournament may be killed: the next start finds the shards that are out by their
keys, and hands out none of them a second time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from engine.wording import shortened
from flows.deployments.wanted import CPU, LLM, PoolName
from flows.experience import Moments
from flows.pool import processes_of
from flows.run import Run
from flows.saving import append_line
from flows.work import LONGEST_TITLE, Batch, waits

FILE: Final = "shards.jsonl"
SHARES: Final = 3  # of what is left, for each worker: so that the last one is not waited for long
LEAST_S: Final = 20.0  # of play: to begin a shard takes a worker some seconds of a core
BALL_S: Final = 0.0005  # of a scripted episode of which nothing is known yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """`key` names it in the storage and in Prefect. `tries`: how often its like was lost before."""

    key: str
    pool: PoolName
    title: str
    episodes: tuple[EpisodeSpec, ...]
    tries: int = 0


class _Out(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    pool: PoolName
    title: str
    attempts: dict[str, int]


class _Over(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    over: str


class Journal:
    """Of one run. `attempts`: the last number that each episode was handed out under."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._out: dict[str, _Out] = {}
        self.attempts: dict[str, int] = {}
        for line in _lines(self._path):
            with suppress(ValidationError):
                self._out.pop(_Over.model_validate_json(line).over, None)
            with suppress(ValidationError):
                self._note(_Out.model_validate_json(line))

    def out(self, missing: Mapping[str, EpisodeSpec]) -> Iterator[Shard]:
        """The shards that are out, with what is missing of them."""
        for out in [*self._out.values()]:
            episodes = tuple(
                missing[name].model_copy(update={"attempt": attempt})
                for name, attempt in out.attempts.items()
                if name in missing
            )
            if episodes:
                yield Shard(key=out.key, pool=out.pool, title=out.title, episodes=episodes)

    def __contains__(self, key: str) -> bool:
        return key in self._out

    def begins(self, shard: Shard) -> None:
        attempts = {spec.episode_id: spec.attempt for spec in shard.episodes}
        out = _Out(key=shard.key, pool=shard.pool, title=shard.title, attempts=attempts)
        append_line(self._path, out.model_dump_json().encode())
        self._note(out)

    def ends(self, shard: Shard) -> None:
        append_line(self._path, _Over(over=shard.key).model_dump_json().encode())
        self._out.pop(shard.key, None)

    def _note(self, out: _Out) -> None:
        self._out[out.key] = out
        for name, attempt in out.attempts.items():
            self.attempts[name] = max(attempt, self.attempts.get(name, 0))


def _lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        with path.open("rb") as lines:
            yield from lines


class Cutter:
    """Cuts what is missing of a run into shards that last as long as the file says, by how long
    episodes have taken. `workers` says how many there are to share it.
    """

    def __init__(self, run: Run, journal: Journal, workers: Callable[[str], int]) -> None:
        self._run, self._journal, self._workers = run, journal, workers
        out = [*journal.out(run.missing)]
        self._found = {pool: deque(one for one in out if one.pool == pool) for pool in (CPU, LLM)}
        taken = {spec.episode_id for shard in out for spec in shard.episodes}
        left = {name: spec for name, spec in run.missing.items() if name not in taken}
        self._left = {
            CPU: sum(not waits(spec) for spec in left.values()),
            LLM: sum(waits(spec) for spec in left.values()),
        }
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

    def back(self, shard: Shard, missing: Iterable[EpisodeSpec], tries: int) -> None:
        """What is missing of a shard that was lost is handed out again, under another key."""
        title, specs = shard.title, self._renumbered(missing)
        again = Shard(key=self._key(), pool=shard.pool, title=title, episodes=specs, tries=tries)
        self._found[shard.pool].append(again)

    def _shard(self, pool: PoolName, parts: list[Batch]) -> Shard:
        specs = self._renumbered(spec for part in parts for spec in part.episodes)
        self._left[pool] -= len(specs)
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
        execution = self._run.spec.execution
        per_s = self._at_once(pool) / self._length_s(pool)
        by_balance = self._left[pool] // (SHARES * max(1, self._workers(pool)))
        least = min(execution.shard_s, LEAST_S) * per_s
        return max(2, int(min(execution.shard_s * per_s, max(by_balance, least))))

    def _at_once(self, pool: PoolName) -> int:
        execution = self._run.spec.execution
        return processes_of(execution.processes) if pool == CPU else execution.open_episodes

    def _length_s(self, pool: PoolName) -> float:
        """Of an episode; of those that are waited for and of whom nothing is known, a shard's."""
        if self._took[pool].count:
            return max(self._took[pool].mean, BALL_S)
        spec = self._run.spec
        return BALL_S * spec.match.max_overs * 12 if pool == CPU else spec.execution.shard_s
