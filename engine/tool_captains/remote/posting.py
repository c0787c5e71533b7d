"""One POST to a program, and its bounded answer: what went wrong on the way is told apart by who
must act.

The program has its deadline from when the request has been sent. That it cannot be reached, is
busy (429) or broke down (5xx) is not the captain's doing: it is asked again, and then unavailable.
Redirects are not followed: a token goes where the file says, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Final

from engine.errors import NoUsableCall
from engine.tool_captains.account import Problem
from engine.tool_captains.authorities import authorities
from engine.tool_captains.deadline import Trace, answered_within
from engine.tool_captains.faults import BadEndpoint, Part, TransportFault, retry_after_s
from engine.tool_captains.redacting import Redactor

if TYPE_CHECKING:
    import httpx2

MAX_ANSWER_BYTES: Final = 64 * 1024  # the longest legal call has about 1,700 characters
CONNECT_S: Final = 10.0
_KEPT_OPEN_S: Final = 4.0  # many servers hang up after five, perhaps as we ask
_A_CALL: Final = "a tool call"
_NO_COOKIES: Final = DefaultCookiePolicy(allowed_domains=[])
# What no other answer would change: the organiser has to mend the token or the address.
_NO_ENTRY: Final = frozenset({401, 403})
_NOT_HERE: Final = frozenset({*range(300, 400), 404, 405, 407, 410})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reply:
    status: int
    body: bytes
    retry_after: str | None


class Programs:
    """The connections of a process to programs; they belong to the loop that first used them."""

    def __init__(self) -> None:
        self._client: httpx2.AsyncClient | None = None

    def open(self) -> None:
        """Loads and makes what the first request needs, which takes longer than a request."""
        self._connections()

    async def post(self, url: str, body: bytes, *, token: str | None, deadline_s: float) -> bytes:
        """The answer of the program at `url`, asked once; without the token, if it is in there.

        Raises `TransportFault` or `BadEndpoint`, and for what is the captain's own `NoUsableCall`.
        """
        reply = await self._once(url, body, token, deadline_s)
        answer = _usable(url, reply)
        text = answer.decode(errors="replace")
        return Redactor(token).clean(text).encode() if token else answer

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _once(self, url: str, body: bytes, token: str | None, deadline_s: float) -> _Reply:
        import httpx2

        try:
            async with answered_within(deadline_s) as trace:
                return await self._exchange(url, body, token, trace)
        except httpx2.InvalidURL as error:
            raise BadEndpoint(url, f"no such address can be: {error}", Part.ADDRESS) from None
        except httpx2.TransportError as error:
            raise TransportFault(url, type(error).__name__) from None

    async def _exchange(self, url: str, body: bytes, token: str | None, trace: Trace) -> _Reply:
        headers = {"content-type": "application/json", "accept": "application/json"}
        headers["accept-encoding"] = "identity"
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        async with self._connections().stream(
            "POST", url, content=body, headers=headers, extensions={"trace": trace}
        ) as response:
            got = b""
            async for part in response.aiter_raw():
                got += part
                if len(got) > MAX_ANSWER_BYTES:
                    break
            return _Reply(
                status=response.status_code,
                body=got,
                retry_after=response.headers.get("retry-after"),
            )

    def _connections(self) -> httpx2.AsyncClient:
        import httpx2

        if self._client is None:
            self._client = httpx2.AsyncClient(
                timeout=httpx2.Timeout(CONNECT_S, read=None, pool=None),
                limits=httpx2.Limits(
                    max_connections=None,
                    max_keepalive_connections=20,
                    keepalive_expiry=_KEPT_OPEN_S,
                ),
                follow_redirects=False,
                trust_env=False,  # no proxy, and no password from a .netrc
                cookies=CookieJar(_NO_COOKIES),  # a request holds all that an answer depends on
                verify=authorities(trust_env=False),
            )
        return self._client


def _usable(url: str, reply: _Reply) -> bytes:
    """The body of an answer that is one."""
    status = reply.status
    busy = status == HTTPStatus.TOO_MANY_REQUESTS
    if busy or status >= 500:
        wish_s = retry_after_s({"retry-after": reply.retry_after} if reply.retry_after else {})
        raise TransportFault(url, f"status {status}", wish_s, pushed_back=busy)
    if status in _NO_ENTRY:
        raise BadEndpoint(url, f"the token is not accepted (status {status})", Part.KEY)
    if status in _NOT_HERE:
        what = "it redirects" if status < 400 else "it takes no questions"
        raise BadEndpoint(url, f"{what} (status {status})", Part.ADDRESS)
    if status != HTTPStatus.OK:
        raise NoUsableCall(Problem.REFUSED, f"the program answered with status {status}", _A_CALL)
    if len(reply.body) > MAX_ANSWER_BYTES:
        why = f"an answer of over {MAX_ANSWER_BYTES} bytes"
        raise NoUsableCall(Problem.MALFORMED, why, _A_CALL)
    return reply.body
