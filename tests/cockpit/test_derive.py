"""What the figures draw, held to the laws of the scorebook and to the engine."""

from __future__ import annotations

import asyncio
import math
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from engine.captains import resolve
from engine.cricket.choices import OUTSIDE, Field
from engine.cricket.formats import SUPER_OVER, format_of
from engine.episode import play_episode
from engine.events import DeliveryEvent, EpisodeEnded, EpisodeEndedEvent, Event
from engine.spec import EpisodeSpec
from tests.cockpit.node import derived, plain
from tests.doubles import Remembering
from tests.spectator.matches import match_events

MIDDLE = ("death", "first-108-5-home")
MATCHES: dict[str, dict[str, Any]] = {
    "T5": {"seed": 1},
    "T20": {"seed": 3, "overs": 20},
    "ODI": {"seed": 4, "overs": 50},
    "one over": {"seed": 2, "overs": 1},
    "chase": {"entry": ("chase", "even-after-10")},
    "death": {"entry": MIDDLE},
    "super over": {"entry": ("super_over", "chase-10-home")},
}


@cache
def events_of(name: str) -> tuple[Event, ...]:
    return tuple(match_events(**MATCHES[name]))


@cache
def all_derived() -> dict[str, Any]:
    """Every match, and each again as one who joined two thirds through it knows it."""
    asked: dict[str, dict[str, Any]] = {}
    for name in MATCHES:
        asked[name] = {"events": plain(events_of(name)), "cut": 0}
    late = {f"late {n}": each | {"cut": len(each["events"]) * 2 // 3} for n, each in asked.items()}
    return dict(zip([*asked, *late], derived(*asked.values(), *late.values()), strict=True))


def innings_of(name: str) -> list[tuple[Any, Any]]:
    """Each innings of the frame with what was derived from it."""
    told = all_derived()[name]
    return list(zip(told["frame"]["innings"], told["innings"], strict=True))


EVERY = pytest.mark.parametrize("name", MATCHES)


@EVERY
def test_overs_add_up_to_the_score(name: str) -> None:
    for frame, ours in innings_of(name):
        for key in ("runs", "wickets"):
            assert ours["start"][key] + sum(over[key] for over in ours["overs"]) == frame[key]


@EVERY
def test_overs_are_the_same_for_a_late_joiner(name: str) -> None:
    late = [ours["overs"] for _, ours in innings_of(f"late {name}")]
    assert late == [ours["overs"] for _, ours in innings_of(name)]


@EVERY
def test_partnerships_add_up_to_the_runs_since_the_first_ball(name: str) -> None:
    for frame, ours in innings_of(name):
        runs = sum(pair["runs"] for pair in ours["partnerships"])
        assert ours["start"]["runs"] + runs == frame["runs"]


@EVERY
def test_a_partnership_is_its_batters_and_the_extras(name: str) -> None:
    for _, ours in innings_of(name):
        for pair in ours["partnerships"]:
            assert (
                sum(batter["runs"] for batter in pair["batters"]) + pair["extras"] == pair["runs"]
            )
            assert sum(batter["balls"] for batter in pair["batters"]) == pair["balls"]


@EVERY
def test_every_wicket_falls_once_and_in_order(name: str) -> None:
    for frame, ours in innings_of(name):
        first = ours["start"]["wickets"] + 1
        assert [each["wicket"] for each in ours["fall"]] == list(range(first, frame["wickets"] + 1))


@EVERY
def test_extras_by_kind_add_up(name: str) -> None:
    for prefix in ("", "late "):
        for frame, ours in innings_of(prefix + name):
            assert sum(ours["extras"].values()) == frame["extras"]
            assert min(ours["extras"].values()) >= 0


@EVERY
def test_the_worm_ends_at_the_score_and_never_falls(name: str) -> None:
    for prefix in ("", "late "):
        for frame, ours in innings_of(prefix + name):
            points = [(each["balls"], each["runs"]) for each in ours["progress"]]
            assert points[-1] == (frame["legal_balls"], frame["runs"])
            assert points == sorted(points)


@EVERY
def test_a_step_is_its_delivery(name: str) -> None:
    balls = [event for event in events_of(name) if isinstance(event, DeliveryEvent)]
    steps = all_derived()[name]["steps"]
    assert [(step["seq"], step["ball"]) for step in steps] == [(e.seq, e.data.ball) for e in balls]
    assert [step["home"] for step in steps] == [event.data.win_probability for event in balls]


@EVERY
def test_a_late_joiner_knows_the_balls_but_not_all_events(name: str) -> None:
    told, late = all_derived()[name], all_derived()[f"late {name}"]
    assert [step["ball"] for step in late["steps"]] == [step["ball"] for step in told["steps"]]
    assert late["missing"] == sum(step["seq"] is None for step in late["steps"])
    assert (told["missing"], late["steps"][-1]["seq"]) == (0, told["steps"][-1]["seq"])


@EVERY
def test_turning_points_share_no_ball_and_lie_in_one_innings(name: str) -> None:
    told = all_derived()[name]
    assert all(first["to"] < then["from"] for first, then in pairwise(told["turns"]))
    for turn in told["turns"]:
        played = told["steps"][turn["from"] : turn["to"] + 1]
        assert len({step["innings"] for step in played}) == 1
        assert math.isclose(turn["change"], played[-1]["home"] - played[0]["before"])


def steps_of(*chances: float) -> dict[str, Any]:
    return {"steps": [{"innings": 1, "before": a, "home": b} for a, b in pairwise(chances)]}


def test_turning_points_are_the_largest_swings() -> None:
    one, two, none = derived(
        steps_of(0.5, 0.51, 0.7, 0.69, 0.7, 0.58, 0.6, 0.6, 0.6, 0.52),
        steps_of(0.5, 0.6, 0.7, 0.7),
        steps_of(0.5, 0.52, 0.54, 0.53),
    )
    assert [(turn["from"], turn["to"]) for turn in one] == [(1, 1), (4, 4), (8, 8)]
    assert [(turn["from"], turn["to"]) for turn in two] == [(0, 1)]
    assert none == []


@EVERY
def test_luck_ends_where_the_frame_has_it(name: str) -> None:
    for prefix in ("", "late "):
        luck = all_derived()[prefix + name]["luck"]
        assert math.isclose(luck["now"], all_derived()[name]["frame"]["luck"], abs_tol=1e-9)


@EVERY
def test_a_ball_is_drawn_as_far_as_its_runs(name: str) -> None:
    for stroke in all_derived()[name]["strokes"]:
        if stroke["to"] is None:
            continue
        far = math.hypot(stroke["to"]["x"], stroke["to"]["y"])
        assert math.isclose(far, 66) or (far > 66) == (stroke["kind"] == "six")
        assert math.isclose(far, 66) or stroke["kind"] != "four"


@pytest.fixture(scope="module")
def rules() -> Any:
    return derived("rules")[0]


def test_the_powerplay_and_the_circle_are_those_of_the_engine(rules: Any) -> None:
    formats = [format_of(overs) for overs in range(1, 51)]
    assert rules["powerplays"] == [each.powerplay_balls for each in formats]
    assert rules["outside"] == [[f.max_outside(b) for b in range(f.max_balls)] for f in formats]
    assert rules["super_over"] == SUPER_OVER.max_outside(0)


def test_every_field_is_one_that_the_laws_allow(rules: Any) -> None:
    assert {each["field"] for each in rules["fields"]} == set(Field)
    for each in rules["fields"]:
        men = each["fielders"]
        expected = each["allowed"] if each["field"] == "standard" else OUTSIDE[Field(each["field"])]
        assert len({man["name"] for man in men}) == 9
        assert sum(not man["inside"] for man in men) == expected
        assert sum(man["x"] > 0 for man in men) <= 5, "ICC 28.4: five on the leg side"
        assert sum(man["x"] > 0 and man["y"] < -10.06 for man in men) <= 2, "Law 28.4.1"
        assert all(math.hypot(man["x"], man["y"]) < 66 for man in men)


@pytest.fixture(scope="module")
def played() -> tuple[EpisodeEnded, Any]:
    """A match of real captains, with prices and luck."""
    heard = Remembering()
    home, away = resolve("optimal"), resolve("random")
    spec = EpisodeSpec(episode_id="x", seed=1, overs=2, home=home, away=away)
    asyncio.run(play_episode(spec, observers=[heard]))
    last = heard.events[-1]
    assert isinstance(last, EpisodeEndedEvent)
    return last.data, derived({"events": plain(heard.events), "cut": 0})[0]


def test_costs_are_those_of_the_result(played: tuple[EpisodeEnded, Any]) -> None:
    ended, told = played
    for seat, counts in ended.counts.items():
        for kind, cost in counts.costs.items():
            ours = told["costs"][seat][kind]
            assert ours["decisions"] == ours["priced"] == cost.decisions
            assert math.isclose(ours["total"], cost.total, abs_tol=1e-7)


def test_luck_and_that_of_the_setup_are_the_results(played: tuple[EpisodeEnded, Any]) -> None:
    ended, told = played
    assert math.isclose(told["luck"]["now"] + ended.setup_luck, ended.luck, abs_tol=1e-6)
