"""How a `CricketObservation` is read off the open question.

It is made of the question's public view, of the balls that have been bowled, and of what the
captain himself has declared. The other captain's choice for the coming ball and the random
streams never reach this module. Everything here is frozen, or replaced and never changed, so that
it may be read later than it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from engine import arguments as args
from engine.analysis import (
    BowlerNow,
    bowlers_now,
    required_rate,
    rounded,
    run_rate,
    wickets_in_hand,
)
from engine.cricket.choices import Field, Seat
from engine.cricket.formats import BALLS_PER_OVER, Format
from engine.cricket.nodes import BallBowled, DecisionRequest
from engine.cricket.players import Player, PlayerIndex, Squad
from engine.cricket.scorecard import InningsCard, innings_card
from engine.cricket.state import BatterLine, Innings, MatchView, Squads, overs_notation
from engine.making import by_identity, maker, model_maker
from engine.observation import (
    BallLine,
    BatterNow,
    CallLine,
    CricketObservation,
    GameContext,
    PlayerCard,
    ToolBudget,
)
from engine.phases import part_in_words
from engine.prompt import render
from engine.rewards import FREE_OVERHEAD_CALLS, OVERHEAD_FINE, Rubrics
from engine.tools import OwnTable, available_tools


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSide:
    """What the captain has declared, planned and done himself. `overhead` calls were made in this
    over, `fines` are in reward.
    """

    seat: Seat
    captain: str
    plan: dict[str, str]
    batting: args.SetBattingStrategy | None
    bowling: args.SetBowlingStrategy | None
    planned_delivery: dict[str, Any]
    planned_shot: dict[str, Any]
    field: Field | None
    notes: tuple[str, ...]
    calls: tuple[CallLine, ...]
    reply: dict[str, Any]
    overhead: int
    fines: float
    table: OwnTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What `observe` reads. `view` is the question's, or the final one when nothing is asked."""

    view: MatchView | None
    request: DecisionRequest | None
    own: OwnSide
    balls: tuple[BallBowled, ...] = ()

    def __call__(self, seen: CricketObservation, name: str) -> Mapping[str, Any]:
        """That field of the observation, and those that are read with it."""
        return _READ[name](self, seen)


own_side, moment = maker(OwnSide), maker(Moment)
_game_context, _new_batter = model_maker(GameContext), model_maker(BatterNow)
_new_ball = model_maker(BallLine)


