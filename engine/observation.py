"""What a captain sees: `CricketObservation` and its parts. `engine.observing` reads it off the open
question, each field when it is first read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from engine.analysis import BowlerNow
from engine.calls import CricketAction
from engine.cricket.choices import DecisionKind, Seat
from engine.cricket.scorecard import InningsCard
from engine.late import LateModel
from engine.rewards import Rubrics
from engine.tools import ToolOffer

_LONGEST_SHOWN: Final = 400
_ENCODE: Final = json.JSONEncoder(default=str).encode


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CallLine(_Part):
    """One of the captain's own calls. `error` is why it was refused, None when it was taken."""

    tool: str
    arguments: str
    error: str | None = None

    @classmethod
    def of(cls, action: CricketAction | Mapping[str, Any], error: str | None) -> CallLine:
        """A line of history; what came from outside is cut and escaped."""
        if isinstance(action, CricketAction):
            tool, arguments = action.tool, action.arguments
        else:
            tool, arguments = "?", {}
        return _call_line(ascii(tool)[1:-1][:40], _shown_arguments(arguments), error)


class BallLine(_Part):
    """One delivery, with what both sides chose, as published after it was bowled."""

    innings: int
    ball: str
    bowler: str
    striker: str
    field: str
    length: str
    line: str
    variation: str
    shot: str
    aggression: float | None
    outcome: str
    runs: int
    extras: int
    wicket: str | None
    player_out: str | None


class ToolBudget(_Part):
    """Overhead calls: so many an over are free, each further one is fined (in reward)."""

    overhead_calls_this_over: int
    free_calls_an_over: int
    remaining: int
    fine_a_call: float
    fines_accumulated: float


class BatterNow(_Part):
    name: str
    bats: str
    runs: int
    balls: int


class PlayerCard(_Part):
    """One player of a squad. Skills are log-odds against the average player of his place; 0 is
    average, more is better for his own side.
    """

    name: str
    role: str
    bats: str
    bowls: str
    scoring: float
    survival: float
    economy: float
    strike: float


class GameContext(_Part):
    """The state of play. Innings fields are None before the toss; rates are runs an over."""

    format: str
    max_overs: int
    venue: float
    my_team: str
    other_team: str
    innings: int | None = None
    i_am: str | None = None
    score: int | None = None
    wickets: int | None = None
    wickets_in_hand: int | None = None
    overs: str | None = None
    balls_left: int | None = None
    target: int | None = None
    needed: int | None = None
    run_rate: float | None = None
    required_rate: float | None = None
    phase: str | None = None
    fielders_outside_allowed: int | None = None
    free_hit: bool = False
    striker: BatterNow | None = None
    non_striker: BatterNow | None = None
    bowler: BowlerNow | None = None


class CricketObservation(LateModel):
    """One seat's view at one of its questions, or at the end (`done`).

    `reward` is the weighted sum of `rewards`, both for the step just made. `error` says why the
    last call was refused and what is legal. `field` is the field seen by the batter, or set by
    the bowling side.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    done: bool = False
    reward: float | None = None
    rewards: Rubrics | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    seat: Seat
    captain: str
    question: int | None
    asked: DecisionKind | None
    error: str | None = None
    reply: dict[str, Any] = Field(default_factory=dict)
    game: GameContext | None
    field: str | None = None
    my_squad: tuple[PlayerCard, ...] = ()
    other_squad: tuple[PlayerCard, ...] = ()
    scorecards: tuple[InningsCard, ...] = ()
    bowlers: tuple[BowlerNow, ...] = ()
    match_plan: dict[str, str] = Field(default_factory=dict)
    batting_strategy: dict[str, Any] | None = None
    bowling_strategy: dict[str, Any] | None = None
    planned_delivery: dict[str, Any] = Field(default_factory=dict)
    planned_shot: dict[str, Any] = Field(default_factory=dict)
    tool_budget: ToolBudget
    last_outcome: BallLine | None = None
    recent_balls: tuple[BallLine, ...] = ()
    recent_calls: tuple[CallLine, ...] = ()
    notes: tuple[str, ...] = ()
    available_tools: tuple[ToolOffer, ...] = ()
    prompt_text: str = ""


@lru_cache(maxsize=256)  # most calls are like an earlier one
def _call_line(tool: str, arguments: str, error: str | None) -> CallLine:
    return CallLine(tool=tool, arguments=arguments, error=error)


def _shown_arguments(arguments: Mapping[str, Any]) -> str:
    """What a call was made with, on one line; made safe, as it may be anything."""
    try:
        text = _ENCODE(arguments)
    except (TypeError, ValueError, RecursionError):
        return "?"
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
