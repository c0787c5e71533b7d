"""A run's folder: what has been played, who is playing, and what is missing. The truth about a run
is here.

    runs/<name>/<file digest>-<occasion>/
      run.json            what the run is
      records/            sealed records: an episode whose record is here has been played
      records/void/       records of attempts that do not count, and what killed ones left
      episodes.jsonl      the ledger: one line for every attempt at an episode, appended as it ends
      gists.jsonl         what a report tells of the play of each match (`flows.gists`)
      pruned.txt          episodes whose records were deleted; the ledger has their results
      spool/              events on their way to a bus that was away
      shown.jsonl         of single matches: when what captains think may be shown (`flows.showing`)

The ledger is quick to read and tells of void attempts too, but a record decides: a line without a
record is played again, a record without a line is read for its result. So a process may be killed
between any two system calls. Both locks are the kernel's (`flock`): they end with their holder,
and never go stale.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import TypeAdapter, ValidationError

from engine.cricket.choices import Seat
from engine.errors import BrokenRecord
from engine.events import EndReason, TossEvent
from engine.record import PART, ending_of, header_of, read_record, record_path, sealed_path
from engine.reporter import play_digest
from engine.result import EpisodeResult, toss_of
from engine.spec import EpisodeSpec
from flows.saving import naming, save

DIGEST_DIGITS: Final = 12
STRAGGLER_TIMEOUT_S: Final = 30.0
_POLL_S: Final = 0.1
_RESULT: Final = TypeAdapter(EpisodeResult)
_NOT_KEPT: Final = {"cards"}  # the record has every ball


class RunBusy(Exception):
    """Another process plays this run: `holder` says which."""

    def __init__(self, folder: str, holder: str) -> None:
        super().__init__(folder, holder)
        self.folder, self.holder = folder, holder

    def __str__(self) -> str:
        return f"{self.folder} is being played by {self.holder}; wait for it, or stop it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a ledger and the records said when they were read: how often each episode was tried, and
    the results that count.
    """

    attempts: Mapping[str, int]
    records: Path
    names: Set[str]
    counted: Mapping[str, EpisodeResult]

    def sealed(self, episode_ids: Iterable[str]) -> dict[str, EpisodeResult]:
        """Of these episodes those that count: their records are there."""
        return {
            episode_id: self.counted.get(episode_id) or result_of_record(path)
            for episode_id in episode_ids
            if (path := record_path(self.records, episode_id)).name in self.names
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An attempt at an episode that ended."""

    episode_id: str
    attempt: int
    end_reason: EndReason


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """An attempt at an episode that left a file."""

    episode_id: str
    attempt: int

    @classmethod
    def named(cls, name: str) -> Iterator[_Begun]:
        """Of a name such as `e1.2`; nothing where it is none."""
        episode_id, _, attempt = name.rpartition(".")
        if attempt.isdecimal():
            yield cls(episode_id=episode_id, attempt=int(attempt))


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of one run, which need not exist yet."""

    path: Path

    @classmethod
    def of(cls, runs: Path, *, name: str, file_digest: str, occasion: str) -> RunFolder:
        return cls((runs / name / f"{file_digest[:DIGEST_DIGITS]}-{occasion}").resolve())

    @property
    def records(self) -> Path:
        return self.path / "records"

    @property
    def ledger(self) -> Path:
        return self.path / "episodes.jsonl"

    @property
    def spool(self) -> Path:
        """Where events wait that the bus has not got."""
        return self.path / "spool"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the one process that plays this run; raises `RunBusy`."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._lock("run"), os.O_RDWR | os.O_CREAT, 0o644)
        try:
            self._take(handle)
            self._wait_for_stragglers()
            self._sweep()
            yield
        finally:
            os.close(handle)

    def is_held(self) -> bool:
        """Whether a process plays this run now."""
        try:
            handle = os.open(self._lock("run"), os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    @contextmanager
    def playing(self) -> Iterator[None]:
        """What a process holds while it writes records here: the next run waits until the last one
        has let go.
        """
        handle = os.open(self._lock("players"), os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH)
            yield
        finally:
            os.close(handle)

    def open(self, about: Mapping[str, Any]) -> None:
        """Make the folder, and say in `run.json` what the run is."""
        self.records.mkdir(parents=True, exist_ok=True)
        text = json.dumps(about, indent=2, ensure_ascii=False) + "\n"
        save(self.path / "run.json", text.encode())

    def about(self) -> dict[str, Any]:
        """What `run.json` says; nothing where it cannot be read."""
        with suppress(OSError, ValueError):
            found = json.loads((self.path / "run.json").read_text(encoding="utf-8"))
            return found if isinstance(found, dict) else {}
        return {}

    def set_aside(self) -> Path | None:
        """Move what was played before out of the way; says where to, or None where there was
        nothing.
        """
        if not self.path.exists():
            return None
        numbers = (n for n in range(1, 1_000_000))
        places = (self.path.with_name(f"{self.path.name}~{n}") for n in numbers)
        place = next(place for place in places if not place.exists())
        self.path.rename(place)
        return place

    def record_of(self, result: EpisodeResult) -> Path:
        """Where the record of this attempt is sealed."""
        void = result.end_reason.is_void
        return sealed_path(self.records, result.episode_id, result.attempt, void=void)

    def append(self, result: EpisodeResult) -> None:
        """Add one attempt, as `append_line` does."""
        append_line(self.ledger, _RESULT.dump_json(result, exclude=_NOT_KEPT))

    def attempts(self) -> Iterator[EpisodeResult]:
        """Every attempt, in the order in which they ended; a torn line is passed over."""
        if not self.ledger.exists():
            return
        with self.ledger.open("rb") as lines:
            for line in lines:
                with suppress(ValidationError, ValueError, TypeError):
                    yield _RESULT.validate_python({**json.loads(line), "cards": ()}, strict=False)

    def tried(self) -> Iterator[Tried]:
        """Of every attempt what it was and how it ended: quicker, and takes less room."""
        if not self.ledger.exists():
            return
        with self.ledger.open("rb") as lines:
            for line in lines:
                with suppress(ValueError, KeyError, TypeError):
                    told = orjson.loads(line)
                    yield Tried(
                        episode_id=told["episode_id"],
                        attempt=told["attempt"],
                        end_reason=EndReason(told["end_reason"]),
                    )

    def played(self) -> Played:
        """What has been played."""
        counted: dict[str, EpisodeResult] = {}
        tried: dict[str, int] = {}
        for result in self.attempts():
            tried[result.episode_id] = max(tried.get(result.episode_id, 0), result.attempt)
            if not result.end_reason.is_void:
                counted[result.episode_id] = result
        for one in self._begun():  # one that was cancelled, or killed, has no line
            tried[one.episode_id] = max(tried.get(one.episode_id, 0), one.attempt)
        names = {path.name for path in self.records.glob("*.jsonl")}
        names |= {f"{episode_id}.jsonl" for episode_id in self.pruned() & counted.keys()}
        return Played(attempts=tried, records=self.records, names=names, counted=counted)

    def pruned(self) -> frozenset[str]:
        """The episodes that were played and whose records were deleted since."""
        with suppress(FileNotFoundError):
            return frozenset(self._pruned.read_text(encoding="utf-8").split())
        return frozenset()

    def say_pruned(self, episode_ids: Iterable[str]) -> None:
        """Note it before they are deleted."""
        told = sorted({*self.pruned(), *episode_ids})
        save(self._pruned, "".join(f"{name}\n" for name in told).encode())

    @property
    def _pruned(self) -> Path:
        return self.path / "pruned.txt"

    def last_attempt(self) -> int:
        """The highest number of any attempt at any episode; 0 before the first."""
        ended = (one.attempt for one in self.attempts())
        begun = (one.attempt for one in self._begun())
        return max(*ended, *begun, 0, 0)

    def next_attempt(self, spec: EpisodeSpec) -> EpisodeSpec:
        """The same match under a number that no attempt at it has had: streams on a bus are for
        ever.
        """
        lines = ((one.episode_id, one.attempt) for one in self.attempts())
        begun = ((one.episode_id, one.attempt) for one in self._begun())
        had = [attempt for name, attempt in (*lines, *begun) if name == spec.episode_id]
        return spec.model_copy(update={"attempt": max(had, default=0) + 1})

    def _begun(self) -> Iterator[_Begun]:
        """Attempts that left a file and may have no line: void ones, killed ones."""
        for path in (self.records / "void").glob("*.jsonl"):
            yield from _Begun.named(path.name.removesuffix(".jsonl"))
        for folder in (self.records, self.records / "void"):
            for path in folder.glob(f"*{PART}"):
                yield from _Begun.named(path.name.removesuffix(PART).rpartition(".")[0])

    def _sweep(self) -> None:
        """Unsealed records of processes that were killed, as nobody writes here now: they count for
        nothing, but an attempt that was begun keeps its number.
        """
        for part in self.records.glob(f"*{PART}"):
            (self.records / "void").mkdir(exist_ok=True)
            part.replace(self.records / "void" / part.name)

    def _lock(self, kind: str) -> Path:
        return self.path.with_name(f".{self.path.name}.{kind}.lock")

    def _take(self, handle: int) -> None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 200, 0).decode(errors="replace").strip()
            raise RunBusy(str(self.path), holder or "another process") from None
        os.ftruncate(handle, 0)
        started = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
        holder = f"process {os.getpid()} on {socket.gethostname()} since {started}"
        with naming(self.path):
            os.pwrite(handle, holder.encode(), 0)

    def _wait_for_stragglers(self) -> None:
        """Pool processes of a killed run end within moments; until then they may still write."""
        handle = os.open(self._lock("players"), os.O_RDWR | os.O_CREAT, 0o644)
        deadline = time.monotonic() + STRAGGLER_TIMEOUT_S
        try:
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        holder = "processes of an earlier run"
                        raise RunBusy(str(self.path), holder) from None
                    time.sleep(_POLL_S)
        finally:
            os.close(handle)


def append_line(path: Path, line: bytes) -> None:
    """Add `line` to a file that several processes write; whole lines only, also after one that a
    power cut tore. Raises `OSError`, with the file's name, where the disk takes no more.
    """
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        with naming(path):
            _write_whole(handle, (b"\n" if torn else b"") + line + b"\n", size)
    finally:
        os.close(handle)


def _write_whole(handle: int, line: bytes, size: int) -> None:
    """Append `line` to a file of `size` bytes. A disk takes the part that fits without an error."""
    if os.write(handle, line) < len(line):
        os.ftruncate(handle, size)
        raise OSError(ENOSPC, os.strerror(ENOSPC))


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
