"""Clips on the bus: publishers put them, viewers hear them.

A clip's name is the digest of what was asked of a voice, so it never changes; the oldest that
nobody asks for make room. They are kept in memory: after a restart the page is silent about what
was said before.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from spectator.access import Access
from spectator.ingest import read_body
from spectator.pages import FOR_A_YEAR
from spectator.refusing import Refused
from spectator.settings import BusSettings
from spectator.speech.clip import Clip, ClipKind, NotAudio, clip_of

AUDIO_PATH: Final = "/api/audio"
SECONDS_HEADER: Final = "x-audio-seconds"
_NAME: Final = re.compile(r"[0-9a-f]{64}\.(wav|mp3)")


class Shelf:
    """The clips of one bus, and the handlers over them."""

    def __init__(self, access: Access, settings: BusSettings) -> None:
        self._access, self._settings = access, settings
        self._clips: OrderedDict[str, Clip] = OrderedDict()
        self._bytes = 0

    def routes(self) -> list[BaseRoute]:
        one, publishers = f"{AUDIO_PATH}/{{name}}", self._access.for_publishers
        return [
            Route(one, publishers(self._put), methods=["PUT"]),
            Route(one, publishers(self._get), methods=["HEAD"]),
            Route(one, self._access.for_readers(self._get), methods=["GET"]),
        ]

    async def _put(self, request: Request) -> Response:
        name, kind = _name_in(request)
        given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if given != kind.media_type:
            raise Refused(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", legal=kind.media_type
            )
        content = await read_body(request, self._settings, self._settings.max_clip_bytes)
        if name in self._clips:
            return JSONResponse({"url": request.url.path})
        self._keep(name, _clip_in(content, kind))
        return JSONResponse({"url": request.url.path}, HTTPStatus.CREATED)

    async def _get(self, request: Request) -> Response:
        name, _ = _name_in(request)
        clip = self._clips.get(name)
        if clip is None:
            raise Refused(HTTPStatus.NOT_FOUND, "unknown_audio")
        self._clips.move_to_end(name)
        who = "public" if self._settings.read_token is None else "private"
        headers = {
            "cache-control": f"{who}, {FOR_A_YEAR}",
            SECONDS_HEADER: f"{clip.duration_s:.3f}",
        }
        return Response(clip.content, media_type=clip.kind.media_type, headers=headers)

    def _keep(self, name: str, clip: Clip) -> None:
        self._clips[name] = clip
        self._bytes += len(clip.content)
        while self._bytes > self._settings.max_audio_bytes:
            _, oldest = self._clips.popitem(last=False)
            self._bytes -= len(oldest.content)


def _name_in(request: Request) -> tuple[str, ClipKind]:
    name = request.path_params["name"]
    found = _NAME.fullmatch(name)
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND, "unknown_audio")
    return name, ClipKind(found[1])


def _clip_in(content: bytes, kind: ClipKind) -> Clip:
    try:
        clip = clip_of(content)
    except NotAudio as error:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_audio", why=str(error)) from None
    if clip.kind is not kind:
        why = f"it is {clip.kind}, not {kind}"
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_audio", why=why)
    return clip
