"""The publisher of a process: what the bus does not take waits in the run's folder, and what is
lost, or waits, is said. Knows nothing of Prefect.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel

from engine.record import header_of, read_record
from flows.ledger import RunFolder
from flows.play import BusAddress
from flows.showing import Kept, Word

if TYPE_CHECKING:
    from spectator import BusPublisher
    from spectator.reasoning import Shown

PATIENCE_S: Final = 60.0  # with a bus that answered once, for one match


class Published(BaseModel):
    """What putting a run on a bus came to: `matches` are there, `lost` events never will be;
    `waiting` are the streams and matches that the bus did not take in time.
    """

    matches: int = 0
    lost: int = 0
    waiting: int = 0
    why: str | None = None

    def and_also(self, more: Published) -> Published:
        return Published(
            matches=self.matches + more.matches,
            lost=self.lost + more.lost,
            waiting=self.waiting + more.waiting,
            why=more.why or self.why,
        )


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
        yield (
            f"{report.dropped} events did not reach the bus at {url}: {report.why}; once their "
            f"matches are sealed, `captains publish {folder.path}` delivers them"
        )
    if left:
        streams = "the events of a stream wait" if left == 1 else f"events of {left} streams wait"
        why = f" ({report.why})" if report.why else ""
        yield (
            f"{streams} in {folder.spool} for a bus{why}: the same command, or "
            f"`captains publish {folder.path}`, delivers them"
        )


async def publish(folder: RunFolder, bus: BusAddress, reasoning: Word | None = None) -> Published:
    """Put a run's matches on the bus: what waits in its spool, then every sealed record. What is
    there already stays as it is. Raises `BrokenRecord`.
    """
    done, shown = await deliver_spool(folder, bus), Kept.of(folder)
    for record in records_of(folder):
        if done.waiting:
            done = done.model_copy(update={"waiting": done.waiting + 1})
        else:
            header = header_of(record)
            stream = f"{header.episode_id}/{header.attempt}"
            done = done.and_also(
                await publish_record(record, bus, reasoning or shown.of_stream(stream))
            )
    return done


async def deliver_spool(folder: RunFolder, bus: BusAddress) -> Published:
    """What earlier processes left for a bus, as far as nobody else delivers it."""
    from spectator import BusPublisher

    spooled = BusPublisher(bus.url, bus.token, spool=folder.spool, adopts=True, flush_s=PATIENCE_S)
    async with spooled:
        pass
    report = spooled.report
    return Published(lost=report.dropped, waiting=spooled.streams_left, why=report.why)


async def publish_record(record: Path, bus: BusAddress, reasoning: Word) -> Published:
    """One sealed match. Raises `BrokenRecord`."""
    from spectator import BusPublisher

    async with BusPublisher(bus.url, bus.token, reasoning=reasoning, flush_s=1.0) as publisher:
        observer = publisher.observer(flush_s=PATIENCE_S)
        for event in read_record(record):
            await observer.on_event(event)
        await observer.aclose()
        report = observer.report
    return Published(
        matches=not report.dropped and not report.waiting,
        lost=report.dropped,
        waiting=bool(report.waiting),
        why=report.why,
    )


def records_of(folder: RunFolder) -> list[Path]:
    """Void ones and those of earlier plays too, in the order in which they were sealed."""
    places = (folder.records, folder.records / "void", folder.records / "earlier")
    found = [record for place in places for record in place.glob("*.jsonl")]
    return sorted(found, key=lambda path: path.stat().st_mtime_ns)
