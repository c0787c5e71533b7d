"""What is remembered of a question to a model, and under which key.

An outcome is an answer, a refusal of the request, or silence past the deadline: all that a replay
needs to go the same way. The key holds everything that matters to it, so two episodes never share
a sample; it does not hold the episode's attempt, so a void one that is replayed gets its own again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from engine.tool_captains.account import Usage
from engine.tool_captains.contract import Caller
from engine.tool_captains.llm.chat import ChatReply, ChatRequest, RawCall, RequestRefused

_VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """No answer came within `deadline_s`."""

    deadline_s: float


Outcome = ChatReply | RequestRefused | Late


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in an episode something is asked: which decision, and which answer to it, from 0."""

    decision: int | None
    answer: int

    def __str__(self) -> str:
        return f"decision {self.decision}, answer {self.answer + 1}"


def key_of(endpoint: str, request: ChatRequest, who: Caller, place: Place) -> str:
    """SHA-256 over all that decides what is answered."""
    return _key({"episode": who.episode_id}, endpoint, request, who, place)


def key_in_match(endpoint: str, request: ChatRequest, who: Caller, place: Place) -> str | None:
    """The same for any episode that plays this match, None where the match is not known: where
    somebody who plays only from the cache finds what others answered in it.
    """
    return _key({"match": who.match}, endpoint, request, who, place) if who.match else None


def _key(
    where: dict[str, str], endpoint: str, request: ChatRequest, who: Caller, place: Place
) -> str:
    everything = {
        "v": _VERSION,
        "endpoint": endpoint,
        "request": {each.name: getattr(request, each.name) for each in fields(request)},
        **where,
        "seat": who.seat.value,
        "decision": place.decision,
        "answer": place.answer,
    }
    text = json.dumps(everything, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def written(outcome: Outcome) -> bytes:
    return json.dumps({"v": _VERSION, **_told(outcome)}).encode()


def read(entry: bytes) -> Outcome | None:
    """None for an entry that cannot be read: it is asked for again."""
    try:
        told = json.loads(entry)
        if told["v"] != _VERSION:
            return None
        if "refused" in told:
            return RequestRefused(*told["refused"])
        if "late" in told:
            return Late(deadline_s=float(told["late"]))
        reply = told["reply"]
        calls = tuple(RawCall(**call) for call in reply.pop("calls"))
        return ChatReply(calls=calls, usage=Usage(**reply.pop("usage")), **reply)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _told(outcome: Outcome) -> dict[str, Any]:
    match outcome:
        case ChatReply():
            return {"reply": asdict(outcome)}
        case RequestRefused(endpoint=endpoint, why=why, too_long=too_long):
            return {"refused": [endpoint, why, too_long]}
        case Late(deadline_s=deadline_s):
            return {"late": deadline_s}
