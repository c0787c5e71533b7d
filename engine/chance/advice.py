"""What every legal answer to a question is worth to the captain who is asked, on what he knows.

Built on the request alone: the view, what is legal, and for a shot the field that is seen. The
other side's hidden choice is that of its `baseline`, venue, squads, game and season are known, and
what pitch and day do is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from engine.chance.classes import Floats
from engine.chance.model import BallModel
from engine.chance.options import SHOTS, TIE, Options, ShotValues
from engine.chance.staffing import Staffing
from engine.cricket.choices import (
    BatterDecision,
    BowlerDecision,
    Decision,
    DecisionKind,
    DeliveryDecision,
    Election,
    Field,
    Seat,
    ShotDecision,
    TossDecision,
)
from engine.cricket.distribution import WinModel
from engine.cricket.laws import start_innings
from engine.cricket.nodes import DecisionRequest
from engine.cricket.players import PlayerIndex

_USUAL_ELECTION: Final = Election.FIELD  # what captains who win the toss mostly do


class Adviser:
    """Values decisions with one ball model and one win probability. Keeps nothing between
    questions but tables that would come out the same.
    """

    __slots__ = ("_value", "options", "staffing")

    def __init__(self, model: BallModel, value: WinModel) -> None:
        self._value = value
        self.options = Options(model, value)
        self.staffing = Staffing(model, value)

    def best(self, request: DecisionRequest) -> Decision:
        """The legal answer of most worth. Of equals: the usual one of a ball, to field first at the
        toss, the first in the natural order of batters, the last in it of bowlers.
        """
        match request.kind:
            case DecisionKind.SHOT:
                return self.options.shots(request.view, _field(request)).choice()
            case DecisionKind.DELIVERY:
                return self.options.deliveries(request.view, request.legal.fields).choice()
            case DecisionKind.BOWLER:
                legal = sorted(request.legal.players, reverse=True)
                return BowlerDecision(player=_first_best(legal, -self._bowlers(request, legal)))
            case DecisionKind.BATTER:
                legal = sorted(request.legal.players)
                return BatterDecision(player=_first_best(legal, self._batters(request, legal)))
            case DecisionKind.TOSS:
                field, bat = self._elections(request)
                return TossDecision(elect=Election.BAT if bat - field > TIE else _USUAL_ELECTION)

    def cost(self, request: DecisionRequest, decision: Decision) -> float:
        """Win probability given away against the best legal answer, at least 0."""
        return max(0.0, self._given_away(request, decision))

    def _given_away(self, request: DecisionRequest, decision: Decision) -> float:
        view, legal = request.view, request.legal.players
        match decision:
            case ShotDecision():
                shots = self.options.shots(view, _field(request))
                return shots.best - self._shot(request, decision, shots)
            case DeliveryDecision():
                deliveries = self.options.deliveries(view, request.legal.fields)
                return deliveries.of(decision) - deliveries.best
            case BowlerDecision(player=player):
                bowlers = self._bowlers(request, legal)
                return float(bowlers[legal.index(player)] - bowlers.min())
            case BatterDecision(player=player):
                batters = self._batters(request, legal)
                return float(batters.max() - batters[legal.index(player)])
            case TossDecision(elect=elect):
                field_first, bat_first = self._elections(request)
                lost = field_first - bat_first
                return lost if elect is Election.BAT else -lost

    def _shot(self, request: DecisionRequest, shot: ShotDecision, known: ShotValues) -> float:
        if shot.aggression is None:
            return float(known.usual[SHOTS.index(shot.shot)])
        return self.options.shot(request.view, _field(request), shot)

    def _bowlers(self, request: DecisionRequest, legal: Sequence[PlayerIndex]) -> Floats:
        if len(legal) == 1:
            return np.zeros(1)
        return self.staffing.bowlers(request.view, legal)

    def _batters(self, request: DecisionRequest, legal: Sequence[PlayerIndex]) -> Floats:
        if len(legal) == 1:
            return np.zeros(1)
        return self.staffing.batters(request.view, legal)

    def _elections(self, request: DecisionRequest) -> tuple[float, float]:
        """The values of fielding and of batting first, to the seat that won the toss."""
        bats = self._start(request, request.seat)
        return 1.0 - self._start(request, request.seat.other), bats

    def _start(self, request: DecisionRequest, batting: Seat) -> float:
        start = start_innings(number=1, batting=batting, format_=request.view.format, target=None)
        return self._value.of(start)


def _field(request: DecisionRequest) -> Field:
    if request.field is None:
        raise ValueError("a shot was asked for without a field")
    return request.field


def _first_best(players: Sequence[PlayerIndex], values: Floats) -> PlayerIndex:
    return players[int(np.argmax(values >= values.max() - TIE))]
