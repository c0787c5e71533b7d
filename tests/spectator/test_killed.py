"""Real processes that are killed: the bus in mid-match, and the publisher while the bus is away."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.events import Event
from spectator.observer import BusObserver
from spectator.publisher import BusPublisher
from spectator.spool import SUFFIX
from tests.architecture.source import ROOT
from tests.spectator.matches import match_events, published
from tests.spectator.processes import TOKEN, bus_process, free_port
from tests.spectator.wire import stored, until

EVENTS = match_events("m", seed=3)
TOLD = published(EVENTS)


async def sent(publisher: BusPublisher) -> bool:
    return publisher.report.waiting == 0


@pytest.mark.parametrize("store", ["bus.sqlite", ":memory:"])
async def test_a_bus_that_is_killed_in_mid_match_misses_nothing(tmp_path: Path, store: str) -> None:
    """Whether it kept its events or comes back empty."""
    place, port, spool = store if store[0] == ":" else f"{tmp_path}/{store}", free_port(), tmp_path
    url = f"http://127.0.0.1:{port}"
    async with BusPublisher(url, TOKEN, spool=spool, adopts=True, flush_s=60) as publisher:
        observer = publisher.observer()
        with bus_process(place, port=port) as bus:
            await tell(observer, EVENTS[:80])
            await until(lambda: _has_sent_all(publisher))
            bus.kill()
            await tell(observer, EVENTS[80:150])
            await until(lambda: _are_on_disk(spool, 2))
            await tell(observer, EVENTS[150:-1])
        with bus_process(place, port=port) as bus:
            await tell(observer, EVENTS[-1:])
            await publisher.aclose()
            assert await stored(bus, "m/1") == as_json(TOLD.match)
            assert await stored(bus, "reasoning:m/1") == as_json(TOLD.reasoning)
    assert (publisher.report.dropped, publisher.streams_left) == (0, 0)


async def tell(observer: BusObserver, events: Sequence[Event]) -> None:
    for event in events:
        await observer.on_event(event)


async def _has_sent_all(publisher: BusPublisher) -> bool:
    return publisher.report.waiting == 0


async def _are_on_disk(spool: Path, streams: int) -> bool:
    return len(_files(spool)) == streams


def _files(spool: Path) -> list[Path]:
    return [*spool.glob(f"*{SUFFIX}")]


def as_json(events: Sequence[Event]) -> list[Any]:
    return [json.loads(event.model_dump_json()) for event in events]


# Tells a bus that is away as much of a match as it is asked to, says so, and waits to be killed.
PUBLISHER = """
import asyncio, sys
from pathlib import Path
from spectator.publisher import BusPublisher
from tests.spectator.matches import match_events

async def main(url, folder, count):
    publisher = BusPublisher(url, "t", spool=Path(folder), adopts=True)
    async with publisher:
        observer = publisher.observer()
        for event in match_events("m", seed=3)[:count]:
            await observer.on_event(event)
            await asyncio.sleep(0)
        while not list(Path(folder).glob("*.jsonl")):
            await asyncio.sleep(0.01)
        print("told", flush=True)
        await asyncio.sleep(600)

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


def told_and_killed(url: str, spool: Path, count: int) -> None:
    """A publisher that was told so many events, all on disk, and killed."""
    with subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, url, str(spool), str(count)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "told\n"
        process.send_signal(signal.SIGKILL)


async def test_what_a_killed_publisher_was_told_is_delivered_by_the_next(tmp_path: Path) -> None:
    port, told = free_port(), published(EVENTS[:100])
    url = f"http://127.0.0.1:{port}"
    await asyncio.to_thread(told_and_killed, url, tmp_path / "spool", 100)
    with bus_process(":memory:", port=port) as bus:
        next_one = BusPublisher(url, TOKEN, spool=tmp_path / "spool", adopts=True, flush_s=60)
        async with next_one:
            pass
        assert await stored(bus, "m/1") == as_json(told.match)
        assert await stored(bus, "reasoning:m/1") == as_json(told.reasoning)
    assert next_one.streams_left == 0
