"""Clips onto the bus: asked for first, as the same words may have been said before."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import httpx

from spectator.sending import tls_for
from spectator.speech.clip import Clip, ClipKind
from spectator.speech.shelf import AUDIO_PATH, SECONDS_HEADER

_TIMEOUT: Final = httpx.Timeout(5.0, connect=1.0)


class BusAway(Exception):
    """The bus takes no sounds now: `why`. No voice's doing."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Studio:
    """One client of the bus's audio, with the publish token."""

    def __init__(self, url: str, token: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            headers={"authorization": f"Bearer {token}"},
            timeout=_TIMEOUT,
            trust_env=False,
            verify=tls_for(url),
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def duration_of(self, key: str, kind: ClipKind) -> float | None:
        """Seconds of a clip that the bus has; None where it has not. Raises `BusAway`."""
        answer = await self._sent("HEAD", path_of(key, kind))
        if answer.status_code != HTTPStatus.OK:
            return None
        try:
            return float(answer.headers[SECONDS_HEADER])
        except (KeyError, ValueError):
            return None

    async def upload(self, key: str, clip: Clip) -> str:
        """Its path on the bus. Raises `BusAway`."""
        path = path_of(key, clip.kind)
        headers = {"content-type": clip.kind.media_type}
        answer = await self._sent("PUT", path, content=clip.content, headers=headers)
        if not answer.is_success:
            raise BusAway(f"HTTP {answer.status_code}")
        return path

    async def _sent(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        try:
            return await self._client.request(method, path, content=content, headers=headers)
        except httpx.HTTPError as error:
            raise BusAway(f"it could not be reached ({type(error).__name__})") from None


def path_of(key: str, kind: ClipKind) -> str:
    return f"{AUDIO_PATH}/{key}.{kind}"
