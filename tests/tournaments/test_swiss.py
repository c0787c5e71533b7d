"""Swiss rounds and the matching beneath them."""

from fractions import Fraction
from itertools import combinations
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tournaments.schedules import (
    SwissRound,
    default_rounds,
    largest_matching,
    most_rounds,
    swiss_round,
)


def names(count: int) -> list[str]:
    return [str(n) for n in range(1, count + 1)]


def level(captains: list[str]) -> dict[str, Fraction]:
    return dict.fromkeys(captains, Fraction(0))


class Season:
    """Swiss rounds between captains of whom the better one usually wins."""

    def __init__(self, count: int, seed: int) -> None:
        self.captains, self._random = names(count), Random(seed)
        self.points, self.met, self.rested = level(self.captains), [], []

    def ranked(self) -> list[str]:
        return sorted(self.captains, key=lambda c: -self.points[c])

    def play(self) -> SwissRound:
        made = swiss_round(self.ranked(), scores=self.points, met=set(self.met), rested=self.rested)
        for one, other in made.pairs:
            self.met.append(frozenset((one, other)))
            share = self._random.choice([0, 1, 1, 2, 3, 4])
            self.points[one] += share
            self.points[other] += 4 - share
        if made.rests is not None:
            self.rested.append(made.rests)
        return made

    met: list[frozenset[str]]
    rested: list[str]


def test_the_first_round_is_the_upper_half_against_the_lower() -> None:
    captains = names(8)
    made = swiss_round(captains, scores=level(captains), met=set(), rested=())
    assert made.pairs == (("1", "5"), ("2", "6"), ("3", "7"), ("4", "8"))


def test_those_who_are_not_level_meet_their_neighbours() -> None:
    captains = names(4)
    scores = {name: Fraction(-n) for n, name in enumerate(captains)}
    made = swiss_round(captains, scores=scores, met=set(), rested=())
    assert made.pairs == (("1", "2"), ("3", "4"))


def test_the_lowest_who_has_not_rested_rests() -> None:
    captains = names(5)
    made = swiss_round(captains, scores=level(captains), met=set(), rested=["5"])
    assert made.rests == "4"


def test_a_pairing_that_would_force_a_rematch_later_is_not_made() -> None:
    """1 would like 2; but 3 and 4 have met."""
    captains = names(4)
    scores = {name: Fraction(-n) for n, name in enumerate(captains)}
    made = swiss_round(captains, scores=scores, met={frozenset("34")}, rested=())
    assert made.pairs == (("1", "3"), ("2", "4"))


def test_where_it_cannot_be_avoided_as_few_as_can_be_meet_again() -> None:
    """Each of 1, 2, 3 has met each of 4, 5, 6: what is new is two triangles."""
    met = {frozenset((a, b)) for a in "123" for b in "456"}
    captains = names(6)
    made = swiss_round(captains, scores=level(captains), met=met, rested=())
    assert sum(frozenset(pair) in met for pair in made.pairs) == 1


@settings(deadline=None, max_examples=25)
@example(count=64, seed=1)
@given(count=st.integers(2, 40), seed=st.integers(0, 1000))
def test_in_the_usual_number_of_rounds_nobody_meets_anybody_twice(count: int, seed: int) -> None:
    season = Season(count, seed)
    for _ in range(default_rounds(count)):
        made = season.play()
        playing = [captain for pair in made.pairs for captain in pair]
        assert sorted([*playing, *filter(None, [made.rests])]) == sorted(season.captains)
    assert len(set(season.met)) == len(season.met)


@settings(deadline=None, max_examples=25)
@given(count=st.integers(2, 12), seed=st.integers(0, 1000))
def test_however_many_rounds_nobody_rests_twice(count: int, seed: int) -> None:
    season = Season(count, seed)
    for _ in range(most_rounds(count)):
        season.play()
    assert len(set(season.rested)) == len(season.rested) == (count if count % 2 else 0)


@given(count=st.integers(2, 12), seed=st.integers(0, 1000))
def test_the_same_table_gives_the_same_round(count: int, seed: int) -> None:
    assert Season(count, seed).play() == Season(count, seed).play()


@pytest.mark.parametrize(
    ("captains", "rounds", "most"), [(2, 1, 1), (3, 2, 3), (8, 3, 7), (9, 4, 9), (64, 6, 63)]
)
def test_how_many_rounds_there_are(captains: int, rounds: int, most: int) -> None:
    assert (default_rounds(captains), most_rounds(captains)) == (rounds, most)


# --- the largest matching ------------------------------------------------------------------------


@given(size=st.integers(1, 8), data=st.data())
def test_no_matching_is_larger(size: int, data: st.DataObject) -> None:
    every = list(combinations(range(size), 2))
    edges = data.draw(st.sets(st.sampled_from(every))) if every else set()
    friends: list[set[int]] = [set() for _ in range(size)]
    for a, b in edges:
        friends[a].add(b)
        friends[b].add(a)
    mate = largest_matching(friends)
    for vertex, other in enumerate(mate):
        assert other == -1 or (mate[other] == vertex and other in friends[vertex])
    assert sum(other >= 0 for other in mate) == 2 * _most(frozenset(edges))


def _most(edges: frozenset[tuple[int, int]]) -> int:
    """By trying everything."""
    if not edges:
        return 0
    edge = min(edges)
    without = frozenset(other for other in edges if not set(edge) & set(other))
    return max(1 + _most(without), _most(edges - {edge}))


def test_a_round_that_is_asked_for_again_is_not_worked_out_again() -> None:
    captains = names(6)
    one, other = (
        swiss_round(captains, scores=level(captains), met=[frozenset("12")], rested=[])
        for _ in range(2)
    )
    assert one is other
