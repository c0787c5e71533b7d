"""The publisher of a process: what the bus does not take waits in the run's folder, and what is
lost, or waits, is said. Knows nothing of Prefect.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from flows.ledger import RunFolder
from flows.play import BusAddress

if TYPE_CHECKING:
    from spectator import BusPublisher
    from spectator.reasoning import Shown


@asynccontextmanager
async def publisher(
    bus: BusAddress | None,
    folder: RunFolder,
    reasoning: Shown,
    say: Callable[[str], None],
) -> AsyncIterator[BusPublisher | None]:
    """The publisher of this process, which also delivers what earlier ones left in the run's
    folder; None where there is no bus. `say` hears what has not been delivered at the end.
    """
    if bus is None:
        yield None
        return
    from spectator import BusPublisher

    found = BusPublisher(bus.url, bus.token, spool=folder.spool, adopts=True, reasoning=reasoning)
    try:
        async with found:
            yield found
    finally:
        for line in undelivered(found, folder, bus.url):
            say(line)


def undelivered(publisher: BusPublisher, folder: RunFolder, url: str) -> Iterator[str]:
    """What the bus has not got, in words; nothing where it has everything."""
    report, left = publisher.report, publisher.streams_left
    if report.dropped:
        yield f"{report.dropped} events did not reach the bus at {url}: {report.why}"
    if left:
        streams = "the events of a stream wait" if left == 1 else f"events of {left} streams wait"
        why = f" ({report.why})" if report.why else ""
        yield (
            f"{streams} in {folder.spool} for a bus{why}: the same command, or "
            f"`captains publish {folder.path}`, delivers them"
        )
