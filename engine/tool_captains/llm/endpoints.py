"""Chat endpoints over HTTP: one client with its own pool of connections for each base URL and key.

The `openai` package speaks; retries, deadlines and what an error means are ours. Nothing here
blocks the event loop. Every text that comes back has passed the redactor of the key that was sent.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.errors import EngineError
from engine.tool_captains.deadline import answered_within
from engine.tool_captains.faults import BadEndpoint, Part, TransportFault
from engine.tool_captains.llm.chat import ChatReply, ChatRequest
from engine.tool_captains.llm.completion import error_in, reply_in
from engine.tool_captains.llm.faults import Failure, failure_in, fault_of
from engine.tool_captains.redacting import Redactor
from engine.wording import printable, shortened

if TYPE_CHECKING:
    import httpx2
    import openai
    from openai import Omit

_NO_KEY: Final = "none"  # the package insists on one; it is not sent
_LONGEST_WHY: Final = 200
# At DEBUG these write down headers and bodies, which may echo a key; at INFO, a line a call.
_TALKATIVE: Final = ("openai", "httpx2", "httpcore2")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Client:
    """`headers` beside those of every request."""

    openai: openai.AsyncOpenAI
    headers: Mapping[str, str | Omit]
    redactor: Redactor


class Endpoints:
    """The clients of a process; they belong to the event loop that first used them."""

    def __init__(self) -> None:
        self._clients: dict[tuple[str, str | None], _Client] = {}

    async def complete(
        self,
        base_url: str,
        key: str | None,
        body: bytes,
        *,
        model: str,
        deadline_s: float,
        connect_s: float = 10.0,
    ) -> ChatReply:
        """One answer to `body` (as `encoded` gives it), asked for once. `connect_s` is for
        connecting and for sending each, `deadline_s` for the answer from then on.

        Raises `TransportFault`, `BadEndpoint`, `RequestRefused`, and `NoUsableCall` (late).
        """
        from engine.tool_captains.llm import wire

        client = self._client(base_url, key)
        try:
            async with answered_within(deadline_s) as trace:
                token = wire.WATCHED.set(trace)
                try:
                    response = await _post(client, body, connect_s)
                finally:
                    wire.WATCHED.reset(token)
        except _Unsent as unsent:
            why = client.redactor.clean_error(unsent.why)
            raise TransportFault(base_url, shortened(printable(why), _LONGEST_WHY)) from None
        return _read(response, base_url, model, client.redactor)

    async def aclose(self) -> None:
        clients, self._clients = self._clients, {}
        for client in clients.values():
            with suppress(Exception):
                await client.openai.close()

    def _client(self, base_url: str, key: str | None) -> _Client:
        found = self._clients.get((base_url, key))
        if found is None:
            found = self._clients[base_url, key] = _new_client(base_url, key)
        return found


class _Unsent(Exception):
    """No response came back, or not all of it: `why`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def _new_client(base_url: str, key: str | None) -> _Client:
    import httpx2
    import openai

    from engine.tool_captains.llm import wire

    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        client = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=key or _NO_KEY,
            max_retries=0,
            http_client=wire.new_client(),
        )
    except httpx2.InvalidURL as error:
        raise BadEndpoint(base_url, f"no such address can be: {error}", Part.ADDRESS) from None
    headers = {} if key else {"Authorization": openai.Omit()}
    return _Client(openai=client, headers=headers, redactor=Redactor(key))


async def _post(client: _Client, body: bytes, connect_s: float) -> httpx2.Response:
    """The response, whatever its status. Raises `_Unsent`.

    The package's own method for completions walks through every schema of every request, which is
    a third of what a call costs; what is sent is the same.
    """
    import httpx2
    import openai

    from engine.tool_captains.llm import wire

    try:
        return await client.openai.post(
            "/chat/completions",
            cast_to=httpx2.Response,
            content=body,
            options={"timeout": wire.timeouts(connect_s), "headers": client.headers},
        )
    except openai.APIStatusError as error:
        return error.response
    except (openai.APIConnectionError, httpx2.HTTPError, wire.TooLarge) as error:
        cause = error.__cause__ or error
        raise _Unsent(f"{type(cause).__name__}: {cause}" if str(cause) else repr(cause)) from None


def encoded(request: ChatRequest) -> bytes:
    """The JSON to send; what is not set is left out, as many endpoints refuse a null."""
    given = {
        "model": request.model,
        "messages": request.messages,
        "tools": request.tools or None,
        "tool_choice": request.tool_choice,
        "response_format": request.response_format,
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "seed": request.seed,
        "reasoning_effort": request.reasoning_effort,
    }
    fields = {name: value for name, value in given.items() if value is not None}
    return json.dumps({**fields, **request.extra_body}, separators=(",", ":")).encode()


def _read(response: httpx2.Response, base_url: str, model: str, redactor: Redactor) -> ChatReply:
    """The reply in a response, or the error that it means."""
    payload = _payload(response)
    if response.is_success:
        reply = reply_in(payload, redactor.clean)
        if reply is not None:
            return reply
    failure = failure_in(response.status_code, payload, response.headers, redactor.clean_error)
    if response.is_success:
        raise _without_answer(failure, payload, base_url, model)
    raise fault_of(failure, base_url, model)


def _payload(response: httpx2.Response) -> object:
    """The JSON of the body; its text where it is none."""
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return response.content[:2_000].decode("utf-8", errors="replace")


def _without_answer(failure: Failure, payload: object, base_url: str, model: str) -> EngineError:
    """A success that is no answer: some report an upstream's error in such a body, with its
    status as the code.
    """
    code = failure.code
    if code.isascii() and code.isdigit() and len(code) == 3 and int(code) >= 400:
        told = Failure(status=int(code), said=failure.said, code=code, headers=failure.headers)
        return fault_of(told, base_url, model)
    what = "has no choice in it" if isinstance(payload, dict) else "is no JSON object"
    if error_in(payload) is not None:
        what = "tells of an error"
    said = f" ({failure.text})" if failure.said else ""
    return TransportFault(base_url, f"the answer {what}{said}")
