"""A run's folder: what has been played, who is playing, and what is missing. The truth about a run
is here.

    runs/<name>/<file digest>-<occasion>/
      run.json            what the run is
      records/            sealed records: an episode whose record is here has been played
      records/*.pruned    emptied to make room on a full disk, until `pruned.txt` names them
      records/void/       records of attempts that do not count, and what killed ones left
      records/earlier/    of single matches: what was played before they were played anew
      episodes.jsonl      the ledger: one line for every attempt at an episode, appended as it ends
      gists.jsonl         what a report tells of the play of each match (`flows.gists`)
      pruned.txt          episodes whose records were deleted; the ledger has their results
      spool/              events on their way to a bus that was away
      shown.jsonl         of single matches: when what captains think may be shown (`flows.showing`)

The ledger is quick to read and tells of void attempts too, but a record decides: a line without a
record is played again, a record without a line is read for its result. So a process may be killed
between any two system calls.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine.record import PART, claimed, put_aside, sealed_path
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from flows import holding
from flows.played import Played, Tried, line_of, result_at, results_in, tried_in
from flows.saving import BrokenFile, append_line, is_full, save

DIGEST_DIGITS: Final = 12
_EMPTIED: Final = ".pruned"


class BrokenRun(BrokenFile):
    """The file which says what a run is cannot be used."""

    says = "what the run is and how often it was started"
    then = "its starts are then counted anew"


def _why_not_gone_by(about: object) -> str:
    """Why a start cannot go by what a run's folder says of it; nothing where it can."""
    if not isinstance(about, dict):
        return "is no JSON object"
    starts, first = about.get("starts"), about.get("first_attempt", 1)
    recalled, flow_run = about.get("recalled", []), about.get("flow_run")
    if type(starts) is not int or starts < 1:
        return "has no 'starts', a whole number from 1"
    if type(first) is not int or first < 1:
        return "'first_attempt' is no whole number from 1"
    if not isinstance(recalled, list) or not all(isinstance(key, str) for key in recalled):
        return "'recalled' is no list of texts"
    if not isinstance(flow_run, dict | None):
        return "'flow_run' is no JSON object"
    return ""


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
        with holding.held(self.path):
            self.sweep()
            try:
                yield
            finally:
                with suppress(OSError):  # a disk that is full, say: the next start does it
                    self.sweep()

    def is_held(self) -> bool:
        """Whether a process plays this run now."""
        return holding.is_held(self.path)

    def wait_for_stragglers(self) -> None:
        """Until nobody writes records here any more; raises `RunBusy`."""
        holding.wait_for_stragglers(self.path)

    def playing(self) -> AbstractContextManager[None]:
        """What a process holds while it writes records here."""
        return holding.playing(self.path)

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

    def check_about(self) -> None:
        """Raises `OSError` where `run.json` is there and may not be read, and `BrokenRun` where it
        says nothing: who went on would count starts and attempts anew.
        """
        file = self.path / "run.json"
        with suppress(FileNotFoundError):
            try:
                found = json.loads(file.read_text(encoding="utf-8"))
            except (ValueError, RecursionError) as error:
                raise BrokenRun(str(file), f"is not JSON ({error})") from None
            if why := _why_not_gone_by(found):
                raise BrokenRun(str(file), why)

    def set_aside(self) -> Path | None:
        """Move what was played before out of the way; says where to, or None where there was
        nothing.
        """
        if not self.path.exists():
            return None
        place = self.path.with_name(f"{self.path.name}~{max(self._aside(), default=0) + 1}")
        self.path.rename(place)
        return place

    def aside(self) -> Iterator[RunFolder]:
        """What was set aside, the last first; any of it may have been deleted."""
        there = self._aside()
        return (RunFolder(there[number]) for number in sorted(there, reverse=True))

    def _aside(self) -> dict[int, Path]:
        """What was set aside, by number."""
        named = ((path, path.name.rpartition("~")) for path in self.path.parent.glob("*~*"))
        return {
            int(number): path
            for path, (name, _, number) in named
            if name == self.path.name and number.isdecimal()
        }

    def record_of(self, result: EpisodeResult) -> Path:
        """Where the record of this attempt is sealed."""
        void = result.end_reason.is_void
        return sealed_path(self.records, result.episode_id, result.attempt, void=void)

    def append(self, result: EpisodeResult) -> None:
        """Add one attempt, as `append_line` does."""
        append_line(self.ledger, line_of(result))

    def attempts(self) -> Iterator[EpisodeResult]:
        """Every attempt, in the order in which they ended; a torn line is passed over."""
        return results_in(self.ledger)

    def tried(self) -> Iterator[Tried]:
        """Of every attempt what it was and how it ended: quicker, and takes less room."""
        return tried_in(self.ledger)

    def result(self, tried: Tried) -> EpisodeResult | None:
        """The result of an attempt; None where its line cannot be read."""
        return result_at(self.ledger, tried.at)

    def played(self) -> Played:
        """What has been played."""
        counted: dict[str, int] = {}
        attempts: dict[str, int] = {}
        for one in self.tried():
            attempts[one.episode_id] = max(attempts.get(one.episode_id, 0), one.attempt)
            if not one.end_reason.is_void:
                counted[one.episode_id] = one.at
        for begun in self._begun():  # one that was cancelled, or killed, has no line
            attempts[begun.episode_id] = max(attempts.get(begun.episode_id, 0), begun.attempt)
        names = {path.name for path in self.records.glob("*.jsonl")}
        names |= {f"{episode_id}.jsonl" for episode_id in self.pruned() & counted.keys()}
        return Played(
            ledger=self.ledger,
            records=self.records,
            attempts=attempts,
            names=names,
            counted=counted,
        )

    def pruned(self) -> frozenset[str]:
        """The episodes that were played and whose records were deleted since."""
        emptied = {path.stem for path in self._emptied()}  # first: they go once the list has them
        return self._noted() | emptied

    def say_pruned(self, records: Sequence[Path]) -> None:
        """Note it before they are deleted. On a full disk as many of them as it takes are emptied
        for it, each under a name that notes it meanwhile: a killed one is finished by the next.
        """
        emptied, noted = [*self._emptied()], self._noted()
        told = noted | {path.stem for path in (*records, *emptied)}
        if told != noted:
            content = "".join(f"{name}\n" for name in sorted(told)).encode()
            largest_first = sorted(records, key=lambda path: path.stat().st_size, reverse=True)
            for room in (*emptied, *largest_first, None):
                try:
                    save(self._pruned, content)
                    break
                except OSError as error:
                    if room is None or not is_full(error):
                        raise
                os.truncate(room.replace(room.with_suffix(_EMPTIED)), 0)
        for path in self._emptied():
            path.unlink()

    def _noted(self) -> frozenset[str]:
        """What `pruned.txt` says."""
        with suppress(FileNotFoundError):
            return frozenset(self._pruned.read_text(encoding="utf-8").split())
        return frozenset()

    def _emptied(self) -> Iterator[Path]:
        return self.records.glob(f"*{_EMPTIED}")

    @property
    def _pruned(self) -> Path:
        return self.path / "pruned.txt"

    def last_attempt(self) -> int:
        """The highest number of any attempt at any episode; 0 before the first."""
        ended = (one.attempt for one in self.tried())
        begun = (one.attempt for one in self._begun())
        return max(*ended, *begun, 0, 0)

    @contextmanager
    def attempt(self, spec: EpisodeSpec, first: int = 1) -> Iterator[EpisodeSpec]:
        """The same match under a number, from `first` on, that no attempt at it has had, nor gets
        as long as this lasts: streams on a bus are for ever.
        """
        first = max(first, self.attempts_at(spec.episode_id) + 1)
        with claimed(self.records, spec.episode_id, first) as attempt:
            yield spec.model_copy(update={"attempt": attempt})

    def attempts_at(self, episode_id: str) -> int:
        """The highest number of any attempt at it; 0 before the first."""
        # Files first: who ends meanwhile has his line before his files are gone.
        begun = [(one.episode_id, one.attempt) for one in self._begun()]
        lines = ((one.episode_id, one.attempt) for one in self.tried())
        return max((attempt for name, attempt in (*begun, *lines) if name == episode_id), default=0)

    def _begun(self) -> Iterator[_Begun]:
        """Attempts that left a file and may have no line: void ones, killed ones."""
        for path in (self.records / "void").glob("*.jsonl"):
            yield from _Begun.named(path.name.removesuffix(".jsonl"))
        for folder in (self.records, self.records / "void"):
            for path in folder.glob(f"*{PART}"):
                yield from _Begun.named(path.name.removesuffix(PART).rpartition(".")[0])

    def sweep(self, pattern: str = f"*{PART}") -> int:
        """Put aside what processes that were killed left unsealed, and say how much that was: it
        counts for nothing, but an attempt that was begun keeps its number.
        """
        return sum(map(put_aside, [*self.records.glob(pattern)]))
