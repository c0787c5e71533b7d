"""What every choice for one ball is worth on what both captains see, by one step of look-ahead.

The value of a choice is the mean of the win probability after the ball, over what the ball can be
with that choice, the other side's hidden choice being that of its `baseline`, the venue known and
the day not. Match-ups add in log-odds, so the chance of a class under an option is the state's
`exp` times a factor that depends on the option alone: all options together are two products of a
small matrix with a vector.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import numpy as np

from engine.chance.aggression import natural_aggression, overreaching, pressing
from engine.chance.classes import CLASS_OF, CLASSES, IS_LEGAL, IS_WICKET, RUNS_OF, Floats
from engine.chance.model import BallModel
from engine.chance.tables import FormatTables
from engine.cricket.choices import (
    PACE_VARIATIONS,
    SPIN_VARIATIONS,
    DeliveryDecision,
    Field,
    Length,
    Line,
    Shot,
    ShotDecision,
    Variation,
    variations_of,
)
from engine.cricket.distribution import WinModel
from engine.cricket.nodes import DeliveryContext
from engine.cricket.players import Bowling, Game, Hand
from engine.cricket.state import Conditions, Innings, MatchView
from engine.making import maker

# What the other side is taken to have chosen: the `baseline` captain's ball and shot.
USUAL_BALL: Final = DeliveryDecision()
USUAL_SHOT: Final = ShotDecision()
# Aggression is tried in steps of a twentieth.
AGGRESSIONS: Final = tuple(round(0.05 * step, 2) for step in range(21))
SHOTS: Final = tuple(Shot)
LENGTHS: Final = tuple(Length)
LINES: Final = tuple(Line)
# Values closer than this are the same: the usual choice is taken before the first of the others.
TIE: Final = 1e-12
# (class, outcome): 1 where the outcome is of the class.
_OF_CLASS: Final[Floats] = np.equal.outer(np.arange(CLASSES), CLASS_OF).astype(np.float64)


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
        return float(
            self.values[
                self.fields.index(choice.field),
                LENGTHS.index(choice.length),
                LINES.index(choice.line),
                self.variations.index(choice.variation),
            ]
        )

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
class Ball:
    """One ball about to be bowled, before either side's choice for it.

    `weight` (class) the chances up to a constant with no match-up at all, at the aggression of real
    batters, `unpressed` (class) with that taken out, `worth` (class) the mean value to the batting
    side after a ball of that class.
    """

    tables: FormatTables
    weight: Floats
    unpressed: Floats
    worth: Floats
    style: Bowling
    hand: Hand
    phase: int

    def at(self, shot: ShotDecision) -> Floats:
        """(class): `weight` at the aggression of the shot."""
        if shot.aggression is None:
            return self.weight
        return self.unpressed * _pressed_by(self.tables, 1.0, shot.aggression)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What one pair of choices comes to on average: `runs` and `wickets` a ball that counts, and
    the `value` to the batting side after the ball.
    """

    runs: float
    wickets: float
    value: float


# Made for every ball or decision.
_ball, _context = maker(Ball), maker(DeliveryContext)
_shot_values, _delivery_values = maker(ShotValues), maker(DeliveryValues)


class _Factors:
    """What each option multiplies the chances of the classes by; made once a ball model."""

    __slots__ = ("_aggressions", "_deliveries", "_effects", "_shots")

    def __init__(self, model: BallModel) -> None:
        self._effects = model.matchups.effects
        self._shots: dict[tuple[Field, Bowling, Hand, int], Floats] = {}
        self._deliveries: dict[tuple[tuple[Field, ...], Bowling, Hand, int], Floats] = {}
        self._aggressions: dict[int, tuple[FormatTables, Floats]] = {}

    def shots(self, field: Field, ball: Ball) -> Floats:
        """(shot, class) against the usual ball to that field."""
        key = field, ball.style, ball.hand, ball.phase
        found = self._shots.get(key)
        if found is None:
            usual = [DeliveryDecision(field=field)] * len(SHOTS)
            found = self._shots[key] = np.exp(
                self._effects(usual, SHOTS, ball.style, ball.hand, ball.phase)
            )
        return found

    def deliveries(self, fields: tuple[Field, ...], ball: Ball) -> Floats:
        """(field × length × line × variation, class) against the usual shot."""
        key = fields, ball.style, ball.hand, ball.phase
        found = self._deliveries.get(key)
        if found is None:
            balls = deliveries_of(fields, ball.style)
            usual = [USUAL_SHOT.shot] * len(balls)
            found = self._deliveries[key] = np.exp(
                self._effects(balls, usual, ball.style, ball.hand, ball.phase)
            )
        return found

    def aggressions(self, tables: FormatTables) -> Floats:
        """(aggression, class): what each step of aggression does, from no pressing at all."""
        found = self._aggressions.get(id(tables))
        if found is None:
            factors = np.array([_pressed_by(tables, 1.0, step) for step in AGGRESSIONS])
            found = self._aggressions[id(tables)] = (
                tables,
                factors,
            )  # kept, so that its id is its own
        return found[1]


@lru_cache(maxsize=8)
def _factors_of(model: BallModel) -> _Factors:
    return _Factors(model)


