"""The page: one index.html for all of its addresses, and the files that it loads."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

COCKPIT: Final = Path(__file__).parent / "cockpit"
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


def page_routes() -> list[BaseRoute]:
    return [
        *(Route(path, _page) for path in CLIENT_ROUTES),
        Mount("/static", StaticFiles(directory=COCKPIT)),
    ]


async def _page(_: Request) -> Response:
    return FileResponse(COCKPIT / "index.html")


async def missing(request: Request, error: Exception) -> Response:
    """For an address that nothing stands at: a page that leads home, where a browser asks."""
    assert isinstance(error, HTTPException)
    if "text/html" in request.headers.get("accept", ""):
        return FileResponse(COCKPIT / "missing.html", error.status_code)
    return PlainTextResponse(error.detail, error.status_code)
