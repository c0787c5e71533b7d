"""Chat endpoints over HTTP: one client with its own pool of connections for each base URL and key.

The `openai` package speaks; retries, deadlines and what an error means are ours. Nothing here
blocks the event loop.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from engine.errors import CaptainUnavailable
from engine.tool_captains.account import NOT_TOLD, Usage
from engine.tool_captains.llm.chat import ChatReply, ChatRequest, RawCall

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletion

NO_KEY: Final = "none"  # what servers without a key are sent: the package insists on one


class Endpoints:
    """The clients of a process; they belong to the event loop that first used them."""

    def __init__(self) -> None:
        self._clients: dict[tuple[str, str], openai.AsyncOpenAI] = {}

    async def complete(
        self, base_url: str, key: str | None, request: ChatRequest, *, deadline_s: float
    ) -> ChatReply:
        """One answer. Raises `CaptainUnavailable`."""
        import openai

        client = self._client(base_url, key or NO_KEY)
        try:
            completion = await client.chat.completions.create(
                **_body(request), timeout=deadline_s, extra_body=dict(request.extra_body) or None
            )
        except openai.APIError as error:
            raise CaptainUnavailable(f"{base_url}: {error}") from None
        return _reply(completion)

    async def aclose(self) -> None:
        clients, self._clients = self._clients, {}
        for client in clients.values():
            with suppress(Exception):
                await client.close()

    def _client(self, base_url: str, key: str) -> openai.AsyncOpenAI:
        import openai

        found = self._clients.get((base_url, key))
        if found is None:
            found = self._clients[base_url, key] = openai.AsyncOpenAI(
                base_url=base_url, api_key=key, max_retries=0
            )
        return found


def _body(request: ChatRequest) -> dict[str, Any]:
    """The fields to send; what is not set is left out, as many endpoints refuse a null."""
    given = {
        "model": request.model,
        "messages": list(request.messages),
        "tools": list(request.tools) or None,
        "tool_choice": request.tool_choice,
        "response_format": request.response_format,
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "seed": request.seed,
        "reasoning_effort": request.reasoning_effort,
    }
    return {name: value for name, value in given.items() if value is not None}


def _reply(completion: ChatCompletion) -> ChatReply:
    choice = completion.choices[0]
    message = choice.message
    return ChatReply(
        text=message.content or "",
        calls=tuple(
            RawCall(id=call.id, name=call.function.name, arguments=call.function.arguments)
            for call in message.tool_calls or ()
            if call.type == "function"
        ),
        finish_reason=choice.finish_reason,
        refusal=message.refusal,
        reasoning=_reasoning(message.model_extra or {}),
        model=completion.model,
        usage=_usage(completion),
    )


def _reasoning(extra: Mapping[str, Any]) -> str:
    found = extra.get("reasoning") or extra.get("reasoning_content")
    return found if isinstance(found, str) else ""


def _usage(completion: ChatCompletion) -> Usage:
    usage = completion.usage
    if usage is None:
        return NOT_TOLD
    inside, outside = usage.prompt_tokens_details, usage.completion_tokens_details
    return Usage(
        tokens_in=usage.prompt_tokens,
        tokens_out=usage.completion_tokens,
        tokens_cached=(inside.cached_tokens if inside else None) or 0,
        tokens_reasoning=(outside.reasoning_tokens if outside else None) or 0,
    )
