"""All nights of one tournament together: the runs of a file that means the same, on every occasion.

Occasions are other matches on other seeds, so their results are independent and can be counted
together. Runs of another digest are not: they share seeds, and matches that were taken over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from flows.ledger import DIGEST_DIGITS, RunFolder
from flows.past import NoRun, PastRun

POOL: Final = ".pool"  # ends the name of the folder with what all occasions say together
_ASIDE: Final = "~"


def occasions_of(folder: RunFolder) -> list[RunFolder]:
    """The runs of the same name and digest as that in `folder`, which is one of them, in the order
    of their occasions; those that were set aside do not count. Raises `NoRun`.
    """
    about = folder.about()
    digest = about.get("file_digest")
    if not isinstance(digest, str):
        raise NoRun(str(folder.path), "is no tournament's run; allowed: one with run.json")
    places = folder.path.parent.glob(f"{digest[:DIGEST_DIGITS]}-*/run.json")
    found = [RunFolder(path.parent) for path in places if _ASIDE not in path.parent.name]
    alike = [one for one in found if one.about().get("file_digest") == digest]
    return sorted(alike, key=lambda one: _order(str(one.about().get("occasion", ""))))


def pool_path(folder: RunFolder) -> Path:
    """Where what all occasions say together is written."""
    digest = str(folder.about().get("file_digest", ""))[:DIGEST_DIGITS]
    return folder.path.with_name(f"{digest}{POOL}")


def pooled(runs: Sequence[PastRun]) -> PastRun:
    """All of them as one, in the folder of the last."""
    if len(runs) == 1:
        return runs[0]
    occasions = [str(run.about.get("occasion", "")) for run in runs]
    about = {
        **runs[-1].about,
        "occasion": f"{len(runs)} occasions, {occasions[0]} to {occasions[-1]}",
        "occasions": occasions,
        "episodes": sum(int(run.about.get("episodes", 0)) for run in runs),
    }
    return replace(runs[-1], about=about)


def _order(occasion: str) -> tuple[bool, int, str]:
    """2 comes before 10, and scheduled times come in their order."""
    number = int(occasion) if occasion.isdecimal() else 0
    return not occasion.isdecimal(), number, occasion
