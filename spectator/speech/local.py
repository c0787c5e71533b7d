"""Voices of this machine: programs that are given a text and give a WAV.

piper is under the GPL, so it is run as a program of its own and never imported. No text is an
argument: it goes in by stdin, so that nothing in it can be an option.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from spectator.speech.clip import Clip, ClipKind, NotAudio, clip_of
from spectator.speech.voice import ESPEAK, LineFailed, VoiceGone
from spectator.speech.voice import PIPER as PIPER_NAME

LONGEST_RUN_S: Final = 10.0
ESPEAK_SPEAKER: Final = "en-gb"
_WORDS_A_MINUTE: Final = "165"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A voice that is a program. Implements `Voice`."""

    name: str
    model: str
    speaker: str
    command: tuple[str, ...]
    longest_s: float = LONGEST_RUN_S
    kind: ClipKind = ClipKind.WAV
    is_paid: bool = False

    async def speak(self, text: str) -> Clip:
        try:
            return clip_of(await _run(self.command, text, self.longest_s))
        except TimeoutError:  # before OSError, of which it is one
            raise LineFailed(f"it took over {self.longest_s:g} s") from None
        except OSError as error:
            raise VoiceGone(error.strerror or type(error).__name__) from None
        except NotAudio as error:
            raise LineFailed(str(error)) from None

    async def aclose(self) -> None:
        """Nothing stays open."""


def espeak(path: str) -> Program:
    command = (path, "-v", ESPEAK_SPEAKER, "-s", _WORDS_A_MINUTE, "--stdin", "--stdout")
    return Program(name=ESPEAK, model="espeak-ng", speaker=ESPEAK_SPEAKER, command=command)


def piper(voice: Path) -> Program:
    """`voice` is an `.onnx` file with its `.onnx.json` beside it."""
    command = (sys.executable, "-m", "piper", "--model", str(voice), "--output_file", "-")
    return Program(name=PIPER_NAME, model="piper", speaker=voice.stem, command=command)


async def _run(command: Sequence[str], text: str, longest_s: float) -> bytes:
    """What it writes. Raises `LineFailed` where it does not end well, `OSError`, `TimeoutError`."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
    )
    try:
        async with asyncio.timeout(longest_s):
            out, _ = await process.communicate(f"{text}\n".encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise LineFailed(f"it ended with {process.returncode}")
    return out
