"""Begins a run, or goes on with it: one process at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from engine.version import project_version
from flows.aside import in_a_thread
from flows.holding import STRAGGLER_TIMEOUT_S
from flows.journal import Journal
from flows.ledger import RunFolder
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
    folder = order.folder(runs)
    if not folder.is_held():
        await in_a_thread(folder.wait_for_stragglers, 2 * STRAGGLER_TIMEOUT_S)
    with _held(order, runs, fresh=fresh, flow_run=flow_run) as run:
        await in_slices(run.taking_up())
        yield run


@contextmanager
def open_run(order: Order, runs: Path, *, fresh: bool = False) -> Iterator[Run]:
    """Be the one process that plays this run; raises `RunBusy` and `BrokenRun`. `fresh` sets aside
    what was played before, and plays under numbers that a bus which saw that has not had.
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
        folder.check_about()
        if fresh:
            folder.set_aside()
        left = _left_by_the_last(folder, order.spec.limits.attempts)
        starts = left.starts + 1
        folder.open(
            {
                "name": order.spec.name,
                "run_id": order.plan.run_id,
                "file_digest": order.file_digest,
                "occasion": order.plan.occasion,
                "starts": starts,
                "first_attempt": left.first_attempt,
                "fresh": fresh or left.fresh,
                "flow_run": flow_run,
                "recalled": left.recalled,
                "episodes": order.plan.at_least,
                "version": project_version(),
                "tournament": order.spec.model_dump(mode="json", exclude_none=True),
                "meaning": order.meaning,
            }
        )
        run = Run(order, folder, starts, left.first_attempt)
        run.earlier_flow_run, run.recalled = left.flow_run, left.recalled
        yield run


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    """What a start goes by that the last one left. `recalled`: shards that are still to be."""

    starts: int
    first_attempt: int
    recalled: tuple[str, ...]
    fresh: bool
    flow_run: Mapping[str, Any] | None

    @classmethod
    def of(cls, about: Mapping[str, Any]) -> Self:
        return cls(
            starts=int(about.get("starts", 0)),
            first_attempt=int(about.get("first_attempt", 1)),
            recalled=tuple(about.get("recalled", ())),
            fresh=bool(about.get("fresh")),
            flow_run=about.get("flow_run"),
        )


def _left_by_the_last(folder: RunFolder, attempts: int) -> _Left:
    """Where nothing is there, it is with what was set aside: by this start, or by one that was
    killed before it had written a word.
    """
    about = folder.about()
    if about:
        return _Left.of(about)
    recalled, first_attempt, fresh = list[str](), 1, False
    for aside in folder.aside():
        journal, about, fresh = Journal(aside.path), aside.about(), True
        recalled += journal.keys_out()
        handed = (number + attempts for number in journal.attempts.values())
        first_attempt = max(first_attempt, aside.last_attempt() + 1, *handed)
        if about:
            break
    left = _Left.of(about)
    return replace(
        left,
        recalled=(*left.recalled, *recalled),
        first_attempt=max(left.first_attempt, first_attempt),
        fresh=fresh,
    )
