"""One question to a chat endpoint and its answer, in our own terms: the `openai` package stays
behind `endpoints`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from engine.errors import CaptainUnavailable
from engine.tool_captains.account import NOT_TOLD, Usage

_OTHER_NAME: Final = "max_completion_tokens"  # of `max_tokens`, for OpenAI's models that reason


class RequestRefused(CaptainUnavailable):
    """`endpoint` will not take this request as it is: `why`. It may take one that asks for less.

    `too_long`: the prompt is more than the model can read. Not counted against the captain; where
    nothing humbler is left to ask for, the episode is void.
    """

    def __init__(self, endpoint: str, why: str, too_long: bool = False) -> None:
        super().__init__(endpoint, why, too_long)
        self.endpoint, self.why, self.too_long = endpoint, why, too_long

    def __str__(self) -> str:
        return f"{self.endpoint} refused the request: {self.why}"

    @property
    def renames_the_limit(self) -> bool:
        """Whether the endpoint takes `max_tokens` under its other name alone."""
        return not self.too_long and _OTHER_NAME in self.why


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

    def with_renamed_limit(self) -> ChatRequest:
        """The same, `max_tokens` under its other name."""
        more = {} if self.max_tokens is None else {_OTHER_NAME: self.max_tokens}
        return replace(self, max_tokens=None, extra_body={**self.extra_body, **more})


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
