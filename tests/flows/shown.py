"""Matches that were really played, and what a real bus says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.events import Event
from engine.record import read_record
from engine.spec import EpisodeSpec
from flows.play import play_once
from flows.single import singles_folder
from spectator import BusServer
from tests.spectator.matches import published
from tests.spectator.wire import client


async def sealed(runs: Path, spec: EpisodeSpec) -> list[Event]:
    """What the bus would have of a match that was played."""
    folder = singles_folder(runs)
    result = await play_once(folder, spec, [])
    return published(list(read_record(folder.record_of(result)))).match


async def told(bus: BusServer, stream: str) -> dict[str, Any]:
    async with client(bus) as http:
        return dict((await http.get(f"/api/streams/{stream}")).json())
