"""What the match generator yields and is sent.

A `DecisionRequest` is answered with a `Decision`, a `ChanceNode` with a `Draw`, a `Fact` with None.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.cricket.choices import (
    Decision,
    DecisionKind,
    DeliveryDecision,
    Election,
    Field,
    Seat,
    ShotDecision,
)
from engine.cricket.outcomes import Outcome
from engine.cricket.players import Player, PlayerIndex
from engine.cricket.state import Conditions, Innings, MatchView


@dataclass(frozen=True, slots=True, kw_only=True)
class Legal:
    """What may be answered. Only the part that belongs to the request's kind is filled."""

    players: tuple[PlayerIndex, ...] = ()
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRequest:
    """One question to one captain. `number` counts the match's questions from 0.

    `field` is the field that the batting side sees (kind `shot` only).
    """

    number: int
    seat: Seat
    kind: DecisionKind
    legal: Legal
    view: MatchView
    field: Field | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryContext:
    """Everything that the ball model may look at, the hidden choices of both sides included."""

    innings: Innings
    striker: Player
    striker_order: int  # 1…11, his place in the squad's natural order
    balls_faced: int
    bowler: Player
    conditions: Conditions
    delivery: DeliveryDecision
    shot: ShotDecision


class Purpose(StrEnum):
    """What a draw is for; part of the key of its random stream."""

    TOSS = "toss"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChanceNode:
    """A place where chance decides, keyed for its own random stream. `context` is None for the
    toss.
    """

    purpose: Purpose
    innings: int
    legal_ball: int
    repeat: int
    view: MatchView
    context: DeliveryContext | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TossDraw:
    """Law 13.4: the seat that wins the toss."""

    winner: Seat


Draw = TossDraw | Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class TossMade:
    winner: Seat
    elected: Election


@dataclass(frozen=True, slots=True, kw_only=True)
class InningsStarted:
    innings: Innings


@dataclass(frozen=True, slots=True, kw_only=True)
class BallBowled:
    """One delivery: the innings before it (with bowler and batters), what was chosen, what came,
    the innings after.
    """

    before: Innings
    after: Innings
    delivery: DeliveryDecision
    shot: ShotDecision
    outcome: Outcome
    player_out: PlayerIndex | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverCompleted:
    innings: Innings


@dataclass(frozen=True, slots=True, kw_only=True)
class InningsEnded:
    innings: Innings


Fact = TossMade | InningsStarted | BallBowled | OverCompleted | InningsEnded
Node = DecisionRequest | ChanceNode | Fact
Answer = Decision | Draw | None


class ResultKind(StrEnum):
    RUNS = "runs"
    WICKETS = "wickets"
    SUPER_OVER = "super over"
    TIE = "tie"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchResult:
    """Law 16. `winner` is None for a tie; `margin` in runs or wickets, None for a super over or a
    tie.
    """

    winner: Seat | None
    kind: ResultKind
    margin: int | None
    innings: tuple[Innings, ...]
