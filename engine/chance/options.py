"""What every choice for one ball is worth on what both captains see, by one step of look-ahead.

The value of a choice is the mean of the win probability after the ball, over what the ball can be
with that choice, the other side's hidden choice being that of its `baseline`, the venue known and
the day not. All options together are two products of a small matrix with the chances of the
classes; the choices of many balls are priced at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from engine.chance.classes import CLASS_OF, IS_LEGAL, IS_WICKET, RUNS_OF, Floats
from engine.chance.coming import Balls, Kind, balls_of, innings_of
from engine.chance.factors import (
    AGGRESSIONS,
    LENGTHS,
    LINES,
    SHOTS,
    USUAL_BALL,
    USUAL_SHOT,
    factors_of,
)
from engine.chance.model import BallModel
from engine.cricket.choices import (
    Decision,
    DeliveryDecision,
    Field,
    ShotDecision,
    Variation,
    variations_of,
)
from engine.cricket.distribution import WinModel
from engine.cricket.nodes import DecisionRequest
from engine.cricket.players import Bowling
from engine.cricket.state import Innings, MatchView

# Values closer than this are the same: the usual choice is taken before the first of the others.
TIE: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotValues:
    """Values to the batting side: `usual` (shot) at the aggression of real batters, `pressed`
    (aggression, shot) at those of `AGGRESSIONS`.
    """

    usual: Floats
    pressed: Floats

    @property
    def best(self) -> float:
        return max(float(self.usual.max()), float(self.pressed.max()))

    def choice(self) -> ShotDecision:
        """The best; of equals the shot on merit as real batters play it, then the first."""
        best = self.best
        if best - self.usual[0] < TIE:
            return USUAL_SHOT
        if best - self.usual.max() < TIE:
            return ShotDecision(shot=SHOTS[int(self.usual.argmax())])
        step, shot = divmod(int(self.pressed.argmax()), len(SHOTS))
        return ShotDecision(shot=SHOTS[shot], aggression=AGGRESSIONS[step])


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryValues:
    """Values to the batting side, (field, length, line, variation)."""

    fields: tuple[Field, ...]
    variations: tuple[Variation, ...]
    values: Floats

    @property
    def best(self) -> float:
        """The best that the fielding side can do, told for the batting side."""
        return float(self.values.min())

    def of(self, choice: DeliveryDecision) -> float:
        return self.values.item(_place(choice, self.fields, self.variations))

    def choice(self) -> DeliveryDecision:
        """The best; of equals the usual ball to the standard field, then the first."""
        if Field.STANDARD in self.fields and self.of(USUAL_BALL) - self.best < TIE:
            return USUAL_BALL
        field, length, line, variation = np.unravel_index(
            int(self.values.argmin()), self.values.shape
        )
        return DeliveryDecision(
            field=self.fields[field],
            length=LENGTHS[length],
            line=LINES[line],
            variation=self.variations[variation],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What one pair of choices comes to on average: `runs` and `wickets` a ball that counts, and
    the `value` to the batting side after the ball.
    """

    runs: float
    wickets: float
    value: float


Made = tuple[DecisionRequest, Decision]


class _Shot(NamedTuple):
    """A shot that was chosen: its `number` among the decisions, and that of its `ball`."""

    number: int
    ball: int
    field: Field
    choice: ShotDecision


class _Delivery(NamedTuple):
    """As `_Shot`, of a delivery; `fields` are those that were legal."""

    number: int
    ball: int
    fields: tuple[Field, ...]
    choice: DeliveryDecision


