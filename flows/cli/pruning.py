"""`captains prune`: deletes the records of old runs, and no result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli.failures import said
from flows.cli.found import folders_named, nobody
from flows.cli.terminal import BadInput, Exit, answer_json, note, say

if TYPE_CHECKING:
    from flows.pruning import Pruned


def prune_runs(
    name: str, runs: Path, *, occasions: int | None, days: int | None, dry: bool, as_json: bool
) -> int:
    """`captains prune`."""
    from flows.pruning import old_runs, prune
    from tournaments.running import Keep

    below = folders_named(name, runs)[1:]
    place = next((one for one in below if any(one.glob("*/run.json"))), None)
    if place is None:
        raise nobody(name, f"no runs below {runs}; allowed: the name of a tournament")
    if occasions is None and days is None:
        raise BadInput("nothing to go by; allowed: --occasions N, --days N, or both")
    for option, value in (("--occasions", occasions), ("--days", days)):
        if value is not None and value < 1:
            raise BadInput(f"{option} {value}: allowed: a whole number from 1")
    wanted = Keep(occasions=occasions, days=days)
    pruned = (one for one in prune(old_runs(place, wanted), dry=dry) if one.records)
    if as_json:
        return _answered(pruned, dry=dry)
    would = "would be deleted" if dry else "deleted"
    is_told = False
    for one in pruned:  # each at once: the disk may be too full for the next
        say(f"{one.run_dir}: {one.records:,} records {would}, {one.bytes / 1e6:.1f} MB")
        is_told = True
    if not is_told:
        say("nothing to delete")
    return Exit.DONE


def _answered(pruned: Iterator[Pruned], *, dry: bool) -> Exit:
    """What went is told also where the command is stopped, or the disk fails."""
    runs: dict[str, Pruned] = {}  # a full disk may take one in parts
    code, failed = Exit.DONE, {}
    try:
        for one in pruned:
            had = runs.get(one.run_dir, replace(one, records=0, bytes=0))
            runs[one.run_dir] = replace(
                one, records=had.records + one.records, bytes=had.bytes + one.bytes
            )
    except (KeyboardInterrupt, OSError) as error:
        is_stopped = isinstance(error, KeyboardInterrupt)
        code = Exit.INTERRUPTED if is_stopped else Exit.FAILED
        failed = {"error": "interrupted" if is_stopped else said(error), "exit_code": int(code)}
    answer_json({"dry_run": dry, "runs": [asdict(one) for one in runs.values()], **failed})
    if failed:
        note(str(failed["error"]))
    return code
