"""Values of the choices for one ball against the ball model's own prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from engine.captains.baseline import Baseline
from engine.chance.factors import AGGRESSIONS, SHOTS, USUAL_BALL, USUAL_SHOT
from engine.chance.options import Options
from engine.cricket.choices import DecisionKind, DeliveryDecision, Field, Shot, ShotDecision
from engine.cricket.nodes import DecisionRequest, DeliveryContext
from engine.cricket.outcomes import OUTCOMES
from engine.cricket.state import Conditions, Innings, MatchView
from engine.driver import MatchDriver
from engine.seeds import Streams
from engine.setup import match_setup, squads_named
from tests.chance.contexts import MODEL, average_value

VALUE = average_value(5)


def asked(kind: DecisionKind) -> list[DecisionRequest]:
    """The questions of that kind in a match between baselines, free hits and all."""
    streams = Streams(3)
    squads = squads_named(("drawn", "drawn"), streams)
    setup = match_setup(overs=5, squads=squads, max_super_overs=1, streams=streams)
    driver = MatchDriver(setup, model=MODEL, value=None, streams=streams)
    captain, found = Baseline(), []
    while (request := driver.request) is not None:
        found += [request] if request.kind is kind else []
        driver.answer(captain.decide(request, driver.draws()))
    return found


def context_of(view: MatchView, innings: Innings) -> DeliveryContext:
    """The coming ball as both captains know it: the usual choices, the venue but not the day."""
    striker, bowler = innings.striker, innings.bowler
    assert striker is not None
    assert bowler is not None
    return DeliveryContext(
        innings=innings,
        striker=view.squads.of(innings.batting)[striker],
        striker_order=striker + 1,
        balls_faced=innings.batters[striker].balls,
        bowler=view.squads.of(innings.fielding)[bowler],
        conditions=Conditions(venue=view.venue, era=view.era, game=view.squads.home.game),
        delivery=USUAL_BALL,
        shot=USUAL_SHOT,
    )


def expected(context: DeliveryContext) -> float:
    """The mean value after the ball, by the model's own prices."""
    chances = MODEL.price(context).probabilities
    after = [float(v) for v in VALUE.after(context.innings)]
    return sum(p * v for p, v in zip(chances, after, strict=True))


@pytest.mark.parametrize("request_", asked(DecisionKind.SHOT)[::9])
def test_a_shot_is_worth_what_the_model_says(request_: DecisionRequest) -> None:
    innings, options = request_.view.innings, Options(MODEL, VALUE)
    assert innings is not None
    values = options.shots(request_.view, Field.RING if innings.over > 1 else Field.SLIPS)
    for step, shot in ((3, Shot.LOFT), (20, Shot.CUT)):
        context = replace(
            context_of(request_.view, innings),
            delivery=replace(USUAL_BALL, field=Field.RING if innings.over > 1 else Field.SLIPS),
            shot=ShotDecision(shot=shot, aggression=AGGRESSIONS[step]),
        )
        assert values.pressed[step, SHOTS.index(shot)] == pytest.approx(expected(context))


@pytest.mark.parametrize("request_", asked(DecisionKind.DELIVERY)[::9])
def test_a_delivery_is_worth_what_the_model_says(request_: DecisionRequest) -> None:
    innings, options = request_.view.innings, Options(MODEL, VALUE)
    assert innings is not None
    best = options.deliveries(request_.view, request_.legal.fields)
    context = replace(context_of(request_.view, innings), delivery=best.choice())
    assert best.best == pytest.approx(expected(context))


@pytest.mark.parametrize("request_", asked(DecisionKind.SHOT)[::9])
def test_the_shot_chosen_is_worth_the_best(request_: DecisionRequest) -> None:
    options = Options(MODEL, VALUE)
    values = options.shots(request_.view, Field.STANDARD)
    seen = replace(request_, field=Field.STANDARD)
    assert options.given_away([(seen, values.choice())]) == [pytest.approx(0.0, abs=1e-12)]


def test_of_equals_the_usual_is_chosen() -> None:
    values = Options(MODEL, _Decided()).deliveries(
        asked(DecisionKind.DELIVERY)[0].view, (Field.SLIPS, Field.STANDARD)
    )
    assert values.choice() == DeliveryDecision()


class _Decided:
    """A win probability for a match that is won whatever comes."""

    def of(self, _: object) -> float:
        return 1.0

    def after(self, _: object) -> list[float]:
        return [1.0] * len(OUTCOMES)

    def after_each(self, innings: Sequence[object]) -> list[list[float]]:
        return [self.after(each) for each in innings]
