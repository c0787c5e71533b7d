"""What decisions cost: published after the ball, never part of the play, nothing for the best."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import cache

import pytest

from engine.captains import Baseline, resolve
from engine.chance import BallModel, WinProbability
from engine.chance.advice import Adviser
from engine.cricket.choices import (
    DecisionKind,
    DeliveryDecision,
    Length,
    Line,
    Seat,
    Shot,
    ShotDecision,
)
from engine.cricket.formats import T5
from engine.cricket.setup import MatchSetup
from engine.cricket.state import Conditions
from engine.driver import MatchDriver
from engine.episode import play_episode
from engine.events import DecisionEvent, Event
from engine.models import Models
from engine.reporter import play_digest
from engine.result import EpisodeResult
from engine.seeds import Streams
from engine.spec import EpisodeSpec
from tests.doubles import Remembering
from tests.tables import SQUADS


@cache
def played(home: str, away: str, seed: int = 1) -> tuple[EpisodeResult, tuple[Event, ...]]:
    spec = EpisodeSpec(episode_id="x", seed=seed, overs=2, home=resolve(home), away=resolve(away))
    heard = Remembering()
    result = asyncio.run(play_episode(spec, observers=[heard]))
    return result, tuple(heard.events)


def decisions(events: tuple[Event, ...]) -> list[DecisionEvent]:
    return [event for event in events if isinstance(event, DecisionEvent)]


def test_every_decision_has_its_cost() -> None:
    costs = [event.data.cost for event in decisions(played("random", "heuristic")[1])]
    assert all(cost is not None and 0.0 <= cost <= 1.0 for cost in costs)


def test_the_best_choice_costs_nothing() -> None:
    events = decisions(played("optimal", "random")[1])
    assert max(e.data.cost or 0.0 for e in events if e.data.seat == "home") < 1e-9


def test_random_gives_away_more_than_the_heuristic() -> None:
    result, _ = played("random", "heuristic")
    given = {seat: sum(kind.total for kind in result.counts[seat].costs.values()) for seat in Seat}
    assert given[Seat.HOME] > given[Seat.AWAY] > 0.0


def test_the_result_sums_up_the_events() -> None:
    result, events = played("random", "heuristic")
    shots = [e.data.cost or 0.0 for e in decisions(events) if e.data.captain == "random"]
    counted = result.counts[Seat.HOME].costs.values()
    assert sum(kind.decisions for kind in counted) == len(shots)
    assert sum(kind.total for kind in counted) == pytest.approx(sum(shots))


def test_a_cost_is_no_part_of_the_play() -> None:
    _, events = played("random", "heuristic")
    without = [
        event.model_copy(update={"data": event.data.model_copy(update={"cost": None})})
        if isinstance(event, DecisionEvent)
        else event
        for event in events
    ]
    assert play_digest(without) == play_digest(events)


def test_without_a_value_nothing_is_priced() -> None:
    models = replace(Models.shipped(), value_for=lambda _: None, public_for=lambda _: None)
    spec = EpisodeSpec(
        episode_id="x", seed=1, overs=1, home=resolve("random"), away=resolve("random")
    )
    result = asyncio.run(play_episode(spec, models=models))
    assert all(not counts.costs for counts in result.counts.values())


def test_a_cost_does_not_know_the_day() -> None:
    model = BallModel.shipped()

    def first_costs(conditions: Conditions) -> list[float]:
        setup = MatchSetup(format=T5, squads=SQUADS, conditions=conditions)
        driver = MatchDriver(setup, model=model, value=None, streams=Streams(1))
        adviser = Adviser(model, WinProbability.public(setup, model))
        found: list[float] = []
        while (request := driver.request) is not None and len(found) < 6:  # to the first ball
            decision = Baseline().decide(request, driver.draws())
            found.append(adviser.cost(request, decision))
            driver.answer(decision)
        return found

    assert first_costs(Conditions()) == first_costs(Conditions(day=1.0, innings=(0.5, 0.5)))


def test_the_choices_for_a_ball_are_priced_without_sight_of_each_other() -> None:
    model = BallModel.shipped()
    prices = []
    for hidden in (DeliveryDecision(), DeliveryDecision(length=Length.YORKER, line=Line.LEG)):
        setup = MatchSetup(format=T5, squads=SQUADS)
        driver = MatchDriver(setup, model=model, value=None, streams=Streams(1))
        adviser = Adviser(model, WinProbability.public(setup, model))
        while (request := driver.request) is not None and request.kind is not DecisionKind.SHOT:
            is_ball = request.kind is DecisionKind.DELIVERY
            driver.answer(hidden if is_ball else Baseline().decide(request, driver.draws()))
        assert request is not None
        prices.append(adviser.cost(request, ShotDecision(shot=Shot.PULL)))
    assert prices[0] == prices[1]
