"""A chat endpoint on loopback that answers exactly what a test tells it to, byte for byte."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A response. `reason` stands in the status line; `closes`: the connection, whatever was
    promised of its length.
    """

    status: int = 200
    body: bytes = b""
    headers: Headers = field(default_factory=dict)
    reason: str = "OK"
    closes: bool = False
    content_type: str = "application/json"


def completion(
    name: str = "choose_toss",
    arguments: str = '{"elect": "bat"}',
    *,
    usage: Mapping[str, Any] | None = None,
    **message: Any,
) -> dict[str, Any]:
    """The JSON of an answer with one tool call."""
    call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 0,
        "model": "stub-1",
        "choices": [
            {
                "index": 0,
                "finish_reason": "tool_calls",
                "message": {"role": "assistant", "content": None, "tool_calls": [call], **message},
            }
        ],
        "usage": dict(
            usage or {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
        ),
    }


def says(payload: object, status: int = 200, **headers: str) -> Said:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Said(status=status, body=json.dumps(payload).encode(), headers=named)


def fails(status: int, message: str = "no", code: str = "", **headers: str) -> Said:
    return says({"error": {"message": message, "code": code}}, status, **headers)


ENOUGH_S = 3.0  # for an answer that a double gives, on a machine that is busy

Answering = Callable[[dict[str, Any]], Awaitable[Said | None]]


@dataclass(slots=True, kw_only=True)
class Stub:
    """`requests` as they came: their JSON; `most_at_once` of them were under way together."""

    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    under_way: int = 0
    most_at_once: int = 0


@asynccontextmanager
async def stub(*script: Said | None, answering: Answering | None = None) -> AsyncIterator[Stub]:
    """Says `script` one by one, the last of it for ever, or what `answering` returns. None: the
    connection is closed without a word.
    """
    left = list(script)
    running = Stub(url="")

    async def next_of_script(_: dict[str, Any]) -> Said | None:
        return left.pop(0) if len(left) > 1 else left[0]

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await _exchange(reader, writer, running, answering or next_of_script):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    running.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield running
    finally:
        server.close()


async def _exchange(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    running: Stub,
    answering: Answering,
) -> bool:
    """One request and its response; whether the connection stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
    headers = {name.lower(): value for name, value in headers.items()}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    running.requests.append(json.loads(body or b"{}"))
    running.headers.append(headers)
    running.under_way += 1
    running.most_at_once = max(running.most_at_once, running.under_way)
    try:
        said = await answering(running.requests[-1])
    finally:
        running.under_way -= 1
    if said is None:
        return False
    sent = {
        "content-type": said.content_type,
        "content-length": str(len(said.body)),
        **said.headers,
    }
    if "transfer-encoding" in sent:
        del sent["content-length"]
    lines = [f"HTTP/1.1 {said.status} {said.reason}", *(f"{k}: {v}" for k, v in sent.items())]
    writer.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + said.body)
    await writer.drain()
    return not said.closes


def plays(request: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The JSON of an answer that takes the first legal option of a tool that commits. `more` are
    further arguments.
    """
    tools = [tool["function"] for tool in request["tools"]]
    tool = next(tool for tool in tools if tool["name"] in COMMITTING)
    schema = tool["parameters"]
    arguments = {name: _some(schema["properties"][name]) for name in schema["required"]}
    return completion(tool["name"], json.dumps({**arguments, **more}))


COMMITTING = (
    "choose_toss",
    "select_batter",
    "choose_bowler",
    "bowl_delivery",
    "play_delivery",
)


def _some(schema: Mapping[str, Any]) -> object:
    match schema:
        case {"enum": [first, *_]}:
            return first
        case {"anyOf": [first, *_]}:
            return _some(first)
        case {"type": [kind, *_]}:
            return _some({**schema, "type": kind})
        case {"type": "number" | "integer"}:
            return schema.get("minimum", 0)
        case {"type": "boolean"}:
            return False
    return "x"
