"""Sounds that a test makes, and how loud one is."""

from __future__ import annotations

import array
import io
import math
import wave

from spectator.speech.clip import Clip, ClipKind, clip_of
from spectator.speech.voice import LineFailed


def tone(seconds: float = 0.2, rate: int = 8_000) -> bytes:
    """A WAV of a tone of 440 Hz."""
    count = int(seconds * rate)
    wave_of = (int(12_000 * math.sin(2 * math.pi * 440 * i / rate)) for i in range(count))
    samples = array.array("h", wave_of)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def loudness(content: bytes) -> float:
    """The root mean square of a WAV of 16 bits, as a share of the loudest there is."""
    with wave.open(io.BytesIO(content)) as file:
        assert file.getsampwidth() == 2
        samples = array.array("h", file.readframes(file.getnframes()))
    return math.sqrt(sum(s * s for s in samples) / len(samples)) / 32_768


MP3_FRAME = b"\xff\xfb\x90\x00" + bytes(413)  # MPEG 1, layer III, 128 kbit/s, 44.1 kHz


class Scripted:
    """A voice that says what a test tells it to: an exception is raised, anything else is a tone.
    Implements `Voice`.
    """

    kind = ClipKind.WAV
    model = "m"
    speaker = "s"

    def __init__(
        self,
        name: str = "one",
        *script: Exception | None,
        seconds: float = 0.2,
        is_paid: bool = False,
    ) -> None:
        self.name, self.is_paid, self.seconds = name, is_paid, seconds
        self.script = list(script)
        self.spoken: list[str] = []
        self.closed = False

    async def speak(self, text: str) -> Clip:
        now = self.script.pop(0) if self.script else None
        if now is not None:
            raise now
        self.spoken.append(text)
        return clip_of(tone(self.seconds))

    async def aclose(self) -> None:
        self.closed = True


FAILED = LineFailed("it coughs")
