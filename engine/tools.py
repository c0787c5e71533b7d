"""The captain's tools: what they are called, when they are legal, and how a call is read.

A question of the match is answered by the one tool that commits to it; the others prepare. Only
what is legal now is offered, with the legal options in the schema's enums. Plan, think and
strategy calls are overhead: three an over are free for either seat, each further one is fined
(`rewards.OVERHEAD_FINE`). A first `set_field` for a ball is free, as it is half of the ball;
another for the same ball is overhead.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import Field as Setting
from pydantic_core import ErrorDetails

from engine import arguments as args
from engine.cricket.choices import DecisionKind
from engine.cricket.nodes import DecisionRequest
from engine.errors import IllegalCall, MalformedCall, UnknownTool
from engine.tool_schemas import Options, narrowed, options_of, signature
from engine.wording import dotted, sentence, shown

__all__ = [
    "TOOLS",
    "CricketAction",
    "OwnTable",
    "Tool",
    "ToolGroup",
    "ToolOffer",
    "available_tools",
    "check_call",
    "check_offered",
    "parse_action",
    "parse_arguments",
    "tool_named",
]

LONGEST_CALL: Final = 8_000  # characters of JSON; the longest legal call has about 1,700
_ENCODE: Final = json.JSONEncoder(allow_nan=False, ensure_ascii=False).encode
MAX_QUESTION: Final = 1_000_000  # a long match with its super overs asks some thousands


class ToolGroup(StrEnum):
    PLAN = "plan"
    TOSS = "toss"
    BATTING = "batting"
    BOWLING = "bowling"
    THINK = "think"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """`commits` is the kind of question that the tool answers, None for one that only prepares.

    `during` are the kinds of question while which it may be called.
    """

    name: str
    group: ToolGroup
    arguments: type[args.Arguments]
    during: frozenset[DecisionKind]
    commits: DecisionKind | None = None
    overhead: bool = False

    @property
    def description(self) -> str:
        return " ".join((self.arguments.__doc__ or "").split())


class ToolOffer(BaseModel):
    """A tool that is legal now. `parameters` is its JSON Schema, narrowed to the legal options."""

    model_config = ConfigDict(frozen=True)

    name: str
    group: ToolGroup
    description: str
    commits: bool
    overhead: bool
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTable:
    """What of the captain's own side decides which tools are offered.

    `may_prepare` is False once he has made so many calls for one question that he has to commit.
    """

    has_plan: bool = False
    may_prepare: bool = True


_ANY: Final = frozenset(DecisionKind)
_BATTING: Final = frozenset({DecisionKind.BATTER, DecisionKind.SHOT})
_BOWLING: Final = frozenset({DecisionKind.BOWLER, DecisionKind.DELIVERY})


def _preparing(
    name: str,
    group: ToolGroup,
    arguments: type[args.Arguments],
    during: frozenset[DecisionKind],
) -> Tool:
    overhead = name != "set_field"
    return Tool(name=name, group=group, arguments=arguments, during=during, overhead=overhead)


def _committing(
    name: str, group: ToolGroup, arguments: type[args.Arguments], kind: DecisionKind
) -> Tool:
    return Tool(name=name, group=group, arguments=arguments, during=frozenset({kind}), commits=kind)


_BAT, _BOWL = ToolGroup.BATTING, ToolGroup.BOWLING

TOOLS: Final[Mapping[str, Tool]] = MappingProxyType(
    {
        tool.name: tool
        for tool in (
            _preparing("set_match_plan", ToolGroup.PLAN, args.SetMatchPlan, _ANY),
            _preparing("update_match_plan", ToolGroup.PLAN, args.UpdateMatchPlan, _ANY),
            _committing("choose_toss", ToolGroup.TOSS, args.ChooseToss, DecisionKind.TOSS),
            _committing("select_batter", _BAT, args.SelectBatter, DecisionKind.BATTER),
            _preparing("set_batting_strategy", _BAT, args.SetBattingStrategy, _BATTING),
            _preparing("plan_shot", _BAT, args.PlanShot, frozenset({DecisionKind.SHOT})),
            _committing("play_delivery", _BAT, args.PlayDelivery, DecisionKind.SHOT),
            _committing("choose_bowler", _BOWL, args.ChooseBowler, DecisionKind.BOWLER),
            _preparing("set_bowling_strategy", _BOWL, args.SetBowlingStrategy, _BOWLING),
            _preparing("set_field", _BOWL, args.SetField, frozenset({DecisionKind.DELIVERY})),
            _preparing(
                "plan_delivery", _BOWL, args.PlanDelivery, frozenset({DecisionKind.DELIVERY})
            ),
            _committing("bowl_delivery", _BOWL, args.BowlDelivery, DecisionKind.DELIVERY),
            _preparing("analyze_situation", ToolGroup.THINK, args.AnalyzeSituation, _ANY),
            _preparing("reflect_after_ball", ToolGroup.THINK, args.ReflectAfterBall, _ANY),
        )
    }
)


def available_tools(request: DecisionRequest, table: OwnTable) -> tuple[ToolOffer, ...]:
    """The tools that are legal for the open question, with the legal options in their schemas."""
    offered = tuple([tool.name for tool in _offered(request, table)])
    return _offers(offered, options_of(request))


@lru_cache(maxsize=1024)
def _offers(names: tuple[str, ...], options: Options) -> tuple[ToolOffer, ...]:
    """From ball to ball they are mostly the same."""
    return tuple(_offer(name, options) for name in names)


@lru_cache(maxsize=1024)
def _offer(name: str, options: Options) -> ToolOffer:
    """Made once for a tool and what is legal."""
    tool = TOOLS[name]
    return ToolOffer(
        name=tool.name,
        group=tool.group,
        description=tool.description,
        commits=tool.commits is not None,
        overhead=tool.overhead,
        parameters=narrowed(tool.arguments, options),
    )


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
    why = _why_not(tool, request, table)
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


def _offered(request: DecisionRequest, table: OwnTable) -> list[Tool]:
    return [tool for tool in TOOLS.values() if _why_not(tool, request, table) is None]


def _why_not(tool: Tool, request: DecisionRequest, table: OwnTable) -> str | None:
    """Why `tool` is not legal now; None when it is."""
    if request.kind not in tool.during:
        return f"you are asked about the {request.kind}, and it has no place there"
    if tool.commits is not None:
        return None
    if not table.may_prepare:
        return "you have made enough calls for this question and must answer it"
    if tool.name == "set_match_plan" and table.has_plan:
        return "you have a match plan; update it"
    if tool.name == "update_match_plan" and not table.has_plan:
        return "you have no match plan yet"
    if tool.name == "reflect_after_ball" and not _has_been_bowled(request):
        return "no ball has been bowled"
    if tool.name == "set_field" and len(request.legal.fields) == 1:
        return f"only the {request.legal.fields[0]} field is allowed now"
    return None


def _has_been_bowled(request: DecisionRequest) -> bool:
    innings = request.view.innings
    here = innings is not None and (innings.legal_balls > 0 or innings.repeat > 0)
    return here or bool(request.view.finished)


def _names(request: DecisionRequest, table: OwnTable) -> str:
    return ", ".join(tool.name for tool in _offered(request, table))


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
