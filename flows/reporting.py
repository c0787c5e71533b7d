"""What is done at the end of a run: its report is written, old records go. A run of which that
cannot be done has been played all the same.
"""

from __future__ import annotations

import asyncio

from flows.outside import Outside, outside
from flows.past import NoRun
from flows.pruning import old_runs, prune
from flows.report import PAGE, Report, write_report
from flows.run import Run
from flows.stage import Stage
from flows.summary import RunSummary


async def reported(run: Run, stage: Stage, summary: RunSummary) -> Report | None:
    """Write the report, and say in the summary where it is; None where it could not be."""
    try:
        report = await asyncio.to_thread(write_report, run.folder)
    except (NoRun, OSError) as error:
        stage.reporter.trouble(f"no report was written: {error}")
        return None
    except Exception as error:  # noqa: BLE001 - what was played stands, whatever is wrong with us
        why = f"{type(error).__name__}: {error}"
        again = f"captains report {run.folder.path}"
        stage.reporter.trouble(f"no report was written, by a mistake of ours ({why}): {again}")
        return None
    summary.report = str(run.folder.path / PAGE)
    return report


async def told_apart(run: Run, stage: Stage) -> list[Outside]:
    """The captains whose ratings are not what earlier runs let expect; each is said."""
    try:
        found = await asyncio.to_thread(outside, run.folder)
    except (NoRun, OSError, ValueError) as error:
        stage.reporter.trouble(f"earlier runs could not be compared with: {error}")
        return []
    for one in found:
        stage.reporter.trouble(str(one))
    return found


async def tidied(run: Run, stage: Stage) -> None:
    """Delete the records of earlier runs that the file does not want kept; never this run's, which
    is still held.
    """

    def prune_all() -> None:
        for _ in prune(old_runs(run.folder.path.parent, run.spec.keep)):
            pass

    try:
        await asyncio.to_thread(prune_all)
    except OSError as error:
        stage.reporter.trouble(f"old records could not be deleted: {error}")
