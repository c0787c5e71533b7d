"""What a captain sees: `CricketObservation`, and how it is read off the open question.

It is made of the question's public view, of the balls that have been bowled, and of what the
captain himself has declared. The other captain's choice for the coming ball and the random
streams never reach this module.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from engine.analysis import (
    BowlerNow,
    bowlers_now,
    required_rate,
    rounded,
    run_rate,
    wickets_in_hand,
)
from engine.cricket.choices import DecisionKind, Seat
from engine.cricket.formats import BALLS_PER_OVER
from engine.cricket.nodes import BallBowled, DecisionRequest
from engine.cricket.players import PlayerIndex, Squad
from engine.cricket.scorecard import InningsCard, innings_card
from engine.cricket.state import Innings, MatchView, Squads, overs_notation
from engine.making import by_identity
from engine.phases import part_of
from engine.rewards import Rubrics
from engine.tools import CricketAction, ToolOffer

_LONGEST_SHOWN: Final = 400


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
        return cls(tool=ascii(tool)[1:-1][:40], arguments=_shown_arguments(arguments), error=error)


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


class OwnSide(_Part):
    """What the captain has declared, planned and done himself."""

    seat: Seat
    captain: str
    plan: dict[str, str]
    batting: dict[str, Any] | None
    bowling: dict[str, Any] | None
    planned_delivery: dict[str, Any]
    planned_shot: dict[str, Any]
    field: str | None
    notes: tuple[str, ...]
    calls: tuple[CallLine, ...]
    reply: dict[str, Any]
    budget: ToolBudget


class CricketObservation(BaseModel):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What `observe` reads. `view` is the question's, or the final one when nothing is asked."""

    view: MatchView | None
    request: DecisionRequest | None
    balls: tuple[BallBowled, ...] = ()


def observe(
    moment: Moment,
    own: OwnSide,
    *,
    tools: tuple[ToolOffer, ...] = (),
    error: str | None = None,
    rewards: Rubrics | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> CricketObservation:
    """The observation without its text (`prompt.render` writes that)."""
    request, view = moment.request, moment.view
    innings = None if view is None else view.innings
    balls = () if view is None else tuple(_line_of(ball, view.squads) for ball in moment.balls)
    bowlers = () if view is None or innings is None else _bowlers(innings, view)
    return CricketObservation(
        done=request is None,
        reward=None if rewards is None else rewards.total,
        rewards=rewards,
        metadata=dict(metadata or {}),
        seat=own.seat,
        captain=own.captain,
        question=None if request is None else request.number,
        asked=None if request is None else request.kind,
        error=error,
        reply=own.reply,
        game=None if view is None else _game(view, own.seat, bowlers),
        field=own.field if request is None or request.field is None else request.field,
        my_squad=() if view is None else _players(view.squads.of(own.seat)),
        other_squad=() if view is None else _players(view.squads.of(own.seat.other)),
        scorecards=() if view is None else _cards(view),
        bowlers=bowlers,
        match_plan=own.plan,
        batting_strategy=own.batting,
        bowling_strategy=own.bowling,
        planned_delivery=own.planned_delivery,
        planned_shot=own.planned_shot,
        tool_budget=own.budget,
        last_outcome=balls[-1] if balls else None,
        recent_balls=balls,
        recent_calls=own.calls,
        notes=own.notes,
        available_tools=tools,
    )


def _game(view: MatchView, seat: Seat, bowlers: tuple[BowlerNow, ...]) -> GameContext:
    squads, innings = view.squads, view.innings
    return GameContext(
        format=view.format.name,
        max_overs=view.format.max_overs,
        venue=round(view.venue, 3),
        my_team=squads.of(seat).name,
        other_team=squads.of(seat.other).name,
        **({} if innings is None else _progress(innings, view, seat, bowlers)),
    )


def _progress(
    innings: Innings, view: MatchView, seat: Seat, bowlers: tuple[BowlerNow, ...]
) -> dict[str, Any]:
    """What of the game context there is only while an innings is on."""
    batting = view.squads.of(innings.batting)
    bowler = next((b for b in bowlers if b.bowls_now), None)
    return {
        "innings": innings.number,
        "i_am": "batting" if innings.batting is seat else "bowling",
        "score": innings.runs,
        "wickets": innings.wickets,
        "wickets_in_hand": wickets_in_hand(innings),
        "overs": overs_notation(innings.legal_balls),
        "balls_left": innings.balls_left,
        "target": innings.target,
        "needed": innings.needed,
        "run_rate": rounded(run_rate(innings)),
        "required_rate": rounded(required_rate(innings)),
        "phase": part_of(innings.format, innings.legal_balls).value,
        "fielders_outside_allowed": innings.format.max_outside(innings.legal_balls),
        "free_hit": innings.free_hit,
        "striker": _batter(innings, innings.striker, batting),
        "non_striker": _batter(innings, innings.non_striker, batting),
        "bowler": bowler,
    }


@by_identity
def _players(squad: Squad) -> tuple[PlayerCard, ...]:
    return tuple(
        PlayerCard(
            name=player.name,
            role=player.role.value,
            bats=player.bats.value,
            bowls=player.bowls.value,
            scoring=player.skill.scoring,
            survival=player.skill.survival,
            economy=player.skill.economy,
            strike=player.skill.strike,
        )
        for player in squad.players
    )


def _cards(view: MatchView) -> tuple[InningsCard, ...]:
    played = view.finished if view.innings is None else (*view.finished, view.innings)
    return tuple(_card_of(innings, view.squads) for innings in played)


_card_of = by_identity(innings_card)


def _bowlers(innings: Innings, view: MatchView) -> tuple[BowlerNow, ...]:
    return bowlers_now(innings, view.squads.of(innings.fielding))


def _batter(innings: Innings, player: PlayerIndex | None, squad: Squad) -> BatterNow | None:
    if player is None:
        return None
    line = innings.batters[player]
    return BatterNow(
        name=squad[player].name, bats=squad[player].bats.value, runs=line.runs, balls=line.balls
    )


def _ball_line(ball: BallBowled, squads: Squads) -> BallLine:
    before, outcome = ball.before, ball.outcome
    batting, fielding = squads.of(before.batting), squads.of(before.fielding)
    return BallLine(
        innings=before.number,
        ball=f"{before.over}.{before.legal_balls % BALLS_PER_OVER + 1}",
        bowler=_name(fielding, before.bowler),
        striker=_name(batting, before.striker),
        field=ball.delivery.field.value,
        length=ball.delivery.length.value,
        line=ball.delivery.line.value,
        variation=ball.delivery.variation.value,
        shot=ball.shot.shot.value,
        aggression=ball.shot.aggression,
        outcome=outcome.key,
        runs=outcome.runs,
        extras=outcome.runs - outcome.bat,
        wicket=None if outcome.dismissal is None else outcome.dismissal.value,
        player_out=None if ball.player_out is None else batting[ball.player_out].name,
    )


_line_of = by_identity(_ball_line)


def _name(squad: Squad, player: PlayerIndex | None) -> str:
    return "" if player is None else squad[player].name


def _shown_arguments(arguments: Mapping[str, Any]) -> str:
    """What a call was made with, on one line; made safe, as it may be anything."""
    try:
        text = json.dumps(arguments, default=str)
    except (TypeError, ValueError, RecursionError):
        return "?"
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
