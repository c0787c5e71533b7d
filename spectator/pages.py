"""The page: one index.html for all of its addresses, and the files that it loads.

A hundred small files, each asked for again at every opening, take longer than all the rest. So the
scripts come as one, where they can be joined; and the page names its files by what they hold, below
`@VERSION`, and browsers keep them for good. index.html is asked for every time.
"""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from spectator.joining import NotJoinable, joined

COCKPIT: Final = Path(__file__).parent / "cockpit"
FIRST, JOINED = "app.js", "page.js"
FOR_A_YEAR: Final = "max-age=31536000, immutable"
# The page itself reads the address; here it only has to be one of its own.
CLIENT_ROUTES: Final = (
    "/",
    "/matches",
    "/match/{stream:path}",
    "/runs",
    "/run/{stream:path}",
    "/start",
    "/play/{captain:path}",
)


def page_routes(folder: Path = COCKPIT) -> list[BaseRoute]:
    files = _Files(folder)
    return [*(Route(path, files.page) for path in CLIENT_ROUTES), Mount("/static", files)]


class _Files(StaticFiles):
    """The files by their names, and below `@` and the version that the page named last."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder)
        self._folder, self._now = folder, _Built()

    async def page(self, _: Request) -> Response:
        """The files may be other ones than at the last time: whoever edits them sees that."""
        self._now = await asyncio.to_thread(_built, self._folder, self._now)
        return HTMLResponse(self._now.page)

    async def get_response(self, path: str, scope: Scope) -> Response:
        version, _, rest = path.partition("/")
        if not version.startswith("@"):
            return await super().get_response(path, scope)
        answer = await self._file(rest, scope)
        if version == self._now.version:  # a page of before may still ask for what is another now
            answer.headers["cache-control"] = FOR_A_YEAR
        return answer

    async def _file(self, path: str, scope: Scope) -> Response:
        if path == JOINED and self._now.script is not None:
            return Response(self._now.script, media_type="text/javascript")
        return await super().get_response(path, scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Built:
    """The page of the files as they are, and its scripts as one; None where they come one by one,
    as somebody has written what cannot be joined.
    """

    version: str = ""
    page: str = ""
    script: str | None = None


def _built(folder: Path, before: _Built) -> _Built:
    version = _version_of(folder)
    if version == before.version:
        return before
    page, script = (folder / "index.html").read_text(encoding="utf-8"), None
    with suppress(NotJoinable):
        script = joined(folder, FIRST)
        page = page.replace(f'"/static/{FIRST}"', f'"/static/{JOINED}"')
    page = page.replace('"/static/', f'"/static/{version}/')
    return _Built(version=version, page=page, script=script)


def _version_of(folder: Path) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return f"@{digest.hexdigest()}"


async def missing(request: Request, error: Exception) -> Response:
    """For an address that nothing stands at: a page that leads home, where a browser asks."""
    assert isinstance(error, HTTPException)
    if "text/html" in request.headers.get("accept", ""):
        return FileResponse(COCKPIT / "missing.html", error.status_code)
    return PlainTextResponse(error.detail, error.status_code)
