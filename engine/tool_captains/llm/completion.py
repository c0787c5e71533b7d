"""From the JSON of a chat completion to a reply. An endpoint may answer anything: fields that are
not of the right kind are taken as missing; only a body without a choice, or with an error in it, is
no answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from engine.tool_captains.account import NOT_TOLD, Usage
from engine.tool_captains.llm.chat import ChatReply, RawCall

_MOST_TOKENS: Final = 10**9  # a count above that is a mistake
_MOST_DOLLARS: Final = 1e6  # so is a dearer call; and sums of them stay finite
_REASONING: Final = ("reasoning", "reasoning_content")


def reply_in(payload: object, clean: Callable[[str], str]) -> ChatReply | None:
    """None where there is no choice with a message in it. `clean` takes secrets out of texts."""
    choices = _dict(payload).get("choices")
    first = _dict(choices[0]) if isinstance(choices, list) and choices else {}
    message = first.get("message")
    if not isinstance(message, dict) or error_in(payload) is not None:
        return None

    def text(value: object) -> str:
        return clean(value) if isinstance(value, str) else ""

    calls = message.get("tool_calls")
    return ChatReply(
        text=text(_content(message.get("content"))),
        calls=tuple(
            RawCall(
                id=text(_dict(call).get("id")),
                name=text(_function(call).get("name")),
                arguments=text(_arguments(_function(call).get("arguments"))),
            )
            for call in (calls if isinstance(calls, list) else ())
            if _function(call)
        ),
        finish_reason=text(first.get("finish_reason")) or None,
        refusal=text(message.get("refusal")) or None,
        reasoning=next((text(message[name]) for name in _REASONING if message.get(name)), ""),
        model=text(_dict(payload).get("model")) or None,
        usage=_usage(_dict(payload).get("usage")),
    )


def error_in(payload: object) -> dict[str, Any] | None:
    """What a body tells of an error: also beside a choice or in it, where an upstream broke off on
    the way (OpenRouter), or in a list (Gemini).
    """
    payload = payload[0] if isinstance(payload, list) and payload else payload
    choices = _dict(payload).get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    told = (_dict(one).get("error") for one in (payload, first))
    return next((error for error in told if isinstance(error, dict) and error), None)


def _content(content: object) -> str:
    """Text, or the texts of a list of parts."""
    if isinstance(content, list):
        parts = [_dict(part).get("text") for part in content]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _function(call: object) -> dict[str, Any]:
    return _dict(_dict(call).get("function"))


def _arguments(arguments: object) -> str:
    """Some servers write the object itself where its text should be."""
    if isinstance(arguments, dict):
        try:
            return json.dumps(arguments)
        except (ValueError, RecursionError):
            return ""
    return arguments if isinstance(arguments, str) else ""


def _usage(usage: object) -> Usage:
    if not isinstance(usage, dict):
        return NOT_TOLD
    inside, outside = (
        _dict(usage.get(f"{kind}_tokens_details")) for kind in ("prompt", "completion")
    )
    return Usage(
        tokens_in=_count(usage.get("prompt_tokens")),
        tokens_out=_count(usage.get("completion_tokens")),
        tokens_cached=_count(inside.get("cached_tokens")),
        tokens_reasoning=_count(outside.get("reasoning_tokens")),
        cost_usd=_dollars(usage.get("cost")),
    )


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return value if 0 <= value <= _MOST_TOKENS else 0


def _dollars(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        dollars = float(value)
    except OverflowError:
        return None
    return dollars if 0 <= dollars <= _MOST_DOLLARS else None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
