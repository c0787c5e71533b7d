"""The featured match of a run: one episode, played and shown beside the others.

It holds the featured channel's slot while it is shown, waits its turn while another match has it,
and never holds the table up: what has not been shown when everything else is done is played like
any other episode. Which match it is, `flows.featuring` says.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.logging import get_run_logger

from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from engine.tool_captains import Services
from flows import artifacts
from flows.announce import said_aloud
from flows.broadcast import FULL_SPEED, Broadcast
from flows.commentary import Telling, commentated
from flows.limits import FeaturedBusy, FeaturedMatch, featured_slot
from flows.play import play_until_it_counts
from flows.run import Run
from flows.stage import Stage
from flows.views import Views
from flows.work import title_of
from spectator import BusPublisher

ASK_AGAIN_S: Final = 1.0


@dataclass(slots=True)
class Screen:
    """One episode on its way to the featured channel.

    `enough`: stop waiting for the channel. `played`: the episode is in the table. `over`: nothing
    more will come. `hurried`: the rest is shown at full speed.
    """

    run: Run
    stage: Stage
    bus: BusPublisher
    spec: EpisodeSpec
    views: Views
    services: Services
    telling: Telling
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    played: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    hurried: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_on(self) -> bool:
        """Whether the match has been played, and is still being shown."""
        return self.played.is_set() and not self.over.is_set()

    @property
    def title(self) -> str:
        return f"{self.run.spec.name} · featured · {title_of(self.spec)}"

    @property
    def balls_per_s(self) -> float:
        return self.run.spec.spectate.balls_per_s if self.stage.paced else FULL_SPEED

    async def gave_up(self) -> bool:
        """Stop waiting for the channel; whether the episode still has to be played, unseen."""
        self.enough.set()
        waits = [asyncio.ensure_future(event.wait()) for event in (self.played, self.over)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return not self.played.is_set()

    async def show(self) -> None:
        """Wait for the channel, then play and show; gives up, and says so, after `enough`."""
        busy: FeaturedBusy | None = None
        match = FeaturedMatch(
            episode_id=self.spec.episode_id,
            title=title_of(self.spec),
            attempt=self.spec.attempt,
            page=self.stage.page,
        )
        while not self.enough.is_set():
            try:
                async with featured_slot(match, wait=False) as epoch:
                    await self._play(epoch)
                    return
            except FeaturedBusy as error:
                if busy is None:
                    get_run_logger().info("%s; this run's featured match waits", error)
                busy = error
            with suppress(TimeoutError):
                async with asyncio.timeout(ASK_AGAIN_S):
                    await self.enough.wait()
        if busy is not None:
            said_aloud(self.stage)(f"{busy}; {title_of(self.spec)} of this run is played unseen")

    async def _play(self, epoch: int) -> None:
        assert self.stage.bus is not None
        shown = commentated(
            self.bus.observer(fence=epoch),
            self.telling,
            episode_id=self.spec.episode_id,
            bus=self.bus,
            address=self.stage.bus,
            services=self.services,
            hurried=self.hurried,
            paced=self.stage.paced,
        )
        async with (
            shown as onto,
            Broadcast(onto, self.balls_per_s, self.hurried) as broadcast,
        ):
            self.run.show(self.spec)
            with self.run.playing.of([self.spec], on_bus=True):
                result = await self._result(broadcast)
            await self.views.add([result])
            await artifacts.show_featured(self.run, result)
            self.played.set()

    async def _result(self, broadcast: Broadcast) -> EpisodeResult:
        return await play_until_it_counts(
            self.run.folder,
            self.spec,
            attempts=self.run.attempts,
            observers=[broadcast],
            services=self.services,
        )


@task(name="featured", task_run_name="{screen.title}", cache_policy=NO_CACHE)
async def featured(screen: Screen) -> None:
    """Show one match of the run on the featured channel, if the channel can be had."""
    try:
        await screen.show()
    except ConcurrencySlotAcquisitionError as error:
        said_aloud(screen.stage)(f"no featured match: {error}")
