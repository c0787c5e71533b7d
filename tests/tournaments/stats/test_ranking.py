"""What does not matter to a table: the order of the matches, who is called first, names."""

from __future__ import annotations

from dataclasses import astuple, replace
from itertools import combinations
from math import exp
from random import Random

import pytest

from tournaments.stats.bradley_terry import fit
from tournaments.stats.games import Game
from tournaments.stats.ranking import RatedCaptain, ranking_of

NAMES = tuple("abcde")
OTHER_NAMES = dict(zip(NAMES, "qzmax", strict=True))
DRAWS = 1_000


def league(number: int) -> list[Game]:
    """Five captains, everybody against everybody on six seeds, raw results."""
    dice = Random(number)
    true = {name: dice.gauss(0, 0.8) for name in NAMES}
    return [
        Game(
            first=one,
            second=other,
            score=float(dice.random() < 1 / (1 + exp(true[other] - true[one]))),
            cluster=seed,
            side=1,
        )
        for seed in range(6)
        for one in NAMES
        for other in NAMES
        if one != other
    ]


def rows(games: list[Game]) -> tuple[RatedCaptain, ...]:
    return ranking_of(fit(games), draws=DRAWS).captains


def assert_alike(found: tuple[RatedCaptain, ...], expected: tuple[RatedCaptain, ...]) -> None:
    for one, other in zip(found, expected, strict=True):
        name, *numbers = astuple(one)
        assert name == other.captain
        assert numbers == pytest.approx(list(astuple(other)[1:]), abs=1e-4)


@pytest.mark.parametrize("number", range(8))
def test_the_order_of_matches_and_who_is_called_first_change_nothing(number: int) -> None:
    games = league(number)
    mixed = [
        replace(g, first=g.second, second=g.first, score=1 - g.score, side=-g.side)
        if place % 3
        else g
        for place, g in enumerate(Random(number).sample(games, len(games)))
    ]
    assert_alike(rows(mixed), rows(games))


@pytest.mark.parametrize("number", range(8))
def test_names_change_nothing(number: int) -> None:
    games = league(number)
    renamed = [replace(g, first=OTHER_NAMES[g.first], second=OTHER_NAMES[g.second]) for g in games]
    expected = tuple(replace(one, captain=OTHER_NAMES[one.captain]) for one in rows(games))
    assert_alike(rows(renamed), expected)


def test_who_is_level_in_all_goes_by_name() -> None:
    games = [
        Game(first=one, second=other, score=0.5, cluster=seed)
        for seed in range(3)
        for one, other in ("cb", "ba", "ca")
    ]
    for order in games, games[::-1]:
        assert [one.captain for one in rows(order)] == ["a", "b", "c"]


def same_twice(number: int, seeds: int, twins: str, others: str) -> list[Game]:
    """`twins` play alike, seed by seed; adjusted scores."""
    dice, games = Random(number), list[Game]()
    for seed, side in ((seed, side) for seed in range(seeds) for side in (1, -1)):

        def play(one: str, other: str, score: float, seed: int = seed, side: int = side) -> None:
            games.append(Game(first=one, second=other, score=score, cluster=seed, side=side))

        for other in others:
            score = dice.gauss(0.5, 0.3)
            for twin in twins:
                play(twin, other, score)
        for one, other in combinations(others, 2):
            play(one, other, dice.gauss(0.5, 0.3))
        for one, other in combinations(twins, 2):
            play(one, other, 0.5 + side * 0.2)
    return dice.sample(games, len(games))


@pytest.mark.parametrize("number", range(20))
@pytest.mark.parametrize(
    ("seeds", "twins", "others"), [(20, "at", "z"), (2, "atz", "bcuvw"), (3, "bxy", "ac")]
)
def test_captains_who_play_alike_have_one_chance_and_one_range_of_places(
    number: int, seeds: int, twins: str, others: str
) -> None:
    found = ranking_of(fit(same_twice(number, seeds, twins, others)), adjusted=True, draws=DRAWS)
    assert sum(one.p_best for one in found.captains) == pytest.approx(1)
    first, *more = (one for one in found.captains if one.captain in twins)
    for one in more:
        if None not in (first.low, first.high):  # else each is drawn for himself
            assert one.p_best == pytest.approx(first.p_best, abs=1e-9)
        assert [one.low is None, one.high is None] == [first.low is None, first.high is None]
        assert one.place_low <= first.place
        assert first.place_high >= one.place
