"""How a tool call is read, and why it is refused: whatever is wrong is said with what is legal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import Field as Setting
from pydantic_core import ErrorDetails

from engine import arguments as args
from engine.cricket.nodes import DecisionRequest
from engine.errors import IllegalCall, MalformedCall, UnknownTool
from engine.tool_schemas import narrowed, options_of, signature
from engine.tools import TOOLS, OwnTable, Tool, ToolOffer, offered, why_not
from engine.wording import dotted, sentence, shown

LONGEST_CALL: Final = 8_000  # characters of JSON; the longest legal call has about 1,700
_ENCODE: Final = json.JSONEncoder(allow_nan=False, ensure_ascii=False).encode
MAX_QUESTION: Final = 1_000_000  # a long match with its super overs asks some thousands


class CricketAction(BaseModel):
    """One call of one tool. `question`, if given, is the number of the question that it is for.

    A call for a question that has been answered meanwhile is refused as late. `metadata` is the
    caller's own and is not read.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    tool: str
    arguments: dict[str, Any] = Setting(default_factory=dict)
    question: int | None = Setting(default=None, ge=0, le=MAX_QUESTION)
    metadata: dict[str, Any] = Setting(default_factory=dict)


def parse_action(raw: CricketAction | Mapping[str, Any]) -> CricketAction:
    """A call as it came from outside. Raises `MalformedCall` where it is not even a call."""
    if isinstance(raw, CricketAction):
        return raw
    try:
        return CricketAction.model_validate(raw)
    except ValidationError as error:
        shape = "an object with 'tool' (text) and 'arguments' (an object)"
        raise MalformedCall(f"not a tool call: {_explain(error)}", shape) from None


def tool_named(name: str, request: DecisionRequest, table: OwnTable) -> Tool:
    """The tool of that name, legal or not. Raises `UnknownTool`."""
    if name not in TOOLS:
        raise UnknownTool(f"there is no tool {shown(name)}", _names(request, table))
    return TOOLS[name]


def check_offered(tool: Tool, request: DecisionRequest, table: OwnTable) -> None:
    """Raises `IllegalCall` where `tool` is not legal now, and says why."""
    why = why_not(tool, request, table)
    if why is not None:
        raise IllegalCall(f"{tool.name}: {why}", _names(request, table))


def parse_arguments(
    tool: Tool, arguments: Mapping[str, Any], request: DecisionRequest
) -> args.Arguments:
    """The call's arguments, checked. Raises `MalformedCall`, which names each that is wrong."""
    return _read(tool, arguments, lambda: narrowed(tool.arguments, options_of(request)))


def check_call(action: CricketAction, offers: Sequence[ToolOffer]) -> None:
    """Holds a call to the tools as they were offered, where the question itself is not at hand.
    Raises `CallError`.
    """
    names = ", ".join(offer.name for offer in offers)
    if action.tool not in TOOLS:
        raise UnknownTool(f"there is no tool {shown(action.tool)}", names, "tool")
    offer = next((offer for offer in offers if offer.name == action.tool), None)
    if offer is None:
        raise IllegalCall(f"{action.tool}: it has no place here", names, "tool")
    given = _read(TOOLS[offer.name], action.arguments, lambda: offer.parameters)
    for name, value in given.given().items():
        options = offer.parameters["properties"][name].get("enum")
        if options is not None and value not in options:
            why = f"{offer.name}: {name} {shown(str(value))} may not be chosen now"
            raise IllegalCall(why, " | ".join(options), f"arguments.{name}")


def _read(
    tool: Tool, arguments: Mapping[str, Any], parameters: Callable[[], Mapping[str, Any]]
) -> args.Arguments:
    """`parameters` are the tool's as they are offered, for what a refusal says."""
    try:
        # Through JSON, so that a call means the same from Python and over the wire.
        wire = _ENCODE(dict(arguments))
        if len(wire) > LONGEST_CALL:
            raise ValueError(f"more than {LONGEST_CALL} characters")
        return tool.arguments.model_validate_json(wire)
    except ValidationError as error:
        where = ".".join(filter(None, ("arguments", dotted(error.errors()[0]["loc"]))))
        why = f"{tool.name}: {_explain(error)}"
        raise MalformedCall(why, signature(parameters()), where) from None
    except (TypeError, ValueError, RecursionError) as error:
        why = f"{tool.name}: the arguments are not a JSON object ({str(error)[:100]})"
        raise MalformedCall(why, signature(parameters()), "arguments") from None


def _names(request: DecisionRequest, table: OwnTable) -> str:
    return ", ".join(tool.name for tool in offered(request, table))


def _explain(error: ValidationError) -> str:
    return "; ".join(_explain_one(one) for one in error.errors()[:4])


def _explain_one(error: ErrorDetails) -> str:
    key = dotted(error["loc"]) or "arguments"
    match error["type"]:
        case "missing":
            return f"{key} is missing"
        case "extra_forbidden":
            return f"there is no argument {key}"
    return sentence(error, key)
