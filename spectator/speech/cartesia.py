"""Cartesia's speech over HTTP: `POST /tts/bytes`, one request a line.

What an answer means: 401, 402, 403 and an empty quota end the voice for the run; too many requests
at once (429 `concurrency_limited`) are tried again shortly, as they pass; anything else costs the
line. The key stands in one header and nowhere else: no message of ours quotes an answer.
Source: docs.cartesia.ai, API version 2026-08-14.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import httpx

from engine.tool_captains.contract import Limiter
from spectator.sending import tls_for
from spectator.speech.clip import Clip, ClipKind, NotAudio, clip_of
from spectator.speech.voice import CARTESIA, LineFailed, VoiceGone

SLOTS: Final = "tts-cartesia"  # what the limiter knows it by
URL: Final = "https://api.cartesia.ai"
VERSION: Final = "2026-08-14"
MODEL: Final = "sonic-3.5"
SPEAKER: Final = "e07c00bc-4134-4eae-9ea4-1a55fb45746b"
TRIES: Final = 3
PAUSE_S: Final = 0.3
MOST_BYTES: Final = 4 * 1024 * 1024
_SAMPLES_A_SECOND: Final = 22_050
_TIMEOUT: Final = httpx.Timeout(5.0, connect=2.0)
_OVER: Final = {
    HTTPStatus.UNAUTHORIZED: "the key is not accepted (401)",
    HTTPStatus.PAYMENT_REQUIRED: "the credits are used up (402)",
    HTTPStatus.FORBIDDEN: "the key may not do this (403)",
}
_BUSY: Final = "concurrency_limited"


class _Busy(Exception):
    """Too many requests at once: it passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CartesiaAccess:
    """`key` is never shown."""

    key: str
    url: str = URL
    speaker: str = SPEAKER

    def __repr__(self) -> str:
        return f"CartesiaAccess(url={self.url!r}, speaker={self.speaker!r})"


class Cartesia:
    """Implements `Voice`. Requests under way are bounded by `limiter`, over all matches."""

    name = CARTESIA
    model = MODEL
    kind = ClipKind.WAV
    is_paid = True

    def __init__(
        self,
        access: CartesiaAccess,
        limiter: Limiter,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        timeout: httpx.Timeout = _TIMEOUT,
    ) -> None:
        self._limiter, self._sleep = limiter, sleep
        self.speaker = access.speaker
        self._client = httpx.AsyncClient(
            base_url=access.url,
            headers={"authorization": f"Bearer {access.key}", "cartesia-version": VERSION},
            timeout=timeout,
            trust_env=False,
            verify=tls_for(access.url),
        )

    async def speak(self, text: str) -> Clip:
        for tried in range(1, TRIES + 1):
            try:
                async with self._limiter.slot(SLOTS):
                    clip = await self._asked(text)
            except _Busy:
                self._limiter.pushed_back(SLOTS)
                if tried < TRIES:
                    await self._sleep(random.uniform(0.5, 1.5) * PAUSE_S * tried)  # noqa: S311 - only spreads the knocking
                continue
            self._limiter.went_well(SLOTS)
            return clip
        raise LineFailed("too many requests at once (429)")

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _asked(self, text: str) -> Clip:
        try:
            async with self._client.stream("POST", "/tts/bytes", json=self._body(text)) as answer:
                content = await _read(answer)
        except httpx.HTTPError as error:
            raise LineFailed(type(error).__name__) from None
        if answer.status_code != HTTPStatus.OK:
            raise _fault(answer.status_code, content)
        try:
            return clip_of(content)
        except NotAudio as error:
            raise LineFailed(f"what came is no sound: {error}") from None

    def _body(self, text: str) -> dict[str, Any]:
        return {
            "model_id": self.model,
            "transcript": text,
            "voice": self.speaker,
            "language": "en",
            "output_format": {
                "container": "wav",
                "encoding": "pcm_s16le",
                "sample_rate": _SAMPLES_A_SECOND,
            },
        }


async def _read(answer: httpx.Response) -> bytes:
    content = b""
    async for part in answer.aiter_bytes():
        content += part
        if len(content) > MOST_BYTES:
            raise LineFailed("the answer is too large")
    return content


def _fault(status: int, content: bytes) -> Exception:
    if status in _OVER:
        return VoiceGone(_OVER[HTTPStatus(status)])
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        code = _error_code(content)
        # Without a code it is taken for the one that passes: a quota is said by its name.
        return _Busy() if code in (None, _BUSY) else VoiceGone("the quota is used up (429)")
    if status in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY):
        return VoiceGone(f"it refuses the request ({status})")
    return LineFailed(f"HTTP {status}")


def _error_code(content: bytes) -> str | None:
    try:
        told = json.loads(content)
    except ValueError:
        return None
    code = told.get("error_code") if isinstance(told, dict) else None
    return code if isinstance(code, str) else None
