"""What a person is asked and what he answers, version 1, and the JSON Schema of both.

A question is a program's, with a name of its own and a clock; an answer is a program's.
"""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from engine.calls import CricketAction, check_call
from engine.observation import CricketObservation
from engine.tool_captains.contract import Caller
from engine.tool_captains.remote.wire import RemoteAnswer, RemoteRequest, action_of, request_of

_ID_BYTES: Final = 12


class HumanQuestion(RemoteRequest):
    """One question to a person. `observation.prompt_text` says it in words,
    `observation.available_tools` what may be called.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{8,64}$", description="Names the question, once.")
    remaining_s: float | None = Field(
        ge=0, description="Seconds left when this was told; null where nobody waits for him."
    )
    gone: bool = Field(
        default=False,
        description="He is not waited for: any answer says that he is back, and is not played.",
    )


class HumanQuestions(BaseModel):
    """The open questions of one captain, the oldest first. `version` changes when they do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    questions: tuple[HumanQuestion, ...]


class AnswerRefused(BaseModel):
    """Why an answer was not taken: `error` is `invalid_answer`, `answered`, `timed_out`,
    `withdrawn` or `unknown_question`. The rest is told of an invalid one: `field` is the place,
    empty where it is no single one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    error: str
    field: str | None = None
    why: str | None = None
    legal: str | None = None


def question_of(
    seen: CricketObservation, who: Caller, deadline_s: float, *, gone: bool = False
) -> HumanQuestion:
    """The open question that `seen` shows, under a new name."""
    asked = dict(request_of(seen, who, deadline_s))
    remaining_s = None if gone else deadline_s
    return HumanQuestion(**asked, id=token_urlsafe(_ID_BYTES), remaining_s=remaining_s, gone=gone)


def answer_of(body: bytes, question: HumanQuestion) -> CricketAction:
    """The call that a person answered with, held to what he was offered. Raises `CallError`."""
    action = action_of(body, question.question)
    check_call(action, question.observation.available_tools)
    return action


def human_json_schema() -> dict[str, Any]:
    """Both directions in one document, under `$defs`."""
    definitions: dict[str, Any] = {}
    for model in (HumanQuestions, HumanQuestion, RemoteAnswer, AnswerRefused):
        schema = model.model_json_schema(mode="serialization")
        definitions |= schema.pop("$defs", {})
        definitions[model.__name__] = schema
    named = ("HumanQuestions", "HumanQuestion", "RemoteAnswer", "AnswerRefused")
    return {
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in named],
        "$defs": dict(sorted(definitions.items())),
    }