class Options:
    """Values choices for a ball with one ball model and one win probability."""

    __slots__ = ("_factors", "_last", "_model", "_value")

    def __init__(self, model: BallModel, value: WinModel) -> None:
        self._model, self._value = model, value
        self._factors = factors_of(model)
        self._last: tuple[Innings, Balls] | None = None

    def style(self, view: MatchView) -> Bowling:
        """Of the bowler of the coming ball."""
        return self._ball(view).kinds[0].style

    def shots(self, view: MatchView, field: Field) -> ShotValues:
        """What each shot is worth against the usual ball to the field that is seen."""
        usual, *pressed = self._shots(self._ball(view), [field])[0]
        return ShotValues(usual=usual, pressed=np.array(pressed))

    def deliveries(self, view: MatchView, fields: tuple[Field, ...]) -> DeliveryValues:
        """What each ball to each of the fields is worth against the usual shot."""
        ball = self._ball(view)
        variations = variations_of(ball.kinds[0].style)
        shape = len(fields), len(LENGTHS), len(LINES), len(variations)
        values = self._deliveries(ball.weight, ball.worth, fields, ball.kinds[0])
        return DeliveryValues(fields=fields, variations=variations, values=values.reshape(shape))

    def outlook(self, view: MatchView, delivery: DeliveryDecision, shot: ShotDecision) -> Outlook:
        """What a plan of both sides comes to; one of them is the asking captain's, the other the
        usual.
        """
        ball = self._ball(view)
        effect = self._model.matchups.effect(delivery, shot.shot, *ball.kinds[0])
        weight = ball.at([shot.aggression])[0] * np.exp(effect)
        chances = (weight / weight.sum())[CLASS_OF] * ball.tables.split[0, ball.kinds[0].phase]
        legal = float(chances @ IS_LEGAL)
        return Outlook(
            runs=float(chances @ RUNS_OF) / legal,
            wickets=float(chances @ IS_WICKET) / legal,
            value=float(weight @ ball.worth[0] / weight.sum()),
        )

    def given_away(self, made: Sequence[Made]) -> list[float]:
        """Win probability that each shot or delivery gives away against the best legal one, of one
        match and one format. What both captains know of a ball is worked out once.
        """
        views = {id(request.view.innings): request.view for request, _ in made}
        balls = balls_of(self._model, self._value, list(views.values()))
        place = {key: place for place, key in enumerate(views)}
        shots, deliveries = [], []
        for i, (request, choice) in enumerate(made):
            which = place[id(request.view.innings)]
            if isinstance(choice, ShotDecision):
                shots.append(_Shot(i, which, field_of(request), choice))
            elif isinstance(choice, DeliveryDecision):
                deliveries.append(_Delivery(i, which, request.legal.fields, choice))
        lost = self._by_shots(balls, shots) | self._by_deliveries(balls, deliveries)
        return [lost[i] for i in range(len(made))]

    def _by_shots(self, balls: Balls, made: Sequence[_Shot]) -> dict[int, float]:
        """What each gave away, by its number."""
        if not made:
            return {}
        values = self._shots(
            balls.take([each.ball for each in made]),
            [each.field for each in made],
            [each.choice.aggression for each in made],
        )
        tried, own = values[:, :-1], values[:, -1]
        chosen = own[np.arange(len(made)), [SHOTS.index(each.choice.shot) for each in made]]
        lost = tried.max(axis=(1, 2)) - chosen
        return dict(zip([each.number for each in made], lost.tolist(), strict=True))

    def _by_deliveries(self, balls: Balls, made: Sequence[_Delivery]) -> dict[int, float]:
        """What each gave away, by its number."""
        alike: dict[tuple[tuple[Field, ...], Kind], list[_Delivery]] = {}
        for each in made:
            alike.setdefault((each.fields, balls.kinds[each.ball]), []).append(each)
        found: dict[int, float] = {}
        for (fields, kind), mine in alike.items():
            which = [each.ball for each in mine]
            values = self._deliveries(balls.weight[which], balls.worth[which], fields, kind)
            variations = variations_of(kind.style)
            chosen = [_place(each.choice, fields, variations) for each in mine]
            lost = values[np.arange(len(mine)), chosen] - values.min(axis=1)
            found.update(zip([each.number for each in mine], lost.tolist(), strict=True))
        return found

    def _shots(
        self,
        balls: Balls,
        fields: Sequence[Field],
        aggressions: Sequence[float | None] | None = None,
    ) -> Floats:
        """(ball, way, shot): at the aggression of real batters, at each of `AGGRESSIONS`, and at
        the one given for the ball, if any is.
        """
        met = list(zip(fields, balls.kinds, strict=True))
        number = {each: place for place, each in enumerate(dict.fromkeys(met))}
        factors = np.array([self._factors.shots(*each) for each in number])
        columns = factors.swapaxes(1, 2)[[number[each] for each in met]]
        pressed = balls.unpressed[:, None] * self._factors.aggressions(balls.tables)
        ways = [balls.weight[:, None], pressed]
        if aggressions is not None:
            ways.append(balls.at(aggressions)[:, None])
        chances = np.concatenate(ways, axis=1)
        return np.asarray(((chances * balls.worth[:, None]) @ columns) / (chances @ columns))

    def _deliveries(
        self, weight: Floats, worth: Floats, fields: tuple[Field, ...], kind: Kind
    ) -> Floats:
        """(ball, field × length × line × variation), of balls of one kind."""
        factors = self._factors.deliveries(fields, kind).T
        return ((weight * worth) @ factors) / (weight @ factors)

    def _ball(self, view: MatchView) -> Balls:
        """The one that is asked about; the same for delivery and shot."""
        innings = innings_of(view)
        if self._last is None or self._last[0] is not innings:
            self._last = innings, balls_of(self._model, self._value, [view])
        return self._last[1]


def field_of(request: DecisionRequest) -> Field:
    """The field that the batting side sees."""
    if request.field is None:
        raise ValueError("a shot was asked for without a field")
    return request.field


def _place(
    choice: DeliveryDecision, fields: tuple[Field, ...], variations: tuple[Variation, ...]
) -> int:
    """Where a delivery stands among all of them, in the order of `factors.deliveries_of`."""
    place = fields.index(choice.field) * len(LENGTHS) + LENGTHS.index(choice.length)
    place = place * len(LINES) + LINES.index(choice.line)
    return place * len(variations) + variations.index(choice.variation)
