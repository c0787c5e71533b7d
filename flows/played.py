"""What has been played of a run, as its ledger and its records say. Results are read one by one,
when they are asked for: a long run has many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
from pydantic import TypeAdapter, ValidationError

from engine.cricket.choices import Seat
from engine.errors import BrokenRecord
from engine.events import EndReason, TossEvent
from engine.record import ending_of, header_of, read_record, record_path
from engine.reporter import play_digest
from engine.result import EpisodeResult, toss_of

_RESULT: Final = TypeAdapter(EpisodeResult)
_NOT_KEPT: Final = {"cards"}  # the record has every ball


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An attempt at an episode that ended. `at`: where in the ledger its line begins, in bytes."""

    episode_id: str
    attempt: int
    seed: int
    home: str
    away: str
    end_reason: EndReason
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a ledger and the records said when they were read: how often each episode was tried,
    the names of records, and where in the ledger the results begin that count.
    """

    ledger: Path
    records: Path
    attempts: Mapping[str, int]
    names: Set[str]
    counted: Mapping[str, int]

    def sealed(self, episode_id: str) -> EpisodeResult | None:
        """The result of an episode that counts: its record is there."""
        path = record_path(self.records, episode_id)
        if path.name not in self.names:
            return None
        at = self.counted.get(episode_id)
        told = None if at is None else result_at(self.ledger, at)
        return told or (result_of_record(path) if path.exists() else None)


def line_of(result: EpisodeResult) -> bytes:
    """What the ledger keeps of an attempt."""
    return _RESULT.dump_json(result, exclude=_NOT_KEPT)


def results_in(ledger: Path) -> Iterator[EpisodeResult]:
    """Every attempt, in the order in which they ended; a torn line is passed over."""
    for line in _lines(ledger):
        if (result := result_of_line(line)) is not None:
            yield result


def tried_in(ledger: Path) -> Iterator[Tried]:
    """Of every attempt what it was and how it ended: quicker, and takes less room."""
    at = 0
    for line in _lines(ledger):
        with suppress(ValueError, KeyError, TypeError):
            told = orjson.loads(line)
            yield Tried(
                episode_id=told["episode_id"],
                attempt=told["attempt"],
                seed=told["seed"],
                home=told["home"],
                away=told["away"],
                end_reason=EndReason(told["end_reason"]),
                at=at,
            )
        at += len(line)


def result_at(ledger: Path, at: int) -> EpisodeResult | None:
    """The result whose line begins there; None where it cannot be read."""
    with ledger.open("rb") as lines:
        lines.seek(at)
        return result_of_line(lines.readline())


def result_of_record(path: Path) -> EpisodeResult:
    """The result that a sealed record states. Raises `BrokenRecord`, also where it is untrue."""
    header, ending = header_of(path), ending_of(path)
    play = list(read_record(path))
    if play_digest(play) != ending.data.record_digest:
        raise BrokenRecord(str(path), "its result is not that of the play in it")
    started, ended = header.data, ending.data
    return EpisodeResult(
        episode_id=header.episode_id,
        attempt=header.attempt,
        seed=started.seed,
        home=started.home.captain,
        away=started.away.captain,
        winner=Seat(ended.winner) if ended.winner else None,
        end_reason=ended.end_reason,
        result=ended.result,
        innings=ended.innings,
        turns=ended.turns,
        deliveries=ended.deliveries,
        luck=ended.luck,
        setup_luck=ended.setup_luck,
        toss=next((toss_of(event) for event in play if isinstance(event, TossEvent)), None),
        counts={Seat(seat): counts for seat, counts in ended.counts.items()},
        record_digest=ended.record_digest,
        error=ended.error,
        cards=(),
        took_s=round((ending.ts - header.ts).total_seconds(), 3),
        taken_from=started.taken_from,
    )


def _lines(ledger: Path) -> Iterator[bytes]:
    if ledger.exists():
        with ledger.open("rb") as lines:
            yield from lines


def result_of_line(line: bytes) -> EpisodeResult | None:
    with suppress(ValidationError, ValueError, TypeError):
        return _RESULT.validate_python({**orjson.loads(line), "cards": ()}, strict=False)
    return None
