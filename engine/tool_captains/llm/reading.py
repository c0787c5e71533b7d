"""From a model's answer to a tool call."""

from __future__ import annotations

import json

from engine.errors import MalformedCall, NoUsableCall
from engine.observation import CricketObservation
from engine.tool_captains.account import Problem
from engine.tool_captains.llm.chat import ChatReply
from engine.tools import CricketAction


def action_of(reply: ChatReply, seen: CricketObservation) -> CricketAction:
    """The call in the answer. Raises `NoUsableCall` or `MalformedCall`."""
    offered = ", ".join(tool.name for tool in seen.available_tools)
    if not reply.calls:
        raise NoUsableCall(Problem.NO_CALL, "the answer calls no tool", f"a call of {offered}")
    call = reply.calls[0]
    try:
        arguments = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        raise MalformedCall(f"{call.name}: the arguments are no JSON", "a JSON object") from None
    if not isinstance(arguments, dict):
        raise MalformedCall(f"{call.name}: the arguments are no object", "a JSON object")
    return CricketAction(tool=call.name, arguments=arguments, question=seen.question)
