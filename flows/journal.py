"""Which shards of a run are out.

    shards.jsonl    in the run's folder: a line when a shard is handed out, before anybody hears of
                    it, and one when all that it came to is at home

So whoever runs the tournament may be killed: the next start finds the shards that are out by their
keys, and hands out none of them a second time. What each may spend stands in the first line, what
it has spent in the second.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.spec import EpisodeSpec
from engine.tool_captains.budgets import Sums
from flows.deployments.wanted import PoolName
from flows.saving import append_line
from flows.spending import Told

FILE: Final = "shards.jsonl"


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Grant(_Line):
    """What a shard may spend, of budgets that have a limit. Of those of the captains who are
    `shared` others have the rest; `whole`: nobody else has any of the run's.
    """

    most: Told
    shared: tuple[str, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """`key` names it in the storage and in Prefect. `tries`: how often its like was lost before;
    `floor`: with what it was given before it could not play a match; `order`: the digest of its
    order, once that is written.
    """

    key: str
    pool: PoolName
    title: str
    episodes: tuple[EpisodeSpec, ...]
    tries: int = 0
    grant: Grant | None = None
    floor: Grant | None = None
    order: str | None = None


class _Out(_Line):
    key: str
    pool: PoolName
    title: str
    attempts: dict[str, int]
    grant: Grant | None = None
    order: str | None = None


class _Over(_Line):
    over: str
    spent: Told | None = None


class Journal:
    """Of one run. `attempts`: the last number that each episode was handed out under; `spent`: by
    the shards that are over.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._out: dict[str, _Out] = {}
        self.attempts: dict[str, int] = {}
        self.spent = Sums()
        for line in _lines(self._path):
            with suppress(ValidationError):
                self._close(_Over.model_validate_json(line))
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
                yield _shard(out, episodes)

    def owing(self, missing: Container[str]) -> Iterator[Shard]:
        """The shards that are out, and may have spent something, though nothing of them is missing:
        others have played it.
        """
        for out in [*self._out.values()]:
            if out.grant is not None and not any(name in missing for name in out.attempts):
                yield _shard(out, ())

    def promised(self) -> Sums:
        """What the shards that are out may spend."""
        sums = Sums()
        for out in self._out.values():
            if out.grant is not None:
                sums.add(out.grant.most.sums())
        return sums

    def keys_out(self) -> tuple[str, ...]:
        """Of the shards that are out."""
        return tuple(self._out)

    def episodes_out(self) -> frozenset[str]:
        """Of the shards that are out."""
        return frozenset(name for out in self._out.values() for name in out.attempts)

    def episodes_paid_for(self) -> frozenset[str]:
        """Of the shards that are out and may spend something."""
        paid = (out for out in self._out.values() if out.grant is not None)
        return frozenset(name for out in paid for name in out.attempts)

    def __contains__(self, key: str) -> bool:
        return key in self._out

    def begins(self, shard: Shard) -> None:
        attempts = {spec.episode_id: spec.attempt for spec in shard.episodes}
        out = _Out(
            key=shard.key,
            pool=shard.pool,
            title=shard.title,
            attempts=attempts,
            grant=shard.grant,
            order=shard.order,
        )
        append_line(self._path, out.model_dump_json(exclude_none=True).encode())
        self._note(out)

    def ends(self, shard: Shard, spent: Told | None = None) -> None:
        over = _Over(over=shard.key, spent=spent)
        append_line(self._path, over.model_dump_json(exclude_none=True).encode())
        self._close(over)

    def _close(self, over: _Over) -> None:
        """What is told twice counts once."""
        if self._out.pop(over.over, None) is not None and over.spent is not None:
            self.spent.add(over.spent.sums())

    def _note(self, out: _Out) -> None:
        self._out[out.key] = out
        for name, attempt in out.attempts.items():
            self.attempts[name] = max(attempt, self.attempts.get(name, 0))


def _shard(out: _Out, episodes: tuple[EpisodeSpec, ...]) -> Shard:
    return Shard(
        key=out.key,
        pool=out.pool,
        title=out.title,
        episodes=episodes,
        grant=out.grant,
        order=out.order,
    )


def _lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        with path.open("rb") as lines:
            yield from lines
