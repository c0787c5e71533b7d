"""What a program is sent and what it answers: version 1 of the wire format, and its JSON Schema.

A request holds everything that an answer may depend on, so a program can be a pure function of it.
Fields may be added within a version: a program ignores those that it does not know.
"""

from __future__ import annotations

import json
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.calls import CricketAction
from engine.cricket.choices import DecisionKind, Seat
from engine.errors import MalformedCall, NoUsableCall
from engine.observation import CricketObservation
from engine.tool_captains.account import Problem
from engine.tool_captains.contract import Caller
from engine.tools import TOOLS
from engine.wording import dotted, sentence

VERSION: Final = 1
_SHAPE: Final = 'a JSON object {"tool": text, "arguments": an object}'


class RemoteRequest(BaseModel):
    """One question. `observation.available_tools` lists the tools that are legal, with the JSON
    Schema of their arguments; `observation.error` says why the last call was refused.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: Literal[1] = VERSION
    episode_id: str
    captain: str
    seat: Seat
    question: int = Field(ge=0, description="The number of the question in its match.")
    asked: DecisionKind
    deadline_s: float = Field(description="Seconds in which the answer has to be here.")
    observation: CricketObservation


class RemoteAnswer(BaseModel):
    """One call of one tool. `reason` is shown to spectators; tools that take none drop it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: Literal[1] = VERSION
    tool: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    reason: str | None = None


def remote_json_schema() -> dict[str, Any]:
    """Both directions in one document, under `$defs`: `RemoteRequest` and `RemoteAnswer`."""
    request = RemoteRequest.model_json_schema(mode="serialization")
    answer = RemoteAnswer.model_json_schema()
    definitions = request.pop("$defs") | answer.pop("$defs", {})
    return {
        "oneOf": [{"$ref": "#/$defs/RemoteRequest"}, {"$ref": "#/$defs/RemoteAnswer"}],
        "$defs": definitions | {"RemoteRequest": request, "RemoteAnswer": answer},
    }


def request_of(seen: CricketObservation, who: Caller, deadline_s: float) -> RemoteRequest:
    """The request for the open question that `seen` shows."""
    assert seen.question is not None
    assert seen.asked is not None
    return RemoteRequest(
        episode_id=who.episode_id,
        captain=who.captain,
        seat=who.seat,
        question=seen.question,
        asked=seen.asked,
        deadline_s=deadline_s,
        observation=seen,
    )


def action_of(body: bytes, question: int | None) -> CricketAction:
    """The call that a program answered with. Raises `MalformedCall`, or `NoUsableCall` for an
    answer that holds nothing.
    """
    if not body.strip():
        raise NoUsableCall(Problem.EMPTY, "the answer is empty", _SHAPE)
    try:
        answer = RemoteAnswer.model_validate(json.loads(body))
    except ValidationError as error:
        first = error.errors()[0]
        key = dotted(first["loc"])
        raise MalformedCall(_why(first["type"], key, error), _SHAPE, key) from None
    except (ValueError, RecursionError):
        raise MalformedCall("the answer is no JSON", _SHAPE) from None
    return CricketAction(tool=answer.tool, arguments=_arguments(answer), question=question)


def _why(kind: str, key: str, error: ValidationError) -> str:
    if kind == "missing" and key == "tool":
        return "the answer names no tool"
    return f"the answer: {sentence(error.errors()[0], key)}"


def _arguments(answer: RemoteAnswer) -> dict[str, Any]:
    """The arguments, with the reason among them where the tool takes one and none is there."""
    tool = TOOLS.get(answer.tool)
    takes_reason = tool is not None and "reason" in tool.arguments.model_fields
    if answer.reason is None or not takes_reason:
        return answer.arguments
    return {"reason": answer.reason, **answer.arguments}