class Options:
    """Values choices for a ball with one ball model and one win probability."""

    __slots__ = ("_factors", "_last", "_model", "_value")

    def __init__(self, model: BallModel, value: WinModel) -> None:
        self._model, self._value = model, value
        self._factors = _factors_of(model)
        self._last: tuple[Innings, Ball] | None = None

    def ball(self, view: MatchView) -> Ball:
        """What both captains know about the coming ball; the same for delivery and shot."""
        innings = view.innings
        if innings is None:
            raise ValueError("no innings is in progress")
        if self._last is None or self._last[0] is not innings:
            self._last = innings, self._look(view, innings)
        return self._last[1]

    def shots(self, view: MatchView, field: Field) -> ShotValues:
        """What each shot is worth against the usual ball to the field that is seen."""
        ball = self.ball(view)
        factors = self._factors.shots(field, ball)
        steps = self._factors.aggressions(ball.tables)
        return _shot_values(
            usual=_mean(factors, ball.weight, ball.worth),
            pressed=_mean_grid(steps, factors, ball.unpressed, ball.worth),
        )

    def shot(self, view: MatchView, field: Field, choice: ShotDecision) -> float:
        """What one shot is worth, to the batting side."""
        ball = self.ball(view)
        weight = self._factors.shots(field, ball)[SHOTS.index(choice.shot)] * ball.at(choice)
        return float(weight @ ball.worth / weight.sum())

    def deliveries(self, view: MatchView, fields: tuple[Field, ...]) -> DeliveryValues:
        """What each ball to each of the fields is worth against the usual shot."""
        ball = self.ball(view)
        variations = variations_of(ball.style)
        shape = len(fields), len(LENGTHS), len(LINES), len(variations)
        values = _mean(self._factors.deliveries(fields, ball), ball.weight, ball.worth)
        return _delivery_values(fields=fields, variations=variations, values=values.reshape(shape))

    def outlook(self, view: MatchView, delivery: DeliveryDecision, shot: ShotDecision) -> Outlook:
        """What a plan of both sides comes to; one of them is the asking captain's, the other the
        usual.
        """
        ball = self.ball(view)
        effect = self._model.matchups.effect
        weight = ball.at(shot) * np.exp(
            effect(delivery, shot.shot, ball.style, ball.hand, ball.phase)
        )
        split = ball.tables.split[0, ball.phase]
        chances = (weight / weight.sum())[CLASS_OF] * split
        legal = float(chances @ IS_LEGAL)
        return Outlook(
            runs=float(chances @ RUNS_OF) / legal,
            wickets=float(chances @ IS_WICKET) / legal,
            value=float(weight @ ball.worth / weight.sum()),
        )

    def _look(self, view: MatchView, innings: Innings) -> Ball:
        context = context_of(view, innings)
        tables = self._model.tables(innings.format, view.era, view.squads.home.game)
        phase = int(tables.phase[min(innings.legal_balls, tables.balls - 1)])
        style, hand = context.bowler.bowls, context.striker.bats
        usual = self._model.matchups.effect(USUAL_BALL, USUAL_SHOT.shot, style, hand, phase)
        level = self._model.log_odds(context) - usual
        weight = np.exp(level)
        natural = natural_aggression(innings, context.balls_faced)
        return _ball(
            tables=tables,
            weight=weight,
            unpressed=weight * _pressed_by(tables, -1.0, natural),
            worth=worth_of_classes(tables, innings, self._value),
            style=style,
            hand=hand,
            phase=phase,
        )


def deliveries_of(fields: tuple[Field, ...], style: Bowling) -> tuple[DeliveryDecision, ...]:
    """Every ball that a bowler of this style can bowl to these fields, in a fixed order."""
    return _deliveries_of(fields, SPIN_VARIATIONS if style.is_spin else PACE_VARIATIONS)


@cache
def _deliveries_of(
    fields: tuple[Field, ...], variations: tuple[Variation, ...]
) -> tuple[DeliveryDecision, ...]:
    return tuple(
        DeliveryDecision(field=field, length=length, line=line, variation=variation)
        for field in fields
        for length in LENGTHS
        for line in LINES
        for variation in variations
    )


def context_of(view: MatchView, innings: Innings) -> DeliveryContext:
    """The coming ball as both captains know it: the usual choices, the venue but not the day."""
    striker, bowler = innings.striker, innings.bowler
    if striker is None or bowler is None:
        raise ValueError("an end is empty")
    return _context(
        innings=innings,
        striker=view.squads.of(innings.batting)[striker],
        striker_order=striker + 1,
        balls_faced=innings.batters[striker].balls,
        bowler=view.squads.of(innings.fielding)[bowler],
        conditions=known_conditions(view),
        delivery=USUAL_BALL,
        shot=USUAL_SHOT,
    )


def worth_of_classes(tables: FormatTables, innings: Innings, value: WinModel) -> Floats:
    """(class): the mean value to the batting side after a ball of each class."""
    phase = tables.phase[min(innings.legal_balls, tables.balls - 1)]
    after = np.asarray(value.after(innings))
    return np.asarray(_OF_CLASS @ (tables.split[int(innings.free_hit), phase] * after))


def known_conditions(view: MatchView) -> Conditions:
    """What is known of the conditions before the match is over."""
    return _conditions(view.venue, view.era, view.squads.home.game)


@lru_cache(maxsize=64)
def _conditions(venue: float, era: int, game: Game) -> Conditions:
    return Conditions(venue=venue, era=era, game=game)


def _pressed_by(tables: FormatTables, sign: float, aggression: float) -> Floats:
    """(class): the factor of an aggression, or with `sign` -1 what takes it away again."""
    return np.asarray(
        np.exp(
            (sign * pressing(aggression)) * tables.press
            + (sign * overreaching(aggression)) * tables.overreach
        )
    )


def _mean(factors: Floats, weight: Floats, worth: Floats) -> Floats:
    """(option): the mean worth under each option's chances. `factors` (option, class)."""
    return np.asarray((factors @ (weight * worth)) / (factors @ weight))


def _mean_grid(rows: Floats, columns: Floats, weight: Floats, worth: Floats) -> Floats:
    """(row, column): as `_mean`, for options made of a factor of each."""
    chances = rows * weight
    return np.asarray(((chances * worth) @ columns.T) / (chances @ columns.T))
