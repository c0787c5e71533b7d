"""Commands about a bus that runs already: which one it is, and a run put on it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from flows.cli.terminal import BadInput, Exit, answer_json, note, say
from flows.ledger import RunFolder
from flows.play import BusAddress
from flows.stage import BUS_TOKEN, BUS_URL, bus_at

if TYPE_CHECKING:
    from flows.publishing import Published


def needed_bus(bus_url: str | None) -> BusAddress:
    """Raises `BadInput` where none is named, and `BadBusAddress`."""
    bus = bus_at(bus_url)
    if bus is None:
        raise BadInput(
            f"no bus is named; allowed: --bus URL with {BUS_TOKEN} set, or {BUS_URL} and "
            f"{BUS_TOKEN} set"
        )
    return bus


def publish_run(
    run: Path, bus_url: str | None, reasoning: Literal["live", "never"] | None, *, as_json: bool
) -> int:
    """`captains publish`."""
    from flows.publishing import publish

    folder, bus = RunFolder(run.resolve()), needed_bus(bus_url)
    if not folder.records.is_dir() and not folder.spool.is_dir():
        raise BadInput(f"{run}: is no run's folder; allowed: one with records/ or spool/ in it")
    done = asyncio.run(publish(folder, bus, reasoning))
    _tell(done, folder, bus, as_json=as_json)
    return Exit.FAILED if done.lost or done.waiting else Exit.DONE


def _tell(done: Published, folder: RunFolder, bus: BusAddress, *, as_json: bool) -> None:
    if as_json:
        answer_json({"run_dir": str(folder.path), "url": bus.url, **done.model_dump()})
        return
    say(f"{done.matches} matches are on the bus at {bus.url}")
    if done.lost:
        note(f"{done.lost} events did not reach it: {done.why}")
    if done.waiting:
        note(f"{done.waiting} streams or matches still wait: {done.why}")
