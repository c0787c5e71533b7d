"""What breaks in the bus is told: one line in the log `spectator.mishaps`.

uvicorn's own log is off. A line names the request and where it broke, and no text of the error, as
that may hold anything that was sent.
"""

from __future__ import annotations

import logging
from pathlib import Path
from traceback import extract_tb
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from engine.wording import printable, shortened

LONGEST_PATH: Final = 200
_LOG: Final = logging.getLogger(__name__)


class Mishaps:
    """Logs whatever no handler has foreseen, and lets it go on to become a 500."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            _LOG.error("the bus broke at %s: %s", _asked(scope), _place(error))
            raise


def _asked(scope: Scope) -> str:
    """Without the query, which may hold a token."""
    path = shortened(printable(scope.get("path", "")), LONGEST_PATH)
    return f"{scope.get('method', scope['type'])} {path}"


def _place(error: Exception) -> str:
    frames = extract_tb(error.__traceback__)
    where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
