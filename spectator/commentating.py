"""The commentary of one match onto the bus: an observer that tells its events on and what is said
of them, beside the match's own stream.

Nothing here is waited for by the match. A line may be rewritten by somebody slower than the
templates; where he is not done in time, the template's line is said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Protocol

from engine.events import (
    Audio,
    AudioEvent,
    Commentary,
    CommentaryEvent,
    EpisodeStartedEvent,
    Event,
    now,
)
from engine.fanout import Observer
from engine.wire import Told
from spectator.commentary import SILENT, Line, comment
from spectator.speech.speaker import Speaker

WRITING_S: Final = 3.0  # how long a line is waited for
MOST_WRITING: Final = 2  # lines at once; the next ones are the templates'
_ENDING_S: Final = 5.0
_CUT_S: Final = 0.2  # where the show was broken off
_PREFIX: Final = "commentary:"


class Writer(Protocol):
    """Says a line in words of its own."""

    async def write(self, line: Line) -> str | None:
        """None where nothing usable came. Never raises."""
        ...


class Channel:
    """The commentary's own stream, numbered from 1 for each attempt."""

    def __init__(self, onto: Observer) -> None:
        self._onto = onto
        self._envelope: dict[str, Any] = {}
        self._seq = 0

    def begin(self, event: Event) -> None:
        self._envelope = {"episode_id": _PREFIX + event.episode_id, "attempt": event.attempt}
        self._seq = 0

    async def commentary(self, data: Commentary) -> None:
        await self._onto.on_event(CommentaryEvent(**self._next(), data=data))

    async def audio(self, data: Audio) -> None:
        await self._onto.on_event(AudioEvent(**self._next(), data=data))

    async def aclose(self) -> None:
        await self._onto.aclose()

    def _next(self) -> dict[str, Any]:
        self._seq += 1
        return {**self._envelope, "seq": self._seq, "ts": now()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """A line, and who is rewriting it."""

    line: Line
    writing: asyncio.Task[str | None] | None


_END: Final = None


class CommentaryObserver:
    """Hands every event on to `onto`, and says what there is to say of it on `channel`. Once
    `hurried` is set nobody listens any more, and the end is not waited for.
    """

    def __init__(
        self,
        onto: Observer,
        channel: Channel,
        *,
        speaker: Speaker | None = None,
        writer: Writer | None = None,
        tell: Callable[[str], None],
        hurried: asyncio.Event | None = None,
    ) -> None:
        self._onto, self._channel = onto, channel
        self._speaker, self._writer, self._tell = speaker, writer, tell
        self._hurried = hurried or asyncio.Event()
        self._state, self._broken = SILENT, False
        self._open = set[asyncio.Task[str | None]]()  # lines that are being written
        self._due: asyncio.Queue[_Due | EpisodeStartedEvent | None] = asyncio.Queue()
        self._task = asyncio.get_running_loop().create_task(self._say_all())

    async def on_event(self, event: Told) -> None:
        await self._onto.on_event(event)
        if not self._broken:
            try:
                self._hear(event.event)
            except Exception as error:  # noqa: BLE001 - the match is shown all the same
                self._broken = True
                self._tell(f"the commentary broke off: {error!r}")

    async def aclose(self) -> None:
        """Waits for what is still to be said; whoever breaks that off has everything closed too."""
        self._due.put_nowait(_END)
        nobody_listens = True
        try:
            hurried = self._hurried.is_set()
            await asyncio.wait([self._task], timeout=_CUT_S if hurried else _ENDING_S)
            nobody_listens = hurried
        finally:
            await self._end_all(silent=nobody_listens)

    async def _end_all(self, *, silent: bool) -> None:
        for task in (self._task, *self._open):
            task.cancel()
        (end, *_) = await asyncio.gather(self._task, *self._open, return_exceptions=True)
        if isinstance(end, Exception):
            self._tell(f"the commentary broke off: {end!r}")
        if self._speaker is not None:
            await self._speaker.aclose(silent=silent)
        await self._channel.aclose()
        await self._onto.aclose()

    def _hear(self, event: Event) -> None:
        if isinstance(event, EpisodeStartedEvent):
            self._state = SILENT
            self._due.put_nowait(event)
        told = comment(self._state, event)
        self._state = told.state
        if told.line is not None:
            self._due.put_nowait(_Due(line=told.line, writing=self._writing(told.line)))

    def _writing(self, line: Line) -> asyncio.Task[str | None] | None:
        if self._writer is None or len(self._open) >= MOST_WRITING:
            return None
        task = asyncio.get_running_loop().create_task(_in_time(self._writer, line))
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        return task

    async def _say_all(self) -> None:
        while (due := await self._due.get()) is not _END:
            if isinstance(due, EpisodeStartedEvent):
                self._channel.begin(due)
            else:
                await self._say(due)

    async def _say(self, due: _Due) -> None:
        own = await due.writing if due.writing is not None else None
        source: Literal["template", "llm"] = "template" if own is None else "llm"
        line = due.line if own is None else replace(due.line, text=own, brief=own)
        said = Commentary(of=line.of, text=line.text, source=source)
        await self._channel.commentary(said)
        if self._speaker is not None:
            self._speaker.hear(line)


async def _in_time(writer: Writer, line: Line) -> str | None:
    try:
        async with asyncio.timeout(WRITING_S):
            return await writer.write(line)
    except TimeoutError:
        return None
