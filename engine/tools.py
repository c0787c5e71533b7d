"""The captain's tools: what they are called, and when they are legal.

A question of the match is answered by the one tool that commits to it; the others prepare. Only
what is legal now is offered, with the legal options in the schema's enums. Plan, think and
strategy calls are overhead: three an over are free for either seat, each further one is fined
(`rewards.OVERHEAD_FINE`). A first `set_field` for a ball is free, as it is half of the ball;
another for the same ball is overhead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict

from engine import arguments as args
from engine.cricket.choices import DecisionKind, Field
from engine.cricket.nodes import DecisionRequest
from engine.tool_schemas import Options, narrowed, options_of


class ToolGroup(StrEnum):
    PLAN = "plan"
    TOSS = "toss"
    BATTING = "batting"
    BOWLING = "bowling"
    THINK = "think"


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


class _Asked(NamedTuple):
    """All that decides which tools are legal. `only_field` where there is no choice of fields."""

    kind: DecisionKind
    has_plan: bool
    may_prepare: bool
    has_been_bowled: bool
    only_field: Field | None


def available_tools(request: DecisionRequest, table: OwnTable) -> tuple[ToolOffer, ...]:
    """The tools that are legal for the open question, with the legal options in their schemas."""
    return _offers(_asked(request, table), options_of(request))


@lru_cache(maxsize=1024)
def _offers(asked: _Asked, options: Options) -> tuple[ToolOffer, ...]:
    """From ball to ball they are mostly the same."""
    return tuple(_offer(tool.name, options) for tool in _legal(asked))


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


def offered(request: DecisionRequest, table: OwnTable) -> list[Tool]:
    """The tools that are legal for the open question."""
    return _legal(_asked(request, table))


def why_not(tool: Tool, request: DecisionRequest, table: OwnTable) -> str | None:
    """Why `tool` is not legal now; None when it is."""
    return _why_not(tool, _asked(request, table))


def _asked(request: DecisionRequest, table: OwnTable) -> _Asked:
    fields = request.legal.fields
    return _Asked(
        request.kind,
        table.has_plan,
        table.may_prepare,
        _has_been_bowled(request),
        fields[0] if len(fields) == 1 else None,
    )


def _legal(asked: _Asked) -> list[Tool]:
    return [tool for tool in TOOLS.values() if _why_not(tool, asked) is None]


def _why_not(tool: Tool, asked: _Asked) -> str | None:
    if asked.kind not in tool.during:
        return f"you are asked about the {asked.kind}, and it has no place there"
    if tool.commits is not None:
        return None
    if not asked.may_prepare:
        return "you have made enough calls for this question and must answer it"
    if tool.name == "set_match_plan" and asked.has_plan:
        return "you have a match plan; update it"
    if tool.name == "update_match_plan" and not asked.has_plan:
        return "you have no match plan yet"
    if tool.name == "reflect_after_ball" and not asked.has_been_bowled:
        return "no ball has been bowled"
    if tool.name == "set_field" and asked.only_field is not None:
        return f"only the {asked.only_field} field is allowed now"
    return None


def _has_been_bowled(request: DecisionRequest) -> bool:
    innings = request.view.innings
    here = innings is not None and (innings.legal_balls > 0 or innings.repeat > 0)
    return here or bool(request.view.finished)
