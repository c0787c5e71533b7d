"""The commentary of a featured match: written beside it, and spoken where that is asked for.

The quota of Cartesia is a Prefect limit, `captains-tts-cartesia`, which every process shares.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from engine.captains import CaptainSpec, settings_of
from engine.captains.llm import LlmSettings
from engine.errors import BadPreset, EngineError
from engine.fanout import Observer
from engine.tool_captains import Services
from flows.announce import said_aloud
from flows.deployments.declared import shipped
from flows.leasing import leased
from flows.play import BusAddress
from flows.slots import limit_name
from flows.stage import current_stage
from spectator import BusPublisher
from spectator.commentating import Channel, CommentaryObserver
from spectator.speech import Speaker, Studio, Wish, check_wish, choose_voices
from spectator.speech.cartesia import SLOTS
from spectator.writing import ModelWriter

UNPACED: Final = (
    "the match is shown at full speed, which no voice can follow; a terminal, or --balls-per-s of "
    "`captains play`, gives it a pace"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How a match is told. `writer` None: by the templates alone."""

    speech: Wish = Wish.NONE
    writer: CaptainSpec | None = None

    @property
    def writers(self) -> tuple[CaptainSpec, ...]:
        return () if self.writer is None else (self.writer,)

    @classmethod
    def of(cls, speech: str, writer: CaptainSpec | None) -> Telling:
        """Raises the spectator's `Unavailable` for a voice that is not here, and `BadPreset` for a
        writer that is no language model.
        """
        wish = Wish(speech)
        check_wish(wish, os.environ)
        if writer is not None:
            _model(writer)
        return cls(speech=wish, writer=writer)


@asynccontextmanager
async def commentated(
    onto: Observer,
    telling: Telling,
    *,
    episode_id: str,
    bus: BusPublisher,
    address: BusAddress,
    services: Services,
    hurried: asyncio.Event,
    paced: bool,
) -> AsyncIterator[Observer]:
    """An observer that hands on to `onto` and comments, until it is `hurried`; whoever is lent it
    closes it. Not `paced`, the match is over before a voice has said its first line: that is told.
    """
    tell = said_aloud(current_stage())
    channel = Channel(bus.observer())
    async with AsyncExitStack() as stack:
        speaker = writer = None
        if telling.writer is not None:
            writer = await _writer(telling.writer, episode_id, services, tell)
        if telling.speech is not Wish.NONE:
            limiter = await stack.enter_async_context(leased(lines_at_once(), tell))
            studio = await stack.enter_async_context(aclosing(Studio(address.url, address.token)))
            chosen = choose_voices(telling.speech, os.environ, limiter)
            tell(chosen.said if paced else f"{chosen.said}; {UNPACED}")
            speaker = Speaker(chosen.voices, studio, channel.audio, tell)
        yield CommentaryObserver(
            onto, channel, speaker=speaker, writer=writer, tell=tell, hurried=hurried
        )


async def _writer(
    spec: CaptainSpec, episode_id: str, services: Services, tell: Callable[[str], None]
) -> ModelWriter | None:
    """None where it cannot write, which is told."""
    writer = ModelWriter(spec.name, _model(spec), episode_id, services, tell)
    try:
        await writer.prepare()
    except EngineError as error:
        tell(f"commentary: {error}; the templates speak")
        return None
    return writer


def lines_at_once() -> int:
    """Under way at Cartesia."""
    return shipped().limits[limit_name(SLOTS)].slots


def _model(writer: CaptainSpec) -> LlmSettings:
    settings = settings_of(writer)
    if not isinstance(settings, LlmSettings):
        why = f"is of kind {writer.kind}; the commentary is written by a captain of kind llm"
        raise BadPreset(writer.name, why)
    return settings
