"""What every legal answer to a question is worth to the captain who is asked, on what he knows.

Built on the request alone: the view, what is legal, and for a shot the field that is seen. The
other side's hidden choice is that of its `baseline`, venue, squads, game and season are known, and
what pitch and day do is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from engine.chance.classes import Floats
from engine.chance.model import BallModel
from engine.chance.options import TIE, Made, Options, field_of
from engine.chance.staffing import Asked, Staffing
from engine.cricket.choices import (
    BatterDecision,
    BowlerDecision,
    Decision,
    DecisionKind,
    Election,
    Seat,
    TossDecision,
)
from engine.cricket.distribution import WinModel
from engine.cricket.formats import Format
from engine.cricket.laws import start_innings
from engine.cricket.nodes import DecisionRequest
from engine.cricket.players import PlayerIndex

# Both choices for a ball are priced together.
_PRICED_AS: Final = {DecisionKind.SHOT: DecisionKind.DELIVERY}
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
                return self.options.shots(request.view, field_of(request)).choice()
            case DecisionKind.DELIVERY:
                return self.options.deliveries(request.view, request.legal.fields).choice()
            case DecisionKind.BOWLER:
                legal = sorted(request.legal.players, reverse=True)
                return BowlerDecision(player=self._first_best(request, legal, -1.0))
            case DecisionKind.BATTER:
                legal = sorted(request.legal.players)
                return BatterDecision(player=self._first_best(request, legal, 1.0))
            case DecisionKind.TOSS:
                worth = self.elections(request)
                bats = worth[Election.BAT] - worth[Election.FIELD] > TIE
                return TossDecision(elect=Election.BAT if bats else _USUAL_ELECTION)

    def cost(self, request: DecisionRequest, decision: Decision) -> float:
        """Win probability given away against the best legal answer, at least 0."""
        return self.costs([(request, decision)])[0]

    def elections(self, request: DecisionRequest) -> dict[Election, float]:
        """The win probability of the seat that won the toss, by what it may elect."""
        bats = self._start(request, request.seat)
        return {
            Election.BAT: bats,
            Election.FIELD: 1.0 - self._start(request, request.seat.other),
        }

    def costs(self, made: Sequence[Made]) -> list[float]:
        """As `cost`, of many legal decisions of one match: priced together, a decision takes a
        fraction of the time.
        """
        found = [0.0] * len(made)
        for places in _alike(made):
            price = self._price(made[places[0]][0].kind)
            lost = price([made[place] for place in places])
            for place, each in zip(places, lost, strict=True):
                found[place] = max(0.0, each)
        return found

    def _price(self, kind: DecisionKind) -> Callable[[Sequence[Made]], Sequence[float]]:
        """What prices decisions like one of this kind, of one match and one format."""
        match kind:
            case DecisionKind.SHOT | DecisionKind.DELIVERY:
                return self.options.given_away
            case DecisionKind.BOWLER:
                return self._by_bowlers
            case DecisionKind.BATTER:
                return self._by_batters
            case DecisionKind.TOSS:
                return self._by_tosses

    def _by_bowlers(self, made: Sequence[Made]) -> Sequence[float]:
        worth = _for_players(self.staffing.bowlers, made)
        return [
            0.0 if values is None else _of_chosen(choice, values) - float(values.min())
            for choice, values in zip(made, worth, strict=True)
        ]

    def _by_batters(self, made: Sequence[Made]) -> Sequence[float]:
        worth = _for_players(self.staffing.batters, made)
        return [
            0.0 if values is None else float(values.max()) - _of_chosen(choice, values)
            for choice, values in zip(made, worth, strict=True)
        ]

    def _by_tosses(self, made: Sequence[Made]) -> Sequence[float]:
        lost = []
        for request, decision in made:
            assert isinstance(decision, TossDecision)
            worth = self.elections(request)
            gain = worth[Election.BAT] - worth[Election.FIELD]
            lost.append(-gain if decision.elect is Election.BAT else gain)
        return lost

    def _first_best(
        self, request: DecisionRequest, legal: Sequence[PlayerIndex], sign: float
    ) -> PlayerIndex:
        """The first whose value is the highest, or with `sign` -1 the lowest, to the batting
        side.
        """
        if len(legal) == 1:
            return legal[0]
        bowls = request.kind is DecisionKind.BOWLER
        price = self.staffing.bowlers if bowls else self.staffing.batters
        values = sign * price([(request.view, legal)])[0]
        return legal[int(np.argmax(values >= values.max() - TIE))]

    def _start(self, request: DecisionRequest, batting: Seat) -> float:
        start = start_innings(number=1, batting=batting, format_=request.view.format, target=None)
        return self._value.of(start)


def _alike(made: Sequence[Made]) -> Sequence[Sequence[int]]:
    """The places of decisions that are priced together, a super over's apart."""
    found: dict[tuple[DecisionKind, int], list[int]] = {}
    for place, (request, _) in enumerate(made):
        priced_as = _PRICED_AS.get(request.kind, request.kind)
        found.setdefault((priced_as, id(_format(request))), []).append(place)
    return list(found.values())


def _format(request: DecisionRequest) -> Format:
    innings = request.view.innings
    return request.view.format if innings is None else innings.format


def _for_players(
    price: Callable[[Sequence[Asked]], list[Floats]], made: Sequence[Made]
) -> list[Floats | None]:
    """By question, the values of those who might have been chosen; None where there was no
    choice.
    """
    open_ = [request for request, _ in made if len(request.legal.players) > 1]
    if not open_:
        return [None] * len(made)
    values = iter(price([(request.view, request.legal.players) for request in open_]))
    return [next(values) if len(request.legal.players) > 1 else None for request, _ in made]


def _of_chosen(made: Made, values: Floats) -> float:
    request, decision = made
    assert isinstance(decision, BowlerDecision | BatterDecision)
    return float(values[request.legal.players.index(decision.player)])
