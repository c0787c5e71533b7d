"""What a captain has declared, planned and set by calls that do not commit."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

from engine import arguments as args
from engine.answers import Standing, choices, delivery_plan, field_of
from engine.cricket.choices import Decision, DeliveryDecision, Field, ShotDecision
from engine.cricket.nodes import DecisionRequest
from engine.rewards import batting_coherence, bowling_coherence

NOTES_SHOWN: Final = 3


@dataclass(slots=True, kw_only=True)
class Preparation:
    """His own affair: the match learns of it by the decisions that it fills in.

    `delivery` and `shot` are the plans for the balls of this innings.
    """

    plan: dict[str, str] = field(default_factory=dict)
    batting: args.SetBattingStrategy | None = None
    bowling: args.SetBowlingStrategy | None = None
    delivery: dict[str, Any] = field(default_factory=dict)
    shot: dict[str, Any] = field(default_factory=dict)
    notes: deque[str] = field(default_factory=lambda: deque(maxlen=NOTES_SHOWN))
    field_set: Field = Field.STANDARD

    def take(self, given: args.Arguments, request: DecisionRequest) -> None:
        """Keeps what a call says, where it says something to keep. Raises `IllegalCall`."""
        match given:
            case args.SetMatchPlan() | args.UpdateMatchPlan():
                self.plan = self.plan | given.given()
            case args.SetBattingStrategy():
                self.batting = given
            case args.SetBowlingStrategy():
                self.bowling = given
            case args.PlanDelivery():
                self.delivery = delivery_plan(given, request)
            case args.PlanShot():
                self.shot = choices(given)
            case args.SetField():
                self.field_set = field_of(given, request)
            case args.ReflectAfterBall(note=note):
                self.notes.append(note)

    def close_innings(self) -> None:
        """Puts away what was meant for the balls of an innings."""
        self.field_set = Field.STANDARD
        self.delivery, self.shot = {}, {}

    def field_for(self, request: DecisionRequest) -> Field:
        """The field for the coming ball: as set while that is legal, else the usual one."""
        fields = request.legal.fields
        if self.field_set in fields or not fields:
            return self.field_set
        return Field.STANDARD if Field.STANDARD in fields else fields[0]

    def standing_for(self, request: DecisionRequest) -> Standing:
        """What fills the gaps of a committing call."""
        return Standing(
            field=self.field_for(request),
            delivery=self.delivery,
            shot=self.shot,
            aggression=None if self.batting is None else self.batting.aggression,
        )

    def coherence_of(self, decision: Decision) -> float:
        """How well a decision fits the declared strategy, -1 to 1; 0 where none is declared."""
        if isinstance(decision, ShotDecision) and self.batting is not None:
            return batting_coherence(self.batting.aggression, decision)
        if isinstance(decision, DeliveryDecision) and self.bowling is not None:
            return bowling_coherence(self.bowling.aggression, decision)
        return 0.0
