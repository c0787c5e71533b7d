"""The page: one index.html for all of its addresses, and the files that it loads.

A hundred small files, each asked for again at every opening, take longer than all the rest. So the
scripts come as one, where they can be joined; and the page names its files by what they hold, below
`@VERSION`, and browsers keep them for good. index.html is asked for every time.
"""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
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


def files_in(folder: Path) -> dict[str, bytes]:
    """What each file below `folder` holds, by its path from there."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


class _Files(StaticFiles):
    """The files by their names, and below `@` and the version those that the last page was of."""

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
        if rest not in self._now.files or scope["method"] not in ("GET", "HEAD"):
            return await super().get_response(rest, scope)
        answer = Response(self._now.files[rest], media_type=_type_of(rest))
        if version == self._now.version:  # a page of before may still ask for what is another now
            answer.headers["cache-control"] = FOR_A_YEAR
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Built:
    """The page of the files that were `found`. It loads `files`: these, and its scripts as one,
    which are not there where somebody has written what cannot be joined. The version is of all
    that is in `files`, and whatever the folder holds by now, they are what goes by its name.
    """

    found: Mapping[str, bytes] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    version: str = ""
    page: str = ""


def _built(folder: Path, before: _Built) -> _Built:
    found = files_in(folder)
    if found == before.found:
        return before
    files, page = dict(found), found["index.html"].decode()
    with suppress(NotJoinable):
        files[JOINED] = joined(found, FIRST).encode()
        page = page.replace(f'"/static/{FIRST}"', f'"/static/{JOINED}"')
    version = _version_of(files)
    page = page.replace('"/static/', f'"/static/{version}/')
    return _Built(found=found, files=files, version=version, page=page)


def _version_of(files: Mapping[str, bytes]) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for name, content in files.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return f"@{digest.hexdigest()}"


def _type_of(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


async def missing(request: Request, error: Exception) -> Response:
    """For an address that nothing stands at: a page that leads home, where a browser asks."""
    assert isinstance(error, HTTPException)
    if "text/html" in request.headers.get("accept", ""):
        return FileResponse(COCKPIT / "missing.html", error.status_code)
    return PlainTextResponse(error.detail, error.status_code)
