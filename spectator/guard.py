"""Who may do what: tokens, origins, and the headers that keep a browser strict."""

from __future__ import annotations

import base64
import hashlib
import hmac
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

# 'self' covers the page's own WebSocket (CSP 3); nothing from elsewhere, nothing inline.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
POLICY_VIOLATION: Final = 1008  # RFC 6455; before the handshake it becomes a 403
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
    given = bearer_of(connection)
    if in_query and not given:
        given = connection.query_params.get("token", "").strip()
    return hmac.compare_digest(given.encode(), token.encode())


def bearer_of(connection: HTTPConnection) -> str:
    """The token in the request's header; empty where there is none."""
    scheme, _, given = connection.headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def player_token(publish_token: str, captain: str) -> str:
    """What lets a person see and answer the questions to `captain`, and nothing else.

    It follows from the publish token and the name, so that nothing has to be kept: who has the one
    can make the other, and not the other way round.
    """
    return _derived(publish_token, f"player:{captain}")


def start_token(publish_token: str) -> str:
    """What lets its bearer start and cancel matches, and publish nothing. It follows from the
    publish token as a player's does.
    """
    return _derived(publish_token, "start")


def start_digest(token: str) -> str:
    """By which a start token is known again without being kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def _derived(publish_token: str, purpose: str) -> str:
    digest = hmac.digest(publish_token.encode(), purpose.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class KnownHosts:
    """Lets a request in only under one of `hosts`, HTTP or WebSocket.

    A page from elsewhere can have its own name resolve to our address (DNS rebinding); then the
    browser takes us for that page's server, and only the Host header tells.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or self._knows(Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            refusal = JSONResponse({"error": "unknown_host"}, HTTPStatus.MISDIRECTED_REQUEST)
            await refusal(scope, receive, send)
        else:
            await WebSocketClose(POLICY_VIOLATION)(scope, receive, send)

    def _knows(self, headers: Headers) -> bool:
        return host_in("//" + headers.get("host", "")) in self._hosts


def host_in(url: str) -> str | None:
    """The host's name or address, in lower case and without brackets; None where there is none."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def is_own_origin(connection: HTTPConnection, allowed: frozenset[str]) -> bool:
    """Whether a request comes from our own page, an allowed one, or no browser at all.

    Browsers do not apply CORS to WebSockets, nor keep a page of another site from posting, so the
    server has to look.
    """
    origin = connection.headers.get("origin")
    if origin is None or origin in allowed:
        return True
    scheme = "https" if connection.scope["scheme"] in ("https", "wss") else "http"
    return origin == f"{scheme}://{connection.headers.get('host', '')}"
