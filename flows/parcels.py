"""What travels between who hands out a shard and who plays it: an order one way, parcels back.

    <run>/<shard>/order        what is to be played (`ShardOrder`)
    <run>/<shard>/0, 1, 2 …    what has been played since the parcel before (`Parcel`)

Each is compressed JSON, checked when it is read. A parcel has the sealed records themselves, and
whoever takes it home trusts nothing of it: the seal is checked again, and that it is the match that
was asked for.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from typing import Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.cricket.scorecard import InningsCard
from engine.errors import BrokenRecord
from engine.record import PART
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from flows import gists
from flows.ledger import RunFolder
from flows.played import line_of, result_of_line, result_of_record
from flows.saving import naming

M = TypeVar("M", bound=BaseModel)
_READABLE: Final = 0o644


class _Travelling(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ShardOrder(_Travelling):
    """What a worker is to play, and how. `version`: of the project that asks for it; `llm`: as
    `limits.llm`; `shown`: whether every episode is published; `cards`: whether scorecards are.
    """

    version: str
    episodes: tuple[EpisodeSpec, ...]
    attempts: int
    processes: Literal["auto"] | int
    open_episodes: int
    llm: int
    shown: bool
    cards: bool
    reasoning: Literal["live", "after", "never"] | int


class Parcel(_Travelling):
    """Attempts that have ended, as ledgers have them, and their sealed records by episode and
    attempt. `cards`, of those whose scorecards are shown: a ledger has none. `last`: with it the
    whole shard has been played.
    """

    lines: tuple[str, ...]
    records: Mapping[str, str]
    cards: Mapping[str, tuple[InningsCard, ...]] = {}
    last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Homecoming:
    """A parcel on its way into a run's folder, and the episodes that are waited for."""

    folder: Path
    parcel: Parcel
    wanted: Mapping[str, EpisodeSpec]


def packed(what: BaseModel) -> bytes:
    return zlib.compress(what.model_dump_json().encode())


def digest_of(content: bytes) -> str:
    """What tells one order from another. It goes by Prefect, the order by the storage."""
    return sha256(content).hexdigest()


def unpacked(content: bytes, model: type[M]) -> M | None:
    """None where it is not, or not yet, what it should be: not every storage writes at once."""
    with suppress(zlib.error, ValidationError):
        return model.model_validate_json(zlib.decompress(content))
    return None


def parcel_of(folder: RunFolder, results: Iterable[EpisodeResult], *, last: bool) -> Parcel:
    """Of everything that was played in this folder; `results` are those that have cards."""
    cards = {_name(result): result.cards for result in results if result.cards}
    lines, records = [], {}
    for result in folder.attempts():
        lines.append(line_of(result).decode())
        records[_name(result)] = folder.record_of(result).read_text(encoding="utf-8")
    return Parcel(lines=tuple(lines), records=records, cards=cards, last=last)


def take_home(job: Homecoming) -> tuple[EpisodeResult, ...]:
    """The last results of those that are waited for, written down as if they had been played here.
    What is here already stays as it is: a parcel may come twice. Raises `BrokenRecord`.
    """
    folder, found = RunFolder(job.folder), dict[str, EpisodeResult]()
    with folder.playing():
        for result, record in _attempts(job.parcel):
            spec = job.wanted.get(result.episode_id)
            if spec is not None:
                _write_down(folder, result, record, spec)
                cards = job.parcel.cards.get(_name(result), ())
                found[result.episode_id] = replace(result, cards=cards)
    return tuple(found.values())


def _attempts(parcel: Parcel) -> Iterator[tuple[EpisodeResult, str]]:
    for line in parcel.lines:
        result = result_of_line(line.encode())
        record = None if result is None else parcel.records.get(_name(result))
        if result is None or record is None:
            raise BrokenRecord("a parcel of a shard", "a line without its record")
        yield result, record


def _name(result: EpisodeResult) -> str:
    return f"{result.episode_id}.{result.attempt}"


def _write_down(folder: RunFolder, result: EpisodeResult, record: str, spec: EpisodeSpec) -> None:
    path = folder.record_of(result)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = mkstemp(prefix=f"{_name(result)}.", suffix=PART, dir=folder.records)
    part = Path(name)
    try:
        with naming(path), os.fdopen(handle, "wb") as file:
            file.write(record.encode())
            file.flush()
            os.fsync(file.fileno())
        _check(part, result, spec)
        part.chmod(_READABLE)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    folder.append(result)
    if not result.end_reason.is_void:
        gists.keep(folder, result.episode_id)


def _check(record: Path, result: EpisodeResult, spec: EpisodeSpec) -> None:
    """Whether the record's own result is the one that is told, of the match that was asked for."""
    sealed = result_of_record(record)
    if _told(sealed) != _told(result):
        raise BrokenRecord(_name(result), "a worker's record is not that of the result he tells")
    if (sealed.seed, sealed.home, sealed.away) != (spec.seed, spec.home.name, spec.away.name):
        raise BrokenRecord(_name(result), "a worker's record is of another match")


def _told(result: EpisodeResult) -> dict[str, object]:
    """What both know."""
    told: dict[str, object] = json.loads(line_of(replace(result, took_s=None)))
    return {
        name: told[name]
        for name in ("episode_id", "attempt", "winner", "end_reason", "result", "record_digest")
    }
