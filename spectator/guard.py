"""Who may do what: tokens, origins, and the headers that keep a browser strict."""

from __future__ import annotations

import hmac
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# 'self' covers the page's own WebSocket (CSP 3); nothing from elsewhere, nothing inline.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class StrictHeaders:
    """Puts the security headers on every HTTP response, errors too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                # Answers change and the page is small: ask again, by ETag where there is one.
                headers.setdefault("cache-control", "no-cache")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def has_token(connection: HTTPConnection, token: str | None, *, in_query: bool = False) -> bool:
    """Whether the request bears `token` (None: none is needed); compared in constant time.

    Browsers cannot put a header on a WebSocket or a download, so readers may give theirs in the
    query.
    """
    if token is None:
        return True
    scheme, _, given = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        given = ""
    if in_query and not given:
        given = connection.query_params.get("token", "")
    return hmac.compare_digest(given.strip().encode(), token.encode())


def is_own_origin(headers: Headers, allowed: frozenset[str]) -> bool:
    """Whether a WebSocket comes from our own page, an allowed one, or no browser at all.

    Browsers do not apply CORS to WebSockets, so the server has to look.
    """
    origin = headers.get("origin")
    if origin is None or origin in allowed:
        return True
    return urlsplit(origin).netloc == headers.get("host", "")
