"""What a voice is, and how it fails: for one line, or for good."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Final, Protocol

from spectator.speech.clip import Clip, ClipKind

CARTESIA: Final = "cartesia"
PIPER: Final = "piper"
ESPEAK: Final = "espeak"
BROWSER: Final = "browser"
LONGEST_TEXT: Final = 400
# Some engines read these as markup, phonemes or commands.
_UNSPOKEN: Final = re.compile(r"[\x00-\x1f\x7f<>\[\]{}|\\`]+")


class LineFailed(Exception):
    """This line could not be spoken; the next may be. `why` holds no secret."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class VoiceGone(Exception):
    """The voice will not speak any more in this run: `why`, without a secret."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Voice(Protocol):
    """`name` is the provider's, `model` and `speaker` tell its voices apart; `is_paid` where each
    character costs.
    """

    @property
    def name(self) -> str: ...

    @property
    def model(self) -> str: ...

    @property
    def speaker(self) -> str: ...

    @property
    def kind(self) -> ClipKind:
        """What it is expected to give."""
        ...

    @property
    def is_paid(self) -> bool: ...

    async def speak(self, text: str) -> Clip:
        """Raises `LineFailed` or `VoiceGone`."""
        ...

    async def aclose(self) -> None: ...


def speakable(text: str) -> str:
    """What a voice is given: names in it are untrusted."""
    return " ".join(_UNSPOKEN.sub(" ", text).split())[:LONGEST_TEXT]


def clip_key(voice: Voice, text: str) -> str:
    """The same words of the same voice are one clip."""
    said = json.dumps([voice.name, voice.model, voice.speaker, text], ensure_ascii=True)
    return hashlib.sha256(said.encode()).hexdigest()