def observe(
    moment: Moment,
    *,
    error: str | None = None,
    rewards: Rubrics | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> CricketObservation:
    request, own = moment.request, moment.own
    field = own.field if request is None or request.field is None else request.field
    return CricketObservation.late(
        moment,
        done=request is None,
        reward=None if rewards is None else rewards.total,
        rewards=rewards,
        metadata=dict(metadata or {}),
        seat=own.seat,
        captain=own.captain,
        question=None if request is None else request.number,
        asked=None if request is None else request.kind,
        error=error,
        field=None if field is None else field.value,
        recent_calls=own.calls,
        notes=own.notes,
    )


@lru_cache(maxsize=256)
def _budget(overhead: int, fines: float) -> ToolBudget:
    return ToolBudget(
        overhead_calls_this_over=overhead,
        free_calls_an_over=FREE_OVERHEAD_CALLS,
        remaining=max(0, FREE_OVERHEAD_CALLS - overhead),
        fine_a_call=OVERHEAD_FINE,
        fines_accumulated=round(fines, 9),
    )


def _declared(strategy: args.Arguments | None) -> dict[str, Any] | None:
    return None if strategy is None else strategy.model_dump(mode="json")


def _planned(choices: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(value, "value", value) for name, value in choices.items()}


def _played(moment: Moment, _: CricketObservation) -> dict[str, Any]:
    """Where the match stands."""
    view = moment.view
    if view is None:
        return {"bowlers": (), "game": None}
    innings, seat = view.innings, moment.own.seat
    if innings is None:
        known = _of_match(view.format, view.squads, view.venue, seat)
        return {"bowlers": (), "game": GameContext(**known)}
    bowlers = bowlers_now(innings, view.squads.of(innings.fielding))
    return {"bowlers": bowlers, "game": _game(innings, view, seat, bowlers)}


def _bowled(moment: Moment, _: CricketObservation) -> dict[str, Any]:
    """The last balls."""
    view = moment.view
    lines = () if view is None else tuple([_line_of(ball, view.squads) for ball in moment.balls])
    return {"recent_balls": lines, "last_outcome": lines[-1] if lines else None}


def _sides(moment: Moment, _: CricketObservation) -> dict[str, Any]:
    view, seat = moment.view, moment.own.seat
    if view is None:
        return {"my_squad": (), "other_squad": ()}
    own, other = view.squads.of(seat), view.squads.of(seat.other)
    return {"my_squad": _players(own), "other_squad": _players(other)}


def _prepared(moment: Moment, _: CricketObservation) -> dict[str, Any]:
    """What the captain has done himself."""
    own = moment.own
    return {
        "reply": dict(own.reply),
        "match_plan": dict(own.plan),
        "batting_strategy": _declared(own.batting),
        "bowling_strategy": _declared(own.bowling),
        "planned_delivery": _planned(own.planned_delivery),
        "planned_shot": _planned(own.planned_shot),
        "tool_budget": _budget(own.overhead, own.fines),
    }


def _scored(moment: Moment, _: CricketObservation) -> dict[str, Any]:
    return {"scorecards": () if moment.view is None else _cards(moment.view)}


def _callable(moment: Moment, _: CricketObservation) -> dict[str, Any]:
    request = moment.request
    offers = () if request is None else available_tools(request, moment.own.table)
    return {"available_tools": offers}


def _in_words(_: Moment, seen: CricketObservation) -> dict[str, Any]:
    return {"prompt_text": render(seen)}


_READ: Final[dict[str, Callable[[Moment, CricketObservation], dict[str, Any]]]] = {
    **dict.fromkeys(("game", "bowlers"), _played),
    **dict.fromkeys(("recent_balls", "last_outcome"), _bowled),
    **dict.fromkeys(("my_squad", "other_squad"), _sides),
    **dict.fromkeys(("reply", "match_plan", "batting_strategy", "bowling_strategy"), _prepared),
    **dict.fromkeys(("planned_delivery", "planned_shot", "tool_budget"), _prepared),
    "scorecards": _scored,
    "available_tools": _callable,
    "prompt_text": _in_words,
}


def _game(
    innings: Innings, view: MatchView, seat: Seat, bowlers: tuple[BowlerNow, ...]
) -> GameContext:
    batting = view.squads.of(innings.batting)
    return _game_context(
        **_of_match(view.format, view.squads, view.venue, seat),
        innings=innings.number,
        i_am="batting" if innings.batting is seat else "bowling",
        score=innings.runs,
        wickets=innings.wickets,
        wickets_in_hand=wickets_in_hand(innings),
        overs=overs_notation(innings.legal_balls),
        balls_left=innings.balls_left,
        target=innings.target,
        needed=innings.needed,
        run_rate=rounded(run_rate(innings)),
        required_rate=rounded(required_rate(innings)),
        phase=part_in_words(innings),
        fielders_outside_allowed=innings.format.max_outside(innings.legal_balls),
        free_hit=innings.free_hit,
        striker=_batter(innings, innings.striker, batting),
        non_striker=_batter(innings, innings.non_striker, batting),
        bowler=next((b for b in bowlers if b.bowls_now), None),
    )


@by_identity
def _of_match(format_: Format, squads: Squads, venue: float, seat: Seat) -> dict[str, Any]:
    """What of the game context there is before an innings is on, and after the last."""
    return {
        "format": format_.name,
        "max_overs": format_.max_overs,
        "venue": round(venue, 3),
        "my_team": squads.of(seat).name,
        "other_team": squads.of(seat.other).name,
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


def _batter(innings: Innings, player: PlayerIndex | None, squad: Squad) -> BatterNow | None:
    return None if player is None else _batter_now(squad[player], innings.batters[player])


@by_identity
def _batter_now(player: Player, line: BatterLine) -> BatterNow:
    return _new_batter(name=player.name, bats=player.bats.value, runs=line.runs, balls=line.balls)


def _ball_line(ball: BallBowled, squads: Squads) -> BallLine:
    before, outcome = ball.before, ball.outcome
    batting, fielding = squads.of(before.batting), squads.of(before.fielding)
    return _new_ball(
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
