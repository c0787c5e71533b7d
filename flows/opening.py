"""Begins a run, or goes on with it: one process at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

from engine.version import project_version
from flows.journal import Journal
from flows.order import Order
from flows.run import Run

SLICE_S: Final = 0.02


@asynccontextmanager
async def opened(
    order: Order, runs: Path, *, fresh: bool = False, flow_run: Mapping[str, Any] | None = None
) -> AsyncIterator[Run]:
    """As `open_run`, and others have the loop between while. `flow_run` is what the folder keeps of
    the flow run that plays.
    """
    with _held(order, runs, fresh=fresh, flow_run=flow_run) as run:
        await in_slices(run.taking_up())
        yield run


@contextmanager
def open_run(order: Order, runs: Path, *, fresh: bool = False) -> Iterator[Run]:
    """Be the one process that plays this run; raises `RunBusy`. `fresh` sets aside what was played
    before, and plays under numbers that a bus which saw that has not had.
    """
    with _held(order, runs, fresh=fresh) as run:
        for _ in run.taking_up():
            pass
        yield run


async def in_slices(steps: Iterator[None]) -> None:
    """Take the steps, and let others have the loop every `SLICE_S`; what is cancelled has done
    whole steps.
    """
    due_s = time.monotonic() + SLICE_S
    for _ in steps:
        if time.monotonic() >= due_s:
            await asyncio.sleep(0)
            due_s = time.monotonic() + SLICE_S


@contextmanager
def _held(
    order: Order, runs: Path, *, fresh: bool, flow_run: Mapping[str, Any] | None = None
) -> Iterator[Run]:
    folder = order.folder(runs)
    with folder.held():
        before = folder.about()
        starts = int(before.get("starts", 0)) + 1
        first_attempt = int(before.get("first_attempt", 1))
        recalled = tuple(before.get("recalled", ()))  # by a start that was killed before it could
        if fresh:
            journal, attempts = Journal(folder.path), order.spec.limits.attempts
            recalled += journal.keys_out()
            handed = (number + attempts for number in journal.attempts.values())
            first_attempt = max(first_attempt, folder.last_attempt() + 1, *handed)
            folder.set_aside()
        folder.open(
            {
                "name": order.spec.name,
                "run_id": order.plan.run_id,
                "file_digest": order.file_digest,
                "occasion": order.plan.occasion,
                "starts": starts,
                "first_attempt": first_attempt,
                "fresh": fresh or bool(before.get("fresh")),
                "flow_run": flow_run,
                "recalled": recalled,
                "episodes": order.plan.at_least,
                "version": project_version(),
                "tournament": order.spec.model_dump(mode="json", exclude_none=True),
                "meaning": order.meaning,
            }
        )
        run = Run(order, folder, starts, first_attempt)
        run.earlier_flow_run, run.recalled = before.get("flow_run"), recalled
        yield run
