"""How the process of a run below a worker takes a SIGTERM: the worker's, when its run is cancelled.

Prefect's own answer is raised wherever the loop happens to be, which ends the loop: every task of
the process is cancelled at once, those too that tell the bus how it ended, give slots back and
call home the shards that other workers play.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from prefect import runtime
from prefect.exceptions import TerminationSignal


@contextmanager
def ended_from_within() -> Iterator[None]:
    """A SIGTERM cancels the block and nothing else; at its end it is Prefect's own
    `TerminationSignal`. A second one changes nothing: who sent them waits before it kills. A
    command's flow is left alone (`flows.cli.progress`).
    """
    if runtime.deployment.id is None:
        yield
        return
    playing, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert playing is not None
    has_come = False

    def end() -> None:
        nonlocal has_come
        if not has_come:
            has_come = True
            playing.cancel()

    before = signal.getsignal(signal.SIGTERM)
    loop.add_signal_handler(signal.SIGTERM, end)
    try:
        yield
    except asyncio.CancelledError:
        if not has_come:
            raise
        playing.uncancel()
        raise TerminationSignal(signal.SIGTERM) from None
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, before)
