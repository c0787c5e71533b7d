"""What the records of a tournament will take of the disk, and what of it is free."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from flows.ranges import Range

KB: Final = 1_000
MB: Final = 1_000_000
# Bytes of a match: this, so much an over, and so much of each answer of a captain who is asked.
RECORD_BYTES: Final = (10 * KB, 19 * KB, KB)
RECORD_SPREAD: Final = Range(0.6, 1.0, 1.1)  # sides are bowled out; extras are bowled again


def records_mb(episodes: Range, overs: int, calls: Range) -> Range:
    """Of so many matches of so many overs a side, with so many calls in all."""
    fixed, an_over, a_call = RECORD_BYTES
    plays = episodes.times((fixed + an_over * overs) / MB).by(RECORD_SPREAD)
    return plays.plus(calls.times(a_call / MB))


def free_mb(runs: Path) -> float:
    """Where the folder of runs is, or will be made."""
    there = next(path for path in (runs, *runs.absolute().parents) if path.exists())
    return shutil.disk_usage(there).free / MB
