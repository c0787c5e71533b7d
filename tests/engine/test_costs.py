"""What decisions cost: published after the ball, never part of the play, nothing for the best."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import cache

import pytest

from engine.captains import resolve
from engine.cricket.choices import Seat
from engine.episode import EpisodeResult, EpisodeSpec, play_episode
from engine.events import DecisionEvent, Event
from engine.models import Models
from engine.reporter import play_digest
from tests.doubles import Remembering


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
