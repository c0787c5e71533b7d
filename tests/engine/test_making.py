"""The cheap way to make a frozen value makes the same value, as frozen."""

import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from engine.cricket.choices import Seat, Shot, ShotDecision
from engine.cricket.formats import T20
from engine.cricket.state import Innings
from engine.making import by_identity, maker, model_maker, replacer
from engine.observation import BatterNow

TOLD: list[Callable[[BatterNow], object]] = [
    repr,
    BatterNow.model_dump_json,
    lambda batter: batter.model_dump_json(exclude_unset=True),
]
NOW: dict[str, Any] = {"name": "Cass Lindqvist", "bats": "left", "runs": 7, "balls": 5}
OPENING = Innings(number=1, batting=Seat.HOME, format=T20, target=None)


def test_what_is_made_equals_what_the_class_makes() -> None:
    made = maker(Innings)(number=1, batting=Seat.HOME, format=T20, target=None)
    assert (made, type(made), hash(made)) == (OPENING, Innings, hash(OPENING))


def test_what_is_made_is_frozen() -> None:
    made = maker(Innings)(number=1, batting=Seat.HOME, format=T20, target=None)
    with pytest.raises(FrozenInstanceError):
        made.runs = 6  # type: ignore[misc]


def test_the_class_checks_what_is_made() -> None:
    assert type(maker(ShotDecision)(shot=Shot.LOFT, aggression=1).aggression) is float


def test_replacing_changes_what_is_named_and_keeps_the_rest() -> None:
    assert replacer(Innings)(OPENING, runs=4, bowler=None) == replace(OPENING, runs=4)
    assert OPENING.runs == 0


def test_replacing_knows_no_other_field() -> None:
    with pytest.raises(TypeError):
        replacer(Innings)(OPENING, run=4)


def test_a_model_that_is_made_is_what_its_class_makes() -> None:
    made, checked = model_maker(BatterNow)(**NOW), BatterNow(**NOW)
    assert made == checked == pickle.loads(pickle.dumps(made)) == made.model_copy()
    assert [told(made) for told in TOLD] == [told(checked) for told in TOLD]


def test_a_model_that_is_made_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        model_maker(BatterNow)(**NOW).runs = 8


def test_no_field_of_a_model_is_left_out() -> None:
    with pytest.raises(TypeError, match="balls"):
        model_maker(BatterNow)(name="Cass Lindqvist", bats="left", runs=7)  # type: ignore[call-arg]


def test_what_was_made_of_the_same_things_is_not_made_again() -> None:
    made = by_identity(lambda innings, _: [innings.runs])
    assert made(OPENING, T20) is made(OPENING, T20)
    assert made(OPENING, T20) is not made(replace(OPENING), T20)


def test_only_so_many_results_are_remembered() -> None:
    made = by_identity(lambda innings: [innings.runs], kept=1)
    first = made(OPENING)
    made(replace(OPENING))
    assert made(OPENING) is not first
