"""The messages of one question: what is asked, what the model has called or said so far, and what
came of it.

Sequences are those that strict servers take: user and assistant in turns, a tool's result right
behind the call that it answers, no message without content.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.calls import CricketAction
from engine.observation import CricketObservation
from engine.prompt import render
from engine.tool_captains.llm.chat import ChatReply, Message
from engine.tool_captains.llm.memory import MatchMemory, tokens_of
from engine.tool_captains.llm.prompts import FOR_THE_OVER, MUST_ANSWER, SO_FAR, Prompt
from engine.tool_captains.llm.reading import Read
from engine.tool_captains.llm.rungs import Rung
from engine.tools import ToolOffer

_LONGEST_ECHO: Final = 1_500  # characters of what a model said that are shown to it again
_STANDS: Final = ("delivery", "shot")
_NO_ID: Final = "call_0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One answer of the model and what came of it. `action` is the call in it, None where none
    could be read; `is_native` where it was a tool call of the endpoint's.
    """

    said: str
    action: CricketAction | None
    is_native: bool
    call_id: str
    result: str

    def messages(self, rung: Rung) -> list[Message]:
        if self.action is not None and self.is_native and rung.has_tools:
            arguments = json.dumps(self.action.arguments)
            function = {"name": self.action.tool, "arguments": arguments}
            call = {"id": self.call_id, "type": "function", "function": function}
            return [
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "tool_call_id": self.call_id, "content": self.result},
            ]
        return [
            {"role": "assistant", "content": self.said or "(nothing)"},
            {"role": "user", "content": self.result},
        ]


def turn_of(reply: ChatReply | None, read: Read | None, result: str) -> Turn:
    """`reply` None: no answer came in time."""
    native = None if read is None else read.native
    return Turn(
        said=_echo(reply, read),
        action=None if read is None else read.action,
        is_native=native is not None,
        call_id=(native.id if native is not None else "") or _NO_ID,
        result=result,
    )


def _echo(reply: ChatReply | None, read: Read | None) -> str:
    if read is not None:
        call = {"tool": read.action.tool, "arguments": read.action.arguments}
        return json.dumps({"call": call})[:_LONGEST_ECHO]
    if reply is None:
        return ""
    made = reply.calls[0] if reply.calls else None
    said = reply.text if made is None else f"{made.name}({made.arguments})"
    # What no server could be sent (unpaired surrogates) is replaced.
    return said[:_LONGEST_ECHO].encode("utf-8", "replace").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """All that the messages are made of. `context_tokens` bounds them, with the tools' schemas
    (`schema_tokens`) and without what the question itself takes, which is always sent.
    """

    prompt: Prompt
    rung: Rung
    seen: CricketObservation
    offers: tuple[ToolOffer, ...]
    turns: Sequence[Turn]
    memory: MatchMemory
    stands_for_the_over: bool
    context_tokens: int
    schema_tokens: int

    def messages(self) -> tuple[Message, ...]:
        system: Message = {"role": "system", "content": self.prompt.system(self.rung)}
        question = self._question()
        turns = [message for turn in self.turns for message in turn.messages(self.rung)]
        left = self.context_tokens - self.schema_tokens - tokens_of(system, question, *turns)
        history = self.memory.lines(self.seen, left - tokens_of(SO_FAR))
        told = "\n".join([SO_FAR, *history]) + "\n\n" if history else ""
        return (system, {"role": "user", "content": f"{told}{question}"}, *turns)

    def _question(self) -> str:
        """The observation in words, with the tools that are offered. What was wrong with the last
        call, and what came of it, stand in the turns.
        """
        offered: dict[str, Any] = {"available_tools": self.offers, "error": None, "reply": {}}
        text = render(self.seen.model_copy(update=offered))
        if all(offer.commits for offer in self.offers):
            text = f"{text}\n{MUST_ANSWER}"
        if self.stands_for_the_over and self.seen.asked in _STANDS:
            text = f"{text}\n{FOR_THE_OVER}"
        return text


def result_of(seen: CricketObservation) -> str:
    """What came of the last call, as the model is told."""
    if seen.error is not None:
        return f"Refused: {seen.error}"
    budget = seen.tool_budget
    told: dict[str, Any] = {"result": seen.reply, "free_calls_left_this_over": budget.remaining}
    return f"{json.dumps(told)}\nNow answer the question."
