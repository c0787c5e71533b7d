"""The driver: one match, its chance and its luck."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cricket.choices import DecisionKind, Election, Seat, ShotDecision, TossDecision
from engine.cricket.errors import IllegalDecision
from engine.cricket.formats import T5, format_of
from engine.cricket.nodes import BallBowled, Fact
from engine.cricket.setup import MatchSetup
from engine.driver import MatchDriver
from engine.seeds import Streams
from tests.doubles import FlatModel, RunsValue
from tests.play import SQUADS, random_decision


def start(seed: int, facts: list[Fact] | None = None, overs: int = 5) -> MatchDriver:
    return MatchDriver(
        MatchSetup(format=format_of(overs), squads=SQUADS),
        model=FlatModel(),
        value=RunsValue(),
        streams=Streams(seed),
        on_fact=(facts if facts is not None else []).append,
    )


def play(driver: MatchDriver, rng: random.Random) -> MatchDriver:
    while driver.request is not None:
        driver.answer(random_decision(driver.request, rng))
    return driver


@given(st.integers(0, 2**40), st.integers(0, 99))
def test_the_same_seed_and_decisions_give_the_same_match(seed: int, mind: int) -> None:
    one, other = (play(start(seed), random.Random(mind)) for _ in range(2))
    assert one.result == other.result
    assert one.luck == other.luck


@given(st.integers(0, 2**40))
def test_an_extra_wide_does_not_shift_later_luck(seed: int) -> None:
    """The draw of a legal ball belongs to that ball, however many wides came before it."""
    draws = {(ball, 0): Streams(seed).uniform("delivery", 1, ball, 0) for ball in range(30)}
    Streams(seed).uniform("delivery", 1, 3, 1)
    assert all(Streams(seed).uniform("delivery", 1, b, r) == u for (b, r), u in draws.items())


def test_an_illegal_decision_changes_nothing() -> None:
    driver = start(3)
    asked = driver.request
    assert asked is not None
    assert asked.kind is DecisionKind.TOSS
    with pytest.raises(IllegalDecision, match="does not answer"):
        driver.answer(ShotDecision())
    assert driver.request is asked
    driver.answer(TossDecision(elect=Election.BAT))
    assert driver.request is not asked


@given(st.integers(0, 2**40))
def test_luck_is_the_sum_over_the_balls(seed: int) -> None:
    lucks: list[float] = []
    driver = start(seed)

    def listen(fact: Fact) -> None:
        if isinstance(fact, BallBowled) and driver.last_ball is not None:
            lucks.append(driver.last_ball.luck)

    driver._on_fact = listen
    play(driver, random.Random(1))
    assert driver.luck == pytest.approx(sum(lucks))


def test_mean_luck_is_zero() -> None:
    lucks = [play(start(seed), random.Random(seed)).luck for seed in range(400)]
    mean = sum(lucks) / len(lucks)
    spread = (sum((x - mean) ** 2 for x in lucks) / len(lucks)) ** 0.5
    assert abs(mean) < 3 * spread / len(lucks) ** 0.5


def test_both_seats_win_tosses() -> None:
    winners = [start(seed).request.seat for seed in range(40)]  # type: ignore[union-attr]
    assert set(winners) == set(Seat)


def test_the_two_openers_are_drawn_apart() -> None:
    """Both are asked for before the first ball: two vacancies, two draws."""

    def opener_draws(seed: int) -> list[float]:
        driver = start(seed)
        found: list[float] = []
        while (request := driver.request) is not None and len(found) < 2:
            if request.kind is DecisionKind.BATTER:
                found.append(driver.draws().uniform())
            driver.answer(random_decision(request, random.Random(0)))
        return found

    assert all(len(set(opener_draws(seed))) == 2 for seed in range(20))


def test_winning_the_toss_is_worth_what_winners_make_of_it() -> None:
    class Fielding(RunsValue):
        def after_toss(self, winner: Seat) -> float:
            return 0.6 if winner is Seat.HOME else 0.4

    def luck(seed: int) -> float:
        return MatchDriver(
            MatchSetup(format=T5, squads=SQUADS),
            model=FlatModel(),
            value=Fielding(),
            streams=Streams(seed),
        ).luck

    assert {round(luck(seed), 9) for seed in range(40)} == {0.1, -0.1}


def test_a_finished_match_asks_nothing() -> None:
    driver = play(start(1), random.Random(1))
    with pytest.raises(ValueError, match="over"):
        driver.answer(TossDecision(elect=Election.BAT))
    with pytest.raises(ValueError, match="over"):
        driver.draws()


def test_t5_is_thirty_balls_a_side() -> None:
    assert T5.max_balls == 30
