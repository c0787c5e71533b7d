"""Events on their way to observers: a line of JSON each, and a model for who asks for one.

Every ball is told in three events. To validate them as models would cost more than to play the
ball, so they are made as plain values in the shape that `engine.events` describes; a test holds
every line against it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Protocol

import orjson

from engine import events as ev
from engine.cricket.choices import (
    BatterDecision,
    BowlerDecision,
    Decision,
    DeliveryDecision,
    ShotDecision,
)
from engine.cricket.formats import BALLS_PER_OVER
from engine.cricket.nodes import BallBowled, DecisionRequest
from engine.cricket.outcomes import Outcome
from engine.cricket.players import PlayerIndex, Squad
from engine.cricket.state import Innings, Squads, overs_notation
from engine.driver import EVEN, BallLuck
from engine.making import by_identity

DECIMALS: Final = 9  # of what is computed


class Told(Protocol):
    """What an observer hears: `event` is the model, made when it is first asked for. The events of
    `engine.events` are told as they are.
    """

    @property
    def episode_id(self) -> str: ...
    @property
    def attempt(self) -> int: ...
    @property
    def seq(self) -> int: ...
    @property
    def ts(self) -> datetime: ...
    @property
    def type(self) -> str: ...
    @property
    def line(self) -> bytes: ...
    @property
    def event(self) -> ev.Event: ...


class Wire:
    """One event as plain values. `data` belongs to it: nobody may change it any more."""

    __slots__ = ("_event", "_line", "attempt", "data", "episode_id", "seq", "ts", "type")

    def __init__(
        self, episode_id: str, attempt: int, seq: int, ts: datetime, kind: str, data: dict[str, Any]
    ) -> None:
        self.episode_id, self.attempt, self.seq, self.ts = episode_id, attempt, seq, ts
        self.type, self.data = kind, data
        self._line: bytes | None = None
        self._event: ev.Event | None = None

    @property
    def line(self) -> bytes:
        """The event as JSON, made once however many write it or send it."""
        if self._line is None:
            self._line = orjson.dumps(
                {
                    "v": 1,
                    "episode_id": self.episode_id,
                    "attempt": self.attempt,
                    "seq": self.seq,
                    "ts": self.ts,
                    "type": self.type,
                    "data": self.data,
                },
                option=orjson.OPT_UTC_Z,
            )
        return self._line

    @property
    def event(self) -> ev.Event:
        if self._event is None:
            self._event = ev.parse_event(self.line)
        return self._event


def decision_wire(
    request: DecisionRequest, decision: Decision, squads: Squads, captain: str
) -> dict[str, Any]:
    """`DecisionMade`, but for how the decision came about."""
    innings, seat = request.view.innings, request.seat
    return {
        "number": request.number,
        "seat": seat._value_,
        "captain": captain,
        "kind": request.kind._value_,
        "innings": innings.number if innings else 0,
        "ball": overs_notation(innings.legal_balls) if innings else "0.0",
        "choice": choice_of(decision, squads.of(seat)),
    }


def choice_of(decision: Decision, squad: Squad) -> dict[str, Any]:
    """A decision as plain JSON: players by name, enums by value. `decision_from_choice` is its
    inverse.
    """
    match decision:
        case ShotDecision():
            return dict(_shot(decision))
        case DeliveryDecision():
            return dict(_delivery(decision))
        case BatterDecision() | BowlerDecision():
            return {"player": squad[decision.player].name}
        case _:
            return {"elect": decision.elect._value_}


@by_identity  # a scripted captain gives the same ones again and again
def _shot(decision: ShotDecision) -> dict[str, Any]:
    return {"shot": decision.shot._value_, "aggression": decision.aggression}


@by_identity
def _delivery(decision: DeliveryDecision) -> dict[str, Any]:
    return {
        "field": decision.field._value_,
        "length": decision.length._value_,
        "line": decision.line._value_,
        "variation": decision.variation._value_,
    }


def delivery_wire(fact: BallBowled, ball: BallLuck | None, squads: Squads) -> dict[str, Any]:
    """`Delivery`; `ball` is its luck, if any is kept."""
    before, after, outcome = fact.before, fact.after, fact.outcome
    delivery, shot, side = fact.delivery, fact.shot, before.batting
    batting, fielding = squads.of(side).players, squads.of(side.other).players
    over, balls = divmod(before.legal_balls, BALLS_PER_OVER)
    assert before.striker is not None
    assert before.non_striker is not None
    assert before.bowler is not None
    return {
        "innings": before.number,
        "over": over,
        "ball": f"{over}.{balls + 1}",
        "batting": side._value_,
        "striker": batting[before.striker].name,
        "non_striker": batting[before.non_striker].name,
        "bowler": fielding[before.bowler].name,
        **_delivery(delivery),
        **_shot(shot),
        "free_hit": before.free_hit,
        "outcome": outcome.key,
        "bat": outcome.bat,
        "extras": outcome.runs - outcome.bat,
        "extra_kind": _extra_kind(outcome) if outcome.runs != outcome.bat else None,
        "boundary": outcome.boundary,
        "wicket": None
        if fact.player_out is None
        else _wicket(outcome, batting[fact.player_out].name),
        "score": score_wire(after),
        "needed": after.needed,
        "win_probability": round(ball.after, DECIMALS) if ball else EVEN,
        "luck": round(ball.luck, DECIMALS) if ball else 0.0,
    }


def over_wire(innings: Innings, squads: Squads, *, runs: int, wickets: int) -> dict[str, Any]:
    """`OverComplete`; the over began at `runs` for `wickets`."""
    return {
        "innings": innings.number,
        "over": innings.over - 1,
        "bowler": name_of(squads.of(innings.fielding), innings.last_bowler),
        "runs": innings.runs - runs,
        "wickets": innings.wickets - wickets,
        "score": score_wire(innings),
    }


def score_wire(innings: Innings) -> dict[str, Any]:
    """`Score`."""
    return {
        "runs": innings.runs,
        "wickets": innings.wickets,
        "legal_balls": innings.legal_balls,
        "overs": overs_notation(innings.legal_balls),
    }


def name_of(squad: Squad, player: PlayerIndex | None) -> str:
    return "" if player is None else squad[player].name


def _extra_kind(outcome: Outcome) -> str | None:
    for kind in ("wides", "no_balls", "byes", "leg_byes", "penalty"):
        if getattr(outcome, kind):
            return kind
    return None


def _wicket(outcome: Outcome, name: str) -> dict[str, Any] | None:
    """`Wicket`."""
    if outcome.dismissal is None:
        return None
    return {
        "kind": outcome.dismissal._value_,
        "player_out": name,
        "end": outcome.end._value_ if outcome.end else None,
        "credited_to_bowler": outcome.is_credited,
    }
