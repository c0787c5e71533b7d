"""Whatever bytes an endpoint answers, the episode ends for a stated reason in a legal state."""

from __future__ import annotations

import asyncio
import json
import math
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.cricket.choices import Seat
from engine.events import EndReason
from engine.reporter import play_digest
from tests.llm.models import counts, legal_call, play
from tests.llm.stub import Said, completion

JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
DEEP: Final[Any] = "\x00deep"  # stands for what no JSON library writes: a nest of 3,000 lists
ODD = st.sampled_from(
    [10**400, 2**63, -1, 1e308, math.nan, math.inf, "\ud800", "\x1b[2J\x00", "x" * 70_000, DEEP]
)
ARGUMENTS = st.sampled_from(
    [
        *("", "null", "[]", '"bat"', "{", "{}{}", '{"elect": "bat", "elect": "field"}'),
        *('{"aggression": NaN}', '{"aggression": 1e999}', "[" * 5_000, '{"a":' * 3_000),
        *(f'{{"aggression": {"9" * 5_000}}}', '{"reason": "\\ud800"}', "{'elect': 'bat'}"),
    ]
)
CHOICE = ("choices", 0)
MESSAGE = (*CHOICE, "message")
CALL = (*MESSAGE, "tool_calls", 0)
PLACES = st.sampled_from(
    [
        *(("choices",), CHOICE, MESSAGE, (*MESSAGE, "tool_calls"), CALL, (*CALL, "function")),
        *((*CALL, "id"), (*CALL, "type"), (*CALL, "function", "name")),
        *((*MESSAGE, "content"), (*MESSAGE, "refusal"), (*MESSAGE, "reasoning_content")),
        *((*CHOICE, "finish_reason"), (*CHOICE, "index"), ("model",), ("id",), ("usage",)),
        *(("usage", "prompt_tokens"), ("usage", "completion_tokens"), ("usage", "cost")),
        ("usage", "prompt_tokens_details"),
    ]
)
FINISHES = st.sampled_from(["stop", "length", "content_filter", "tool_calls", "?"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A valid answer to whatever is asked, with `changes` made to it and its bytes spoilt."""

    changes: list[tuple[tuple[str | int, ...], Any]]
    junk: bytes | None
    spoilt: str
    at: int
    status: int

    def to(self, request: dict[str, Any]) -> Said:
        payload: Any = _valid(request)
        for place, value in self.changes:
            _put(payload, place, value)
        body = json.dumps(payload).encode() if self.junk is None else self.junk
        body = body.replace(json.dumps(DEEP).encode(), b"[" * 3_000 + b"]" * 3_000)
        return _spoil(body, self.spoilt, self.at % (len(body) + 1), self.status)


def _valid(request: dict[str, Any]) -> Any:
    try:
        name, arguments = legal_call(request)
    except (KeyError, StopIteration):  # asked for in text: nothing in it says what is legal
        name, arguments = "choose_toss", {"elect": "bat"}
    return deepcopy(completion(name, json.dumps(arguments)))


def _put(payload: Any, place: tuple[Any, ...], value: Any) -> None:
    """Sets what is there, if the way there has not been changed away."""
    for key in place[:-1]:
        try:
            payload = payload[key]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(payload, dict) or (isinstance(payload, list) and payload):
        payload[place[-1]] = value


def _spoil(body: bytes, how: str, at: int, status: int) -> Said:
    said: dict[str, Any] = {"status": status, "body": body}
    match how:
        case "cut":
            said["body"] = body[:at]
        case "closed":
            length = {"content-length": str(len(body) + 9)}
            said |= {"body": body[:at], "headers": length, "closes": True}
        case "chunked":
            chunk = b"%x\r\n%b\r\n" % (len(body) + 9, body)
            said |= {"body": chunk, "headers": {"transfer-encoding": "chunked"}, "closes": True}
        case "no utf-8":
            said["body"] = body[:at] + b"\xff\xfe\xc0" + body[at:]
        case "utf-16":
            said["body"] = body.decode("utf-8", "replace").encode("utf-16")
        case "twice":
            said["body"] = body + body
        case "doubled key":
            said["body"] = body.replace(b"{", b'{"choices": 0, ', 1)
        case "no gzip":
            said["headers"] = {"content-encoding": "gzip"}
        case "no json":
            said["content_type"] = "text/html; charset=nonsense"
    return Said(**said)


SPOILT = (
    *("", "", "", "cut", "closed", "chunked", "no utf-8", "utf-16", "twice", "doubled key"),
    *("no gzip", "no json"),
)
CHANGE = (
    st.tuples(PLACES, JUNK | ODD)
    | st.tuples(st.just((*CALL, "function", "arguments")), ARGUMENTS)
    | st.tuples(st.just((*MESSAGE, "content")), ARGUMENTS)
    | st.tuples(st.just((*CHOICE, "finish_reason")), FINISHES)
)
ANSWER = st.builds(
    Answer,
    changes=st.lists(CHANGE, max_size=3),
    junk=st.none() | st.none() | st.none() | st.binary(max_size=60),
    spoilt=st.sampled_from(SPOILT),
    at=st.integers(0, 2_000),
    status=st.sampled_from([200] * 9 + [204, 302, 400, 404, 422, 429, 500]),
)
ENDS = {
    "fallback": {EndReason.COMPLETED, EndReason.TRANSPORT, EndReason.BAD_SETTINGS},
    "forfeit": {
        EndReason.COMPLETED,
        EndReason.TRANSPORT,
        EndReason.BAD_SETTINGS,
        EndReason.FORFEIT,
    },
}


@pytest.mark.parametrize("cadence", ["ball", "over"])
@pytest.mark.parametrize("on_failure", ENDS)
@given(script=st.lists(ANSWER, min_size=1, max_size=6))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_episode_ends_for_a_stated_reason(
    cadence: str, on_failure: str, script: list[Answer]
) -> None:
    asked = 0

    def respond(request: dict[str, Any]) -> Said:
        nonlocal asked
        asked += 1
        return script[(asked - 1) % len(script)].to(request)

    given_: dict[str, Any] = {"cadence": cadence, "on_failure": on_failure, "deadline_s": 0.05}
    result, events, _ = asyncio.run(play(respond, max_rethinks=1, **given_))
    seat = counts(result)
    assert result.end_reason in ENDS[on_failure], result.error
    assert (result.winner is None) or not result.end_reason.is_void
    assert result.end_reason is not EndReason.FORFEIT or result.winner is Seat.AWAY
    assert seat.own + seat.fallbacks == seat.decisions
    assert "crashed" not in seat.problems
    assert play_digest(events) == result.record_digest
    assert min(seat.spent.tokens_in, seat.spent.tokens_out, seat.spent.tokens_cached) >= 0
    assert seat.spent.cost_usd is None or 0 <= seat.spent.cost_usd < math.inf
