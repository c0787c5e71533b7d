"""What travels between who hands out a shard and who plays it: an order one way, parcels back.

    <run>/<shard>/order        what is to be played (`ShardOrder`)
    <run>/<shard>/0, 1, 2 …    what has been played since the parcel before (`Parcel`)
    <run>/<shard>/recalled     that nobody waits for it any more, where its flow run was deleted

Each is compressed JSON, checked when it is read. A parcel has the sealed records themselves, and
whoever takes it home counts these: the seal is checked again, and that all of the match is what was
asked for. Of a ledger's line only that is believed which no record has; so is what was spent.
"""

from __future__ import annotations

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

from engine.captains.llm import NO_LIMIT, Allowance
from engine.cricket.formats import format_of
from engine.cricket.scorecard import InningsCard
from engine.errors import BrokenRecord
from engine.events import EpisodeStarted
from engine.record import PART, header_of, record_path, void_path
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from flows import gists
from flows.ledger import RunFolder
from flows.played import line_of, result_of_line, result_of_record
from flows.room import Wanted
from flows.saving import naming
from flows.spending import Told

M = TypeVar("M", bound=BaseModel)
_READABLE: Final = 0o644


class _Travelling(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ShardOrder(_Travelling):
    """What a worker is to play, and how. `version`: of the project that asks for it; `llm`: as
    `limits.llm`; `shown`: whether every episode is published; `cards`: whether scorecards are.

    `allowed` is what the run may spend, `before` what of that, and of its captains' budgets, is not
    this shard's; of those of the captains who are `shared` others have the rest. `wanted` is what
    a pair will hardly exceed, by its first episode, where that is known.
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
    allowed: Allowance = NO_LIMIT
    before: Told | None = None
    shared: tuple[str, ...] = ()
    wanted: Mapping[str, Wanted] = {}


class Parcel(_Travelling):
    """Attempts that have ended, as ledgers have them, and their sealed records by episode and
    attempt. `cards`, of those whose scorecards are shown: a ledger has none. `spent` is by the
    whole shard so far. `last`: with it the whole shard has been played, or as much of it as will
    be: `stopped` says why. Where it is `stopped` and not the last, somebody has cancelled it.
    """

    lines: tuple[str, ...]
    records: Mapping[str, str]
    cards: Mapping[str, tuple[InningsCard, ...]] = {}
    last: bool
    spent: Told | None = None
    stopped: str | None = None


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
    What is here already stays as it is, and counts: a parcel may come twice. Raises `BrokenRecord`.
    """
    folder, due, found = RunFolder(job.folder), dict(job.wanted), dict[str, EpisodeResult]()
    with folder.playing():
        for told, record in _attempts(job.parcel):
            spec = due.get(told.episode_id)
            if spec is not None:
                result = _kept(folder, told) or _write_down(folder, told, record, spec)
                cards = job.parcel.cards.get(_name(result), ())
                found[result.episode_id] = replace(result, cards=cards)
                due[spec.episode_id] = spec.model_copy(update={"attempt": spec.attempt + 1})
                if not result.end_reason.may_pass:
                    del due[spec.episode_id]
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


def _kept(folder: RunFolder, told: EpisodeResult) -> EpisodeResult | None:
    """The result of the record that is here already: of the match, or of this void attempt."""
    counted = record_path(folder.records, told.episode_id)
    void = void_path(folder.records, told.episode_id, told.attempt)
    path = next((path for path in (counted, void) if path.exists()), None)
    return None if path is None else _with_told(result_of_record(path), told)


def _write_down(
    folder: RunFolder, told: EpisodeResult, record: str, spec: EpisodeSpec
) -> EpisodeResult:
    handle, name = mkstemp(prefix=f"{_name(told)}.", suffix=PART, dir=folder.records)
    part = Path(name)
    try:
        with naming(part), os.fdopen(handle, "wb") as file:
            file.write(record.encode())
            file.flush()
            os.fsync(file.fileno())
        _check(part, told, spec)
        result = _with_told(result_of_record(part), told)
        path = folder.record_of(result)
        path.parent.mkdir(exist_ok=True)
        part.chmod(_READABLE)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    folder.append(result)
    if not result.end_reason.is_void:
        gists.keep(folder, result.episode_id)
    return result


def _with_told(sealed: EpisodeResult, told: EpisodeResult) -> EpisodeResult:
    """With what only a ledger has, where it tells of the same attempt."""
    if sealed.attempt != told.attempt:
        return sealed
    return replace(sealed, took_s=told.took_s, failed=told.failed)


def _check(record: Path, told: EpisodeResult, spec: EpisodeSpec) -> None:
    """Whether it is the record of this attempt, and that the one that was asked for."""
    header = header_of(record)
    if (header.episode_id, header.attempt) != (told.episode_id, told.attempt):
        raise BrokenRecord(_name(told), "a worker's record is not that of the result he tells")
    is_asked = header.attempt == spec.attempt and header.data.spec == spec.model_dump(mode="json")
    if not is_asked or _match_told(header.data) != _match_asked(spec):
        raise BrokenRecord(_name(told), "a worker's record is of another match")


def _match_told(header: EpisodeStarted) -> tuple[object, ...]:
    """What a header says of its match beside the settings."""
    home, away = header.home, header.away
    sides = ((home.captain, home.kind), (away.captain, away.kind))
    return header.seed, header.max_overs, header.format, *sides, header.taken_from


def _match_asked(spec: EpisodeSpec) -> tuple[object, ...]:
    home, away = spec.home, spec.away
    sides = ((home.name, home.kind), (away.name, away.kind))
    return spec.seed, spec.overs, format_of(spec.overs).name, *sides, None
