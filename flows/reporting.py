"""The report at the end of a run: a run whose report cannot be written has been played all the
same.
"""

from __future__ import annotations

import asyncio

from flows.past import NoRun
from flows.report import PAGE, Report, write_report
from flows.run import Run, RunSummary
from flows.stage import Stage


async def reported(run: Run, stage: Stage, summary: RunSummary) -> Report | None:
    """Write the report, and say in the summary where it is; None where it could not be."""
    try:
        report = await asyncio.to_thread(write_report, run.folder)
    except (NoRun, OSError) as error:
        stage.reporter.trouble(f"no report was written: {error}")
        return None
    summary.report = str(run.folder.path / PAGE)
    return report
