"""Whether what runs write to can be written, and has room."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.variables import HOME, RUNS
from flows.needs import Finding

LEAST_FREE_MB: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A folder, what is kept in it, the variable that names another, and what gives it room."""

    check: str
    folder: Path
    what: str
    variable: str
    room: str = ""


def of_disks(runs: Path, home: Path) -> Iterator[Finding]:
    """Of the folder of runs; and of the others, where they are on another disk."""
    what = _Kept(
        check="runs", folder=runs, what="records", variable=RUNS.name, room="captains prune NAME"
    )
    yield _of(what)
    temporary = Path(tempfile.gettempdir())
    others = (
        _Kept(check="home", folder=home, what="Prefect's database and answers", variable=HOME.name),
        _Kept(
            check="temporary files",
            folder=temporary,
            what="shards that are played",
            variable="TMPDIR",
        ),
    )
    seen = {_device(runs)}
    for one in others:
        if (device := _device(one.folder)) not in seen:
            seen.add(device)
            yield _of(one)


def _of(kept: _Kept) -> Finding:
    other = f"export {kept.variable}=…  # a folder of yours"
    try:
        kept.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=kept.folder):
            free_mb = shutil.disk_usage(kept.folder).free // 2**20
    except OSError as error:
        return Finding(
            check=kept.check,
            state="wrong",
            said=f"{kept.folder} cannot be written ({error})",
            why=f"no place for {kept.what}",
            mend=other,
        )
    said = f"{kept.folder.resolve()}, {free_mb} MB free"
    if free_mb >= LEAST_FREE_MB:
        return Finding(check=kept.check, state="ok", said=said)
    return Finding(
        check=kept.check,
        state="wrong",
        said=said,
        why=f"{kept.what} go there; below {LEAST_FREE_MB} MB a run may end in its middle",
        mend=kept.room or other,
        left="what is deleted is yours to say",
    )


def _device(folder: Path) -> int | None:
    """None where nobody can tell."""
    try:
        there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        return there.stat().st_dev
    except OSError:
        return None
