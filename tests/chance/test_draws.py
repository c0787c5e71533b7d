"""Squads and conditions drawn for a match."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.chance import draw_conditions, draw_squad
from engine.chance.names import SURNAMES
from engine.cricket.players import MIN_BOWLERS, Role
from engine.seeds import MAX_SEED, Streams

seeds = st.integers(0, MAX_SEED)


@given(seeds)
def test_a_drawn_squad_can_take_the_field(seed: int) -> None:
    squad = draw_squad(Streams(seed), "home")  # `Squad` refuses eleven that cannot
    spinners = [i for i in squad.bowlers if squad[i].bowls.is_spin]
    assert len(squad.bowlers) >= MIN_BOWLERS
    assert 2 <= len(spinners) <= 4
    assert sum(p.role is Role.KEEPER for p in squad.players) == 1


@given(seeds)
def test_the_same_seed_draws_the_same(seed: int) -> None:
    assert draw_squad(Streams(seed), "home") == draw_squad(Streams(seed), "home")
    assert draw_conditions(Streams(seed)) == draw_conditions(Streams(seed))


def test_the_two_seats_draw_apart() -> None:
    streams = Streams(7)
    assert draw_squad(streams, "home").players != draw_squad(streams, "away").players


def test_conditions_spread_as_fitted() -> None:
    drawn = [draw_conditions(Streams(seed)) for seed in range(2000)]
    assert abs(np.mean([c.venue for c in drawn])) < 0.01
    assert 0.05 < np.std([c.venue + c.day for c in drawn]) < 0.35


def test_the_tail_is_drawn_from_its_own_spread() -> None:
    tail = [draw_squad(Streams(seed), "home")[10].skill.scoring for seed in range(300)]
    assert 0.1 < np.std(tail) < 0.3


def test_surnames_are_many_and_different() -> None:
    assert len(set(SURNAMES)) == len(SURNAMES) >= 120
