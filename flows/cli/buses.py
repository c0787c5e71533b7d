"""Commands about a bus that runs already: which one it is, and a run put on it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from engine.variables import BUS_TOKEN, BUS_URL
from flows import settings
from flows.cli.found import find_run
from flows.cli.terminal import BadInput, Exit, answer_json, note, say
from flows.ledger import RunFolder
from flows.play import BusAddress
from flows.stage import bus_at
from flows.standing import standing_bus

if TYPE_CHECKING:
    from flows.publishing import Published


def needed_bus(bus_url: str | None, *runs: Path) -> BusAddress:
    """The one that is named, or else that of a `captains up` for one of these folders of runs.
    Raises `BadInput` where there is none, and `BadBusAddress`.
    """
    homes = [settings.home(folder) for folder in runs]
    bus = bus_at(bus_url, homes) or standing_bus(homes)
    if bus is None:
        raise BadInput(
            f"no bus is named; allowed: --bus URL with {BUS_TOKEN} set, {BUS_URL} and "
            f"{BUS_TOKEN} set, or a `captains up` that is up"
        )
    return bus


def publish_run(
    named: str,
    runs: Path,
    bus_url: str | None,
    reasoning: Literal["live", "never"] | None,
    *,
    as_json: bool,
) -> int:
    """`captains publish`."""
    from flows.publishing import publish

    folder = _folder(named, runs)
    bus = needed_bus(bus_url, *folder.path.parents[:2])
    done = asyncio.run(publish(folder, bus, reasoning))
    _tell(done, folder, bus, as_json=as_json)
    return Exit.FAILED if done.lost or done.waiting else Exit.DONE


def _folder(named: str, runs: Path) -> RunFolder:
    """A run that never sealed a match may have a spool alone."""
    given = RunFolder(Path(named).resolve())
    return given if given.spool.is_dir() else find_run(named, runs)


def _tell(done: Published, folder: RunFolder, bus: BusAddress, *, as_json: bool) -> None:
    if as_json:
        answer_json({"run_dir": str(folder.path), "url": bus.url, **done.model_dump()})
        return
    say(f"{done.matches} matches are on the bus at {bus.url}")
    if done.lost:
        note(f"{done.lost} events did not reach it: {done.why}")
    if done.waiting:
        note(f"{done.waiting} streams or matches still wait: {done.why}")
