"""Schedules: the published tables, and the laws of fairness."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.schedules import Pairing, gauntlet, round_robin

# FIDE Handbook C.05, annex 1: Berger tables.
BERGER = {
    4: "1-4 2-3 | 4-3 1-2 | 2-4 3-1",
    6: "1-6 2-5 3-4 | 6-4 5-3 1-2 | 2-6 3-1 4-5 | 6-5 1-4 2-3 | 3-6 4-2 5-1",
}


def players(count: int) -> list[str]:
    return [str(number) for number in range(1, count + 1)]


def table(pairings: tuple[Pairing, ...]) -> str:
    rounds: dict[int, list[str]] = {}
    for met in pairings:
        rounds.setdefault(met.round, []).append(f"{met.first}-{met.second}")
    return " | ".join(" ".join(rounds[number]) for number in sorted(rounds))


@pytest.mark.parametrize("count", BERGER)
def test_round_robin_is_the_published_berger_table(count: int) -> None:
    assert table(round_robin(players(count))) == BERGER[count]


def test_odd_field_rests_whoever_meets_the_empty_place() -> None:
    assert table(round_robin(players(3))) == "2-3 | 1-2 | 3-1"


@given(count=st.integers(2, 64), legs=st.integers(1, 3))
def test_everybody_meets_everybody_once_a_leg(count: int, legs: int) -> None:
    met = Counter(frozenset((p.first, p.second)) for p in round_robin(players(count), legs=legs))
    assert len(met) == count * (count - 1) // 2
    assert set(met.values()) == {legs}


@given(count=st.integers(2, 64), legs=st.integers(1, 3))
def test_nobody_plays_twice_in_a_round(count: int, legs: int) -> None:
    pairings = round_robin(players(count), legs=legs)
    seats = Counter((p.round, name) for p in pairings for name in (p.first, p.second))
    assert set(seats.values()) == {1}


@given(count=st.integers(2, 64))
def test_two_legs_give_everybody_each_seat_equally_often(count: int) -> None:
    pairings = round_robin(players(count), legs=2)
    assert Counter(p.first for p in pairings) == Counter(p.second for p in pairings)


@given(captains=st.integers(1, 6), opponents=st.integers(1, 6))
def test_gauntlet_is_every_captain_against_every_opponent(captains: int, opponents: int) -> None:
    ours, theirs = players(captains), [f"o{name}" for name in players(opponents)]
    met = Counter((p.first, p.second) for p in gauntlet(ours, theirs))
    assert met == Counter((a, b) for a in ours for b in theirs)


@given(captains=st.integers(1, 6), opponents=st.integers(1, 6))
def test_gauntlet_lets_nobody_play_twice_in_a_round(captains: int, opponents: int) -> None:
    pairings = gauntlet(players(captains), [f"o{name}" for name in players(opponents)])
    seats = Counter((p.round, name) for p in pairings for name in (p.first, p.second))
    assert set(seats.values()) == {1}


@given(count=st.integers(2, 64))
def test_one_leg_differs_by_one_seat_at_most(count: int) -> None:
    first = Counter(p.first for p in round_robin(players(count)))
    seats = [first[name] for name in players(count)]
    assert max(seats) - min(seats) <= 1
