"""One question to a chat endpoint and its answer, in our own terms: the `openai` package stays
behind `endpoints`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.tool_captains.account import NOT_TOLD, Usage

Message = Mapping[str, Any]  # as Chat Completions has it: role, content, tool_calls …


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """`tools` and `response_format` as Chat Completions has them; None and empty are left out of
    what is sent.
    """

    model: str
    messages: tuple[Message, ...]
    tools: tuple[Mapping[str, Any], ...] = ()
    tool_choice: str | None = None
    response_format: Mapping[str, Any] | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None
    reasoning_effort: str | None = None
    extra_body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCall:
    """A tool call as the model wrote it; `arguments` is text that should be a JSON object."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatReply:
    """`reasoning` under whichever name the endpoint gives it; `model` as it reports it."""

    text: str = ""
    calls: tuple[RawCall, ...] = ()
    finish_reason: str | None = None
    refusal: str | None = None
    reasoning: str = ""
    model: str | None = None
    usage: Usage = NOT_TOLD
