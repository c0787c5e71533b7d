"""Starts matches for whoever asks over the bus, never two at once on the featured channel.

The channel is Prefect's limit, which a match started from the command line holds as well; among
those that were started here our own queue is first come, first served: only the one at its head
asks Prefect, whose waiters are not in any order.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, TypeVar
from urllib.parse import quote

import httpx
from prefect.client.orchestration import PrefectClient

from engine.spec import EpisodeSpec
from flows.config import EpisodeConfig, PersonConfig
from flows.episode import match_of
from flows.limits import FeaturedMatch, current_featured, is_taken
from flows.orders import config_of, options
from flows.places import CancelledElsewhere, Here, Ordered, Place, Played
from flows.play import BusAddress
from flows.single import singles_folder
from flows.work import waits
from flows.workers import worker_of
from spectator.starts import (
    BadRequest,
    ChannelBusy,
    OnAir,
    Problem,
    Start,
    StarterAway,
    StartOptions,
    StartRequest,
    StartState,
    TooManyStarts,
)

T = TypeVar("T")
MOST_OPEN: Final = 20  # asked for and not over
MOST_UNSEEN: Final = 2  # that are played here at once beside the featured one
KEPT: Final = 200
ATTEMPTS_LOOKED_AT: Final = 1_000
CANCEL_S: Final = 9.0
CLOSE_S: Final = 6.0


@dataclass(slots=True)
class _Asked:
    """A match that was asked for, and the task that sees it through. `claim` keeps the number of
    its attempt from others.
    """

    start: Start
    config: EpisodeConfig
    spec: EpisodeSpec
    claim: ExitStack
    task: asyncio.Task[None] | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def becomes(self, **changes: object) -> None:
        self.start = self.start.model_copy(update=changes)


class Matches:
    """Implements `Starter`. `bus` is the address of the bus that asks, once that is up."""

    def __init__(self, client: PrefectClient, bus: Callable[[], BusAddress], runs: Path) -> None:
        self._client, self._bus, self._runs = client, bus, str(runs.resolve())
        self._here = Here(client, bus)
        self._asked: OrderedDict[str, _Asked] = OrderedDict()
        self._deciding = asyncio.Lock()  # one request after another: none is let in beside it
        self._channel, self._unseen = asyncio.Lock(), asyncio.Semaphore(MOST_UNSEEN)  # both fair

    # --- for the bus ---------------------------------------------------------------------------

    async def options(self) -> StartOptions:
        return options(self._name(await self._place(waits=False)))

    async def start(self, request: StartRequest) -> Start:
        config = await asyncio.to_thread(config_of, request, self._runs)
        async with self._deciding:
            if len(self._open()) >= MOST_OPEN:
                raise TooManyStarts(MOST_OPEN)
            if request.featured and not request.queue and (on_air := await self.on_air()):
                raise ChannelBusy(on_air)
            spec = await asyncio.to_thread(match_of(config).spec)
            claim, first = ExitStack(), await self._next_attempt(spec.episode_id)
            spec = await asyncio.to_thread(self._claimed, claim, spec, first)
            config = config.model_copy(update={"attempt": spec.attempt})
            return self._begun(request, config, spec, claim).start

    async def problems(self, request: StartRequest) -> tuple[Problem, ...]:
        try:
            await asyncio.to_thread(config_of, request, self._runs)
        except BadRequest as error:
            return error.problems
        return ()

    def started(self) -> tuple[Start, ...]:
        return tuple(self._told(asked) for asked in reversed(self._asked.values()))

    def find(self, start_id: str) -> Start | None:
        asked = self._asked.get(start_id)
        return None if asked is None else self._told(asked)

    async def cancel(self, start_id: str) -> Start | None:
        asked = self._asked.get(start_id)
        if asked is None:
            return None
        if not asked.start.state.is_over and asked.task is not None:
            if not asked.start.cancelling:
                asked.becomes(cancelling=True)
                asked.task.cancel()
            with suppress(TimeoutError):
                async with asyncio.timeout(CANCEL_S):
                    await asked.over.wait()
        return self._told(asked)

    async def on_air(self) -> OnAir | None:
        ours = [asked for asked in self._open() if asked.config.featured]
        match = await _reaching(current_featured(self._client))
        if match is None and not ours and not await _reaching(is_taken(self._client)):
            return None
        waiting = sum(1 for asked in ours if asked.start.state is StartState.QUEUED)
        if match is not None:
            return self._shown(match, waiting)
        if not ours:  # somebody has it who has not said yet what he shows
            return OnAir(id=None, title="another match", queued=waiting)
        first = ours[0].start
        title = f"{first.captain} v {first.opponent}"
        is_next = first.state is StartState.QUEUED
        return OnAir(id=first.id, title=title, start=True, queued=max(0, waiting - is_next))

    # --- one match -----------------------------------------------------------------------------

    def _begun(
        self, request: StartRequest, config: EpisodeConfig, spec: EpisodeSpec, claim: ExitStack
    ) -> _Asked:
        stream = f"{spec.episode_id}/{config.attempt}"
        people = tuple(c.name for c in (config.home, config.away) if isinstance(c, PersonConfig))
        start = Start(
            id=stream,
            state=StartState.QUEUED if request.queue else StartState.STARTING,
            captain=spec.home.name,
            opponent=spec.away.name,
            people=people,
            overs=spec.overs,
            pack=spec.pack,
            entry=spec.entry,
            seed=spec.seed,
            squads=request.squads,
            voice=request.voice,
            featured=request.featured,
            asked_at=datetime.now(UTC),
        )
        asked = self._asked[stream] = _Asked(start, config, spec, claim)
        asked.task = asyncio.create_task(self._seen_through(asked))
        asked.task.add_done_callback(lambda task: self._over(asked, task))
        return asked

    async def _seen_through(self, asked: _Asked) -> None:
        async with self._channel if asked.config.featured else self._unseen:
            if not await _reaching(is_taken(self._client)):
                asked.becomes(state=StartState.STARTING)
            place = await self._place(waits=waits(asked.spec))
            asked.becomes(where=self._name(place))
            order = Ordered(
                config=asked.config,
                episode_id=asked.spec.episode_id,
                stream=asked.start.id,
                on_playing=lambda: asked.becomes(state=StartState.PLAYING, begun=True),
            )
            self._ended(asked, await place.play(order))

    def _ended(self, asked: _Asked, played: Played) -> None:
        state = StartState.FAILED if played.result is None else StartState.ENDED
        asked.becomes(state=state, result=played.result, reason=played.reason)

    def _over(self, asked: _Asked, task: asyncio.Task[None]) -> None:
        """Whatever became of it is told, and counts as over."""
        error = None if task.cancelled() else task.exception()
        if task.cancelled() or isinstance(error, CancelledElsewhere):
            asked.becomes(state=StartState.CANCELLED, cancelling=False)
        elif error is not None:
            why = f"{type(error).__name__}: {error}"
            asked.becomes(state=StartState.FAILED, reason=why, cancelling=False)
        else:
            asked.becomes(cancelling=False)
        asked.claim.close()
        asked.over.set()
        over = [name for name, each in self._asked.items() if each.start.state.is_over]
        for name in over[: max(0, len(self._asked) - KEPT)]:
            del self._asked[name]

    async def warm(self) -> None:
        """Let the first match begin at once."""
        if await self._place(waits=False) is self._here:
            self._here.warm()

    async def aclose(self) -> None:
        """Cancel what is open, and wait `CLOSE_S` for it: a worker ends his match by himself."""
        self._here.hurry()
        open_ones = self._open()
        for asked in open_ones:
            if asked.task is not None and not asked.start.cancelling:
                asked.becomes(cancelling=True)
                asked.task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                for asked in open_ones:
                    await asked.over.wait()
        await self._here.aclose()

    # --- what is asked of others ---------------------------------------------------------------

    async def _place(self, *, waits: bool) -> Place:
        found = await _reaching(worker_of(self._client, self._bus(), waits=waits))
        return found or self._here

    def _name(self, place: Place) -> Literal["here", "worker"]:
        return "here" if place is self._here else "worker"

    async def _next_attempt(self, episode_id: str) -> int:
        """The first number under which this match has no stream yet."""
        async with httpx.AsyncClient(base_url=self._bus().url, trust_env=False) as bus:
            for attempt in range(1, ATTEMPTS_LOOKED_AT):
                stream = f"{episode_id}/{attempt}"
                if stream in self._asked:
                    continue
                answer = await _reaching(bus.get(f"/api/streams/{quote(stream)}"))
                if answer.status_code == httpx.codes.NOT_FOUND:
                    return attempt
        raise StarterAway(f"{episode_id} was played {ATTEMPTS_LOOKED_AT} times; take another seed")

    def _claimed(self, claim: ExitStack, spec: EpisodeSpec, first: int) -> EpisodeSpec:
        """Raises `StarterAway` where the disk takes no claim."""
        try:
            return claim.enter_context(singles_folder(Path(self._runs)).attempt(spec, first))
        except OSError as error:
            raise StarterAway(f"{error.filename or self._runs}: {error.strerror}") from None

    # --- what is told --------------------------------------------------------------------------

    def _open(self) -> list[_Asked]:
        return [asked for asked in self._asked.values() if not asked.start.state.is_over]

    def _told(self, asked: _Asked) -> Start:
        if asked.start.state is not StartState.QUEUED:
            return asked.start
        ahead = [
            each
            for each in self._open()
            if each.config.featured == asked.config.featured
            and each.start.state is StartState.QUEUED
        ]
        return asked.start.model_copy(update={"place": ahead.index(asked) + 1})

    def _shown(self, match: FeaturedMatch, queued: int) -> OnAir:
        stream = f"{match.episode_id}/{match.attempt}"
        known = self._asked.get(stream)
        return OnAir(
            id=stream,
            title=match.title,
            since=datetime.fromtimestamp(match.since, UTC),
            page=match.page,
            start=known is not None and not known.start.state.is_over,
            lost=match.lost or (known is not None and known.start.state.is_over),
            queued=queued,
        )


async def _reaching(asked: Awaitable[T]) -> T:
    """Raises `StarterAway` where Prefect, or our own bus, does not answer."""
    try:
        return await asked
    except httpx.HTTPError as error:
        raise StarterAway(str(error) or type(error).__name__) from None
