"""What killed commands left in the folder of runs and in the home folder, and that nobody holds.

Nothing that counts is touched: no sealed record, result or report, no event that waits for a bus.
An unsealed record is put aside as its run's next start would do it: the attempt keeps its number.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.record import CLAIM, PART, is_claim, is_written
from flows.cli.only import take_now
from flows.holding import RunBusy
from flows.ledger import RunFolder
from flows.needs import Finding
from flows.single import SINGLES
from flows.standing import BUS
from flows.traces import not_played

HOUR_S: Final = 3_600.0  # whoever writes a file anew takes moments
FIX: Final = "captains doctor --fix"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """`clear` does away with it, and says what it did; None: it is left alone, and `left` says
    why.
    """

    check: str
    said: str
    why: str
    left: str = ""
    mend: str = FIX
    clear: Callable[[], str] | None = None

    def finding(self) -> Finding:
        return Finding(
            check=self.check,
            state="note",
            said=self.said,
            why=self.why,
            mend=self.mend,
            left=self.left,
        )


def left_behind(
    runs: Path, home: Path, *, now: Callable[[], float] = time.time
) -> Iterator[Leftover]:
    yield from _of_up(home)
    yield from _of_matches(runs)
    for file in sorted(runs.glob("*/*/run.json")):
        yield from _unsealed(RunFolder(file.parent))
    yield from _half_written(runs, home, now() - HOUR_S)


def _of_up(home: Path) -> Iterator[Leftover]:
    """A clean end takes `bus.json` away."""
    if (home / BUS).exists() and not is_written(home / BUS):
        yield Leftover(
            check="captains up",
            said=f"one that was killed left {home / BUS}",
            why="it holds the publish token of a bus that is no more",
            clear=lambda: _clear_up(home),
        )


def _clear_up(home: Path) -> str:
    hold = take_now(home)
    if hold is None:
        return "left alone: a captains up is just starting"
    try:
        (home / BUS).unlink(missing_ok=True)
    finally:
        hold.leave()
    return f"removed {home / BUS}, and emptied up.lock"


def _of_matches(runs: Path) -> Iterator[Leftover]:
    singles = RunFolder(runs / SINGLES)
    left = _parts(singles)
    parts = [part for part in left if not is_claim(part)]
    if claims := len(left) - len(parts):
        lost = not_played(singles)
        yield Leftover(
            check="matches asked for",
            said=f"{claims} that a killed captains up had not ended keep their numbers in "
            f"{singles.records}" + (f"; not played here: {', '.join(lost)}" if lost else ""),
            why="nobody here plays them any more; a worker elsewhere may",
            clear=lambda: _set_claims_aside(singles),
        )
    if parts:
        yield Leftover(
            check="single matches",
            said=f"{len(parts)} unsealed records of killed matches in {runs / SINGLES}",
            why="a bus that showed them takes them for live",
            left="the next `captains up` tells its viewers how they ended, by these files",
            mend="captains up",
        )


def _set_claims_aside(singles: RunFolder) -> str:
    claims = singles.sweep(f"*{CLAIM}")
    return f"put {claims} numbers aside, in {singles.records / 'void'}; they are not given again"


def _unsealed(run: RunFolder) -> Iterator[Leftover]:
    parts = [] if run.is_held() else _parts(run)
    if parts:
        yield Leftover(
            check=f"run {run.path.parent.name}/{run.path.name}",
            said=f"{len(parts)} unsealed records of a killed process",
            why="they count for nothing, and take room",
            clear=lambda: _set_aside(run, len(parts)),
        )


def _set_aside(run: RunFolder, parts: int) -> str:
    try:
        with run.held():  # as a start of the run does
            pass
    except RunBusy as busy:
        return f"left alone: {busy}"
    return f"put {parts} unsealed records aside, in {run.records / 'void'}"


def _parts(run: RunFolder) -> list[Path]:
    return [part for part in run.records.glob(f"*{PART}") if not is_written(part)]


def _half_written(runs: Path, home: Path, before: float) -> Iterator[Leftover]:
    """Files that were being written anew: the old ones stand beside them whole."""
    places = [*home.glob(f"*{PART}"), *runs.glob(f"*/*/*{PART}")]
    old = [path for path in places if _is_older(path, before)]
    if old:
        yield Leftover(
            check="half-written files",
            said=f"{len(old)}, such as {old[0]}",
            why="a killed process was writing them anew; the old ones stand beside them whole",
            clear=lambda: _remove(old),
        )


def _is_older(path: Path, before: float) -> bool:
    try:
        return path.is_file() and path.stat().st_mtime < before and not is_written(path)
    except OSError:
        return False


def _remove(files: list[Path]) -> str:
    for file in files:
        file.unlink(missing_ok=True)
    return f"removed {len(files)} of them"
