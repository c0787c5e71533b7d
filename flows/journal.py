"""Which shards of a run are out.

    shards.jsonl    in the run's folder: a line when a shard is handed out, before anybody hears of
                    it, and one when all that it came to is at home

So whoever runs the tournament may be killed: the next start finds the shards that are out by their
keys, and hands out none of them a second time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.spec import EpisodeSpec
from flows.deployments.wanted import PoolName
from flows.saving import append_line

FILE: Final = "shards.jsonl"


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

    def episodes_out(self) -> frozenset[str]:
        """Of the shards that are out."""
        return frozenset(name for out in self._out.values() for name in out.attempts)

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
