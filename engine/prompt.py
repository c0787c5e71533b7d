"""The observation in words: what a language model, or a person at a terminal, is given to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from engine.making import by_identity
from engine.observation import (
    BallLine,
    BatterNow,
    CricketObservation,
    GameContext,
    PlayerCard,
    ToolBudget,
)
from engine.phases import SUPER_OVER
from engine.tools import ToolOffer

_QUESTIONS: Final = {
    "toss": "You won the toss. Bat or field first?",
    "batter": "A batter is needed. Who comes in?",
    "bowler": "A new over. Who bowls it?",
    "delivery": "Your side bowls the next ball. Set the field if you want another one, then bowl.",
    "shot": "Your side faces the next ball. The field is set; you cannot see what will be bowled.",
}


def render(seen: CricketObservation) -> str:
    """The observation as plain text, a paragraph a subject, at most some sixty lines."""
    return "\n\n".join(["\n".join(part) for part in _parts(seen) if part])


def _parts(seen: CricketObservation) -> list[list[str]]:
    parts = []
    if seen.error is not None:
        parts.append([f"Your last call was refused: {seen.error}"])
    if seen.done or seen.asked is None:
        parts.append(["The match is over."])
    if seen.game is not None:
        parts += _situation(seen.game), _figures(seen, seen.game)
    parts += [_ball(ball) for ball in seen.recent_balls], _own(seen)
    if seen.reply and "done" not in seen.reply:
        parts.append([f"Analysis: {_inline(seen.reply)}"])
    if seen.asked is not None:
        known = _candidates(seen.available_tools, seen.my_squad, seen.asked == "bowler")
        parts.append([f"Question {seen.question}: {_QUESTIONS[seen.asked]}", *known])
        parts.append([_calls(seen.available_tools), _budget(seen.tool_budget)])
    return parts


def _situation(game: GameContext) -> list[str]:
    overs = "1 over" if game.max_overs == 1 else f"{game.max_overs} overs"
    told = [
        f"{game.format}, {overs} a side. You captain {game.my_team}.",
        f"Venue: {game.venue:+.2f} towards runs (0 is average).",
    ]
    if game.innings is None:
        return told
    side = game.my_team if game.i_am == "batting" else game.other_team
    state = f"{side} {game.score}/{game.wickets} after {game.overs} overs ({game.phase})"
    left = f"{game.balls_left} balls left"
    told.append(f"Innings {game.innings}: you are {game.i_am}. {state}, {left}.")
    if game.needed is not None:
        rate = _number(game.required_rate)
        told.append(f"Target {game.target}: {game.needed} needed, {rate} an over.")
    if game.run_rate is not None:
        rate = _number(game.run_rate)
        told.append(f"Run rate {rate}; {game.wickets_in_hand} wickets in hand.")
    if game.phase == SUPER_OVER:
        told.append("SUPER OVER: six balls a side, and the second wicket ends the innings.")
    if game.free_hit:
        told.append(
            "FREE HIT: the batter can only be out run out, obstructing the field or hitting the "
            "ball twice."
        )
    outside = game.fielders_outside_allowed
    return [*told, f"At most {outside} fielders may stand outside the circle."]


def _figures(seen: CricketObservation, game: GameContext) -> list[str]:
    told: list[str] = []
    if game.innings is None:
        return told
    if game.striker is not None:
        told.append(f"On strike: {_batter(game.striker)}.")
    if game.non_striker is not None:
        told.append(f"Other end: {_batter(game.non_striker)}.")
    if game.bowler is not None:
        b = game.bowler
        told.append(f"Bowling: {b.name} ({_words(b.bowls)}), {b.overs}-{b.runs}-{b.wickets}.")
    if seen.field is not None:
        told.append(f"Field: {_words(seen.field)}.")
    left = [f"{b.name} {overs}" for b in seen.bowlers if (overs := b.overs_left)]
    return [*told, f"Overs left: {', '.join(left)}."] if left else told


def _own(seen: CricketObservation) -> list[str]:
    told = []
    if seen.match_plan:
        told.append(f"Your match plan: {_inline(seen.match_plan)}")
    if seen.batting_strategy is not None:
        told.append(f"Your batting strategy: {_inline(seen.batting_strategy)}")
    if seen.bowling_strategy is not None:
        told.append(f"Your bowling strategy: {_inline(seen.bowling_strategy)}")
    if seen.planned_delivery:
        told.append(f"Planned delivery: {_inline(seen.planned_delivery)}")
    if seen.planned_shot:
        told.append(f"Planned shot: {_inline(seen.planned_shot)}")
    return told + [f"Your note: {note}" for note in seen.notes]


@by_identity
def _candidates(
    tools: tuple[ToolOffer, ...], squad: tuple[PlayerCard, ...], to_bowl: bool
) -> list[str]:
    """Those who may be chosen, with what is known of them."""
    return [
        _as_bowler(player) if to_bowl else _as_batter(player)
        for tool in tools
        for player in squad
        if player.name in tool.parameters["properties"].get("player", {}).get("enum", ())
    ]


def _as_bowler(player: PlayerCard) -> str:
    skill = f"economy {player.economy:+.2f}, strike {player.strike:+.2f}"
    return f"- {player.name}: {_words(player.bowls)}, {skill}"


def _as_batter(player: PlayerCard) -> str:
    skill = f"scoring {player.scoring:+.2f}, survival {player.survival:+.2f}"
    return f"- {player.name}: {player.bats}-handed {_words(player.role)}, {skill}"


def _budget(budget: ToolBudget) -> str:
    return (
        f"Plan, think and strategy calls: {budget.remaining} of {budget.free_calls_an_over} free "
        f"ones left in this over, then {budget.fine_a_call} reward each."
    )


@by_identity
def _calls(tools: tuple[ToolOffer, ...]) -> str:
    calls = [
        f"- {tool.name}({_arguments(tool)}){' [answers]' if tool.commits else ''}" for tool in tools
    ]
    return "\n".join(["Call one of:", *calls])


def _arguments(tool: ToolOffer) -> str:
    required = tool.parameters["required"]
    return ", ".join(
        f"{name}{'' if name in required else '?'}: {_type(about)}"
        for name, about in tool.parameters["properties"].items()
    )


def _type(about: Mapping[str, Any]) -> str:
    if "enum" in about:
        return " | ".join(about["enum"])
    if "minimum" in about:
        return f"{about['minimum']:g}-{about['maximum']:g}"
    return "text"


@by_identity
def _ball(ball: BallLine) -> str:
    how = "" if ball.aggression is None else f" at {ball.aggression:g}"
    wicket = "" if ball.player_out is None else f" OUT {ball.player_out}"
    bowled = f"{_words(ball.length)} {_words(ball.line)} {_words(ball.variation)}"
    played = f"{_words(ball.shot)}{how}"
    told = f"{ball.bowler} to {ball.striker}: {bowled}; {played}: {ball.outcome}{wicket}"
    return f"{ball.innings}/{ball.ball} {told}"


def _batter(batter: BatterNow) -> str:
    return f"{batter.name} {batter.runs} ({batter.balls}), {batter.bats}-handed"


def _inline(values: Mapping[str, Any]) -> str:
    return "; ".join(
        f"{_words(key)}: {value}" for key, value in values.items() if value is not None
    )


def _words(name: str) -> str:
    return name.replace("_", " ")


def _number(number: float | None) -> str:
    return "-" if number is None else f"{number:.2f}"
