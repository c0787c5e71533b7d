"""From a model's answer to a tool call, and what was wrong with it, each under its own name.

A call that can be taken is taken, however it was asked for; what was odd about it is counted all
the same, and nothing in it is mended. Of several calls the first is taken.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from engine.calls import CricketAction
from engine.errors import MalformedCall, NoUsableCall
from engine.tool_captains.account import Problem
from engine.tool_captains.llm.chat import ChatReply, RawCall
from engine.tool_captains.llm.parsing import calls_in, without_thoughts
from engine.tool_captains.llm.rungs import Rung
from engine.tools import ToolOffer
from engine.wording import shown

_CUT: Final = "length"  # finish reasons
_FILTERED: Final = "content_filter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """`oddities` are counted, though the call is taken. `native` is the call as it was made, where
    it was a tool call of the endpoint's.
    """

    action: CricketAction
    oddities: tuple[Problem, ...] = ()
    native: RawCall | None = None


def read_reply(
    reply: ChatReply, offers: Sequence[ToolOffer], *, rung: Rung, question: int | None
) -> Read:
    """The call in the answer. Raises `NoUsableCall` or `MalformedCall`."""
    if reply.calls:
        return _native(reply, offers, question)
    said = without_thoughts(reply.text)
    found = calls_in(said, offers)
    if not found:
        _complain(reply, said, offers)
    oddities = _oddities(reply, len(found))
    if rung.has_tools:
        oddities = (*oddities, Problem.CALL_IN_TEXT)
    return Read(action=_for(found[0], question), oddities=oddities)


def _native(reply: ChatReply, offers: Sequence[ToolOffer], question: int | None) -> Read:
    call = reply.calls[0]
    arguments = _arguments(call)
    if arguments is None:
        if reply.finish_reason == _CUT:
            raise _unusable(Problem.TRUNCATED, "the answer was cut off", offers)
        why = f"{shown(call.name)}: the arguments are no JSON object"
        raise MalformedCall(why, "a JSON object of arguments")
    action = CricketAction(tool=call.name, arguments=arguments)
    oddities = _oddities(reply, len(reply.calls))
    return Read(action=_for(action, question), oddities=oddities, native=call)


def _arguments(call: RawCall) -> dict[str, Any] | None:
    try:
        found = json.loads(call.arguments or "{}", parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _oddities(reply: ChatReply, calls: int) -> tuple[Problem, ...]:
    found = []
    if calls > 1:
        found.append(Problem.SEVERAL_CALLS)
    if reply.finish_reason == _CUT:
        found.append(Problem.TRUNCATED)
    elif not reply.finish_reason:
        found.append(Problem.NO_FINISH_REASON)
    return tuple(found)


def _complain(reply: ChatReply, said: str, offers: Sequence[ToolOffer]) -> NoReturn:
    """Raises what is wrong with an answer without a call."""
    if reply.refusal or reply.finish_reason == _FILTERED:
        raise _unusable(Problem.REFUSED, "you declined to answer", offers)
    if reply.finish_reason == _CUT:
        raise _unusable(Problem.TRUNCATED, "the answer was cut off before a call", offers)
    if not said:
        raise _unusable(Problem.EMPTY, "the answer was empty", offers)
    raise _unusable(Problem.NO_CALL, "the answer calls no tool", offers)


def _unusable(problem: Problem, why: str, offers: Sequence[ToolOffer]) -> NoUsableCall:
    return NoUsableCall(problem, why, f"a call of {', '.join(offer.name for offer in offers)}")


def _for(action: CricketAction, question: int | None) -> CricketAction:
    return action.model_copy(update={"question": question})
