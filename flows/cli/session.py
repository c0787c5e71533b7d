"""What a command starts before a flow and ends after it: a Prefect server, a bus, the stage
between them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from flows import settings
from flows.calling import call, drain
from flows.cli.only import standing_up
from flows.cli.terminal import hear, is_watched, note, note_server
from flows.health.bus import is_there
from flows.play import BusAddress
from flows.server import Server, server
from flows.stage import Reporter, Stage, bus_at

if TYPE_CHECKING:
    from flows.config import TournamentConfig
    from flows.summary import RunSummary

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A server and a bus that are up. `server_stays` after the block where it is not ours, or a
    `captains up` uses it too.
    """

    server: Server
    stage: Stage
    home: Path

    def server_stays(self) -> bool:
        if not self.server.embedded:
            return True
        up = standing_up(self.home)
        return up is not None and up.get("prefect") == self.server.ui_url

    def lasting_page(self) -> str | None:
        """Where what was shown can be seen once this session has ended; None where nobody answers
        there then.
        """
        bus = self.stage.bus
        return self.stage.page if bus and self.stage.bus_stays and is_there(bus.url) else None

    def call(self, flow: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a flow to its end on this session's stage."""
        return call(flow, self.stage)

    def played(self, config: TournamentConfig) -> RunSummary:
        """Play a tournament. Where nothing counts its flow run has failed: a summary it has."""
        from flows.story import NothingCounts
        from flows.tournament import tournament

        try:
            return self.call(lambda: tournament(config))
        except NothingCounts as failed:
            if failed.summary is None:  # it was raised in another process
                raise
            return failed.summary

    def make_ready(self) -> None:
        """Create what the server lacks of pools and limits."""
        asyncio.run(_made_ready())


@contextmanager
def session(
    runs: Path,
    *,
    quiet: bool,
    bus: bool = True,
    bus_url: str | None = None,
    reporter: Reporter | None = None,
    paced: bool | None = None,
) -> Iterator[Session]:
    """Start what a flow needs; all of it ends with the block. `bus_url` is that of a bus that runs
    already; `paced` None shows at a pace where somebody watches. Raises `ServerUnavailable`, or
    `BadBusAddress` before anything is started.
    """
    home = settings.home(runs)
    named = bus_at(bus_url, [home])
    settings.apply(home)
    with ExitStack() as stack:
        starting = (lambda: None) if quiet else note_server
        found = stack.enter_context(server(home, meanwhile=_load_flows, starting=starting))
        stage = Stage(
            bus=(named or _bus(stack)) if bus else None,
            bus_stays=named is not None,
            paced=(is_watched() and not quiet) if paced is None else paced,
            reporter=reporter or Reporter(),
        )
        stack.callback(drain)
        yield Session(server=found, stage=stage, home=home)


async def _made_ready() -> None:
    from prefect.client.orchestration import get_client

    from flows.deployments.setting_up import make_ready

    async with get_client() as client:
        await make_ready(client, note)


def _bus(stack: ExitStack) -> BusAddress:
    """A bus in this process."""
    from spectator import BusServer

    hear("spectator")
    started = stack.enter_context(BusServer())
    return BusAddress(url=started.url, token=started.publish_token)


def _load_flows() -> None:
    import flows.episode
    import flows.tournament  # noqa: F401
