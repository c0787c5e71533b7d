"""Says the commentary: one line at a time, each synthesised once, the best voice first.

It runs beside the match and is never waited for. While a line is being heard the next is not
chosen, so that what is chosen then is what matters then.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from engine.events import Audio
from spectator.commentary import Line
from spectator.speech.uploading import BusAway, Studio, path_of
from spectator.speech.voice import (
    BROWSER,
    LineFailed,
    Voice,
    VoiceGone,
    clip_key,
    speakable,
)
from spectator.speech.waiting import WaitingLines

FAILURES: Final = 3  # in a row, and a voice is given up
_CHARACTERS_A_SECOND: Final = 15.0  # how long a browser's voice takes
_LATE_S: Final = 1.0  # what waited longer is said in brief
_LEAD_S: Final = 0.5  # before a line ends the next is made ready


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechLimits:
    """A line older than `stale_s` is not said; `characters` go to a paid voice in a match; at the
    end of the match what is still to be said may take `end_s`.
    """

    stale_s: float = 6.0
    characters: int = 20_000
    end_s: float = 5.0


class Speaker:
    """`publish` is told of each clip, `tell` what the user should know, once."""

    def __init__(
        self,
        voices: Sequence[Voice],
        studio: Studio,
        publish: Callable[[Audio], Awaitable[None]],
        tell: Callable[[str], None],
        limits: SpeechLimits | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._voices, self._studio = list(voices), studio
        self._publish, self._tell, self._now = publish, tell, now
        self._limits = limits or SpeechLimits()
        self._lines = WaitingLines(stale_s=self._limits.stale_s)
        self._failures: dict[str, int] = {}
        self._characters = 0
        self._has_told_of_the_bus = False
        self._free_s = now()
        self._wake, self._ending = asyncio.Event(), False
        self._task = asyncio.get_running_loop().create_task(self._run())

    def hear(self, line: Line) -> None:
        self._lines.put(line, self._now())
        self._wake.set()

    async def aclose(self, *, silent: bool = False) -> None:
        """Say how it ended, within `end_s`; `silent` says nothing more."""
        self._ending = True
        self._lines.keep_last()
        self._wake.set()
        await asyncio.wait([self._task], timeout=0 if silent else self._limits.end_s)
        self._task.cancel()
        (end,) = await asyncio.gather(self._task, return_exceptions=True)
        if isinstance(end, Exception):
            self._tell(f"speech broke off: {end!r}")
        for voice in self._voices:
            await voice.aclose()

    # --- the loop ------------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            await self._turn()
            taken = self._lines.take(self._now())
            if taken is not None:
                is_late = self._now() - taken.since_s > _LATE_S or len(self._lines) > 0
                await self._say(taken.line, brief=is_late)
            elif self._ending:
                return

    async def _turn(self) -> None:
        """Until there is something to say and nothing being heard."""
        while not self._ending:
            self._wake.clear()
            wait_s = self._free_s - _LEAD_S - self._now()
            if len(self._lines) and wait_s <= 0:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s if len(self._lines) else None):
                    await self._wake.wait()

    async def _say(self, line: Line, *, brief: bool) -> None:
        text = speakable(line.brief if brief else line.text)
        try:
            await self._say_by_the_first_that_can(line, text)
        except BusAway as away:
            self._tell_of_the_bus(away)

    async def _say_by_the_first_that_can(self, line: Line, text: str) -> None:
        """Raises `BusAway`."""
        since_s = self._now()
        for voice in tuple(self._voices):
            if self._now() - since_s > self._limits.stale_s:
                return
            if (spoken := await self._tried(voice, line, text)) is not None:
                await self._heard(spoken)
                return
        if not self._voices:
            await self._heard(_for_the_browser(line, text))

    async def _tried(self, voice: Voice, line: Line, text: str) -> Audio | None:
        """None where this voice could not."""
        try:
            async with asyncio.timeout(self._limits.stale_s):
                spoken = await self._spoken(voice, line, text)
        except VoiceGone as gone:
            await self._give_up(voice, gone.why)
        except TimeoutError:
            await self._failed(voice, f"no answer within {self._limits.stale_s:g} s")
        except LineFailed as failed:
            await self._failed(voice, failed.why)
        else:
            self._failures[voice.name] = 0
            return spoken
        return None

    async def _spoken(self, voice: Voice, line: Line, text: str) -> Audio:
        key = clip_key(voice, text)
        duration_s = await self._studio.duration_of(key, voice.kind)
        url = path_of(key, voice.kind)
        if duration_s is None:
            self._spend(voice, text)
            clip = await voice.speak(text)
            url, duration_s = await self._studio.upload(key, clip), clip.duration_s
        return Audio(
            of=line.of, text=text, url=url, duration_s=round(duration_s, 3), voice=voice.name
        )

    def _spend(self, voice: Voice, text: str) -> None:
        if not voice.is_paid:
            return
        if self._characters + len(text) > self._limits.characters:
            raise VoiceGone(f"the match's {self._limits.characters} characters are spent")
        self._characters += len(text)

    async def _heard(self, audio: Audio) -> None:
        self._free_s = max(self._now(), self._free_s) + audio.duration_s
        await self._publish(audio)

    async def _failed(self, voice: Voice, why: str) -> None:
        count = self._failures[voice.name] = self._failures.get(voice.name, 0) + 1
        if count >= FAILURES:
            await self._give_up(voice, why)

    def _tell_of_the_bus(self, away: BusAway) -> None:
        if not self._has_told_of_the_bus:
            self._has_told_of_the_bus = True
            self._tell(f"speech: the bus does not take sounds: {away.why}")

    async def _give_up(self, voice: Voice, why: str) -> None:
        self._voices.remove(voice)
        follows = self._voices[0].name if self._voices else "the browser's own voice"
        self._tell(f"speech: {voice.name} speaks no more in this run: {why}; now {follows}")
        await voice.aclose()


def _for_the_browser(line: Line, text: str) -> Audio:
    length_s = round(len(text) / _CHARACTERS_A_SECOND, 3)
    return Audio(of=line.of, text=text, url=None, duration_s=length_s, voice=BROWSER)
