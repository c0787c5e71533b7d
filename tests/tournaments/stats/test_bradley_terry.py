"""Bradley-Terry against published values, and the laws that any fit keeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.stats.bradley_terry import Fit, fit
from tournaments.stats.connected import NotConnected
from tournaments.stats.games import Game
from tournaments.stats.jackknife import WEAK_RIDGE
from tournaments.stats.scale import ELO_A_NAT


def games_of(*results: tuple[str, str, float, int]) -> list[Game]:
    """(first, second, score, how often); each a cluster of its own."""
    every = [
        (first, second, score) for first, second, score, often in results for _ in range(often)
    ]
    return [
        Game(first=first, second=second, score=score, cluster=number)
        for number, (first, second, score) in enumerate(every)
    ]


def strengths(games: Iterable[Game]) -> dict[str, float]:
    found = fit(list(games))
    return dict(zip(found.captains, found.strengths.tolist(), strict=True))


def wins(matrix: list[list[int]]) -> list[Game]:
    names = "ABC"
    return games_of(
        *(
            (names[row], names[column], 1.0, often)
            for row, line in enumerate(matrix)
            for column, often in enumerate(line)
        )
    )


WIKIPEDIA = games_of(
    ("A", "B", 1, 2), ("A", "B", 0, 3), ("A", "D", 1, 1), ("A", "D", 0, 4),
    ("B", "C", 1, 5), ("B", "C", 0, 3), ("C", "D", 1, 1), ("C", "D", 0, 3),
)  # fmt: skip


def test_the_worked_example_of_wikipedia() -> None:
    found = strengths(WIKIPEDIA)
    elo = [found[name] * ELO_A_NAT for name in "ABCD"]
    assert elo == pytest.approx([-77.5729, 7.3661, -72.2324, 142.4392], abs=1e-3)
    assert [exp(found[name]) for name in "ABCD"] == pytest.approx(
        [0.63983482, 1.0433144, 0.6598102, 2.27037663], rel=1e-7
    )


def test_three_items_of_choix() -> None:
    found = strengths(games_of(("0", "1", 1, 2), ("1", "2", 1, 1), ("2", "0", 1, 1)))
    assert [found[name] for name in "012"] == pytest.approx(
        [0.419617624, -0.419617624, 0], abs=1e-8
    )


def test_a_cycle_leaves_all_level() -> None:
    found = strengths(games_of(("0", "1", 1, 1), ("1", "2", 1, 1), ("2", "0", 1, 1)))
    assert list(found.values()) == pytest.approx([0, 0, 0], abs=1e-9)


def test_who_beats_alike_is_rated_alike_in_openspiels_case() -> None:
    found = strengths(wins([[0, 4, 2], [1, 0, 2], [3, 3, 0]]))
    elo = {name: value * ELO_A_NAT for name, value in found.items()}
    assert elo["A"] == pytest.approx(elo["C"], abs=1e-6)
    assert elo == pytest.approx({"A": 49.0636, "B": -98.1271, "C": 49.0636}, abs=1e-3)


def test_a_draw_counts_half_in_openspiels_case() -> None:
    games = wins([[0, 4, 2], [1, 0, 2], [3, 3, 0]])
    draw = Game(first="A", second="B", score=0.5, cluster="draw")
    elo = {name: value * ELO_A_NAT for name, value in strengths([*games, draw]).items()}
    assert elo == pytest.approx({"A": 39.9794, "B": -88.5376, "C": 48.5582}, abs=1e-3)


def test_an_unbeaten_captain_keeps_the_order_of_openspiels_case() -> None:
    found = strengths(wins([[0, 5, 2], [0, 0, 2], [3, 3, 0]]))
    assert found["A"] > found["C"] > found["B"]


def test_two_to_one_is_a_gap_of_log_two() -> None:
    found = strengths(games_of(("a", "b", 1, 2), ("a", "b", 0, 1)))
    assert found["a"] - found["b"] == pytest.approx(log(2))


def test_groups_that_never_met_are_named() -> None:
    games = games_of(("a", "b", 1, 1), ("c", "d", 1, 1), ("d", "e", 1, 1))
    with pytest.raises(NotConnected, match="nothing compares them: a, b; c, d, e"):
        fit(games)


def test_a_group_that_never_loses_to_the_rest_is_finitely_better() -> None:
    games = games_of(("a", "b", 1, 2), ("a", "b", 0, 1), ("a", "c", 1, 3), ("b", "d", 1, 3),
                     ("c", "d", 1, 2), ("c", "d", 0, 1))  # fmt: skip
    found = fit(games)
    strength = by_name(found)
    assert found.lost_nothing
    assert 0.3 < strength["b"] - strength["c"] < 20


leagues = st.lists(
    st.builds(
        Game,
        first=st.sampled_from("abc"),
        second=st.sampled_from("def"),
        score=st.floats(-0.5, 1.5),
        cluster=st.integers(0, 9),
        side=st.sampled_from([-1, 0, 1]),
        toss=st.sampled_from([-1, 0, 1]),
    ),
    min_size=1,
    max_size=30,
).map(lambda games: [*games, *(Game(first="a", second=o, score=0.5, cluster=0) for o in "bcdef")])


def by_name(found: Fit) -> dict[str, float]:
    return dict(zip(found.captains, found.strengths.tolist(), strict=True))


@given(games=leagues)
def test_it_does_not_matter_who_is_called_first(games: list[Game]) -> None:
    turned = [
        replace(g, first=g.second, second=g.first, score=1 - g.score, side=-g.side, toss=-g.toss)
        for g in games
    ]
    one, other = fit(games), fit(turned)
    assert by_name(one) == pytest.approx(by_name(other), abs=1e-7)
    assert (one.side, one.toss) == pytest.approx((other.side, other.toss), abs=1e-7)


@given(games=leagues)
def test_strengths_have_mean_nought_and_a_covariance_that_knows(games: list[Game]) -> None:
    found = fit(games)
    assert found.strengths.sum() == pytest.approx(0, abs=1e-8)
    captains = len(found.captains)
    among = found.covariance[:captains, :captains]
    assert np.linalg.eigvalsh(among).min() > -1e-9
    assert among.max() < 500  # also where the captains hang together by one seed
    assert among.sum(0) == pytest.approx(np.zeros(captains), abs=1e-7)


def is_within(games: Sequence[Game]) -> bool:
    """Whether every captain's mean score has a strength that explains it."""
    found = fit(games)
    return bool((abs(found.scores - 0.5) < 0.5 - 0.5 / (found.clusters + 1)).all())


@given(games=leagues.filter(is_within))
def test_expected_scores_are_those_scored_but_for_the_ridge(games: list[Game]) -> None:
    found = fit(games, ridge=WEAK_RIDGE)
    strength = by_name(found)
    left = dict.fromkeys(found.captains, 0.0)
    for game in games:
        reach = strength[game.first] - strength[game.second]
        reach += found.side * game.side + found.toss * game.toss
        over = game.score - 1 / (1 + exp(-reach))
        left[game.first] += over
        left[game.second] -= over
    for captain, pull in left.items():
        assert pull == pytest.approx(WEAK_RIDGE * strength[captain], abs=1e-6)


def test_a_score_that_no_strength_explains_is_held_just_below_all() -> None:
    found = fit(games_of(("a", "b", 1.3, 9)))
    assert found.scores.tolist() == pytest.approx([1.3, -0.3])
    assert found.strengths[0] - found.strengths[1] == pytest.approx(log(0.95 / 0.05))


def test_the_error_of_one_pairing_is_that_of_its_mean() -> None:
    """Of two captains and a seed a match it is the jackknife of a mean, on the scale of nats."""
    games = games_of(("a", "b", 1, 12), ("a", "b", 0, 8))
    found = fit(games)
    gap_error = 2 * found.covariance[0, 0] ** 0.5
    mean_error = (0.6 * 0.4 / 19) ** 0.5
    assert gap_error == pytest.approx(mean_error / (0.6 * 0.4), rel=0.02)


def test_matches_that_share_a_seed_are_one_observation() -> None:
    """But for the weak ridge that bounds the jackknife."""
    games = games_of(("a", "b", 1, 12), ("a", "b", 0, 8))
    doubled = [game for game in games for _ in range(2)]
    assert fit(doubled).covariance[0, 0] == pytest.approx(fit(games).covariance[0, 0], rel=0.03)


def test_who_scored_more_against_everybody_is_rated_higher_on_few_seeds_too() -> None:
    """Of three seeds: nobody scored more who may have scored all, and is then drawn further."""
    dice = np.random.default_rng(4)
    true = np.linspace(-2.5, 2.5, 12)
    games = [
        Game(
            first=str(one),
            second=str(other),
            score=float(dice.random() < 1 / (1 + exp(true[other] - true[one]))),
            cluster=seed,
        )
        for seed in range(3)
        for one, other in combinations(range(12), 2)
        for _ in range(2)
    ]
    found = fit(games)
    best = found.scores[found.best_first]
    assert (np.diff(best) <= 1e-9).all(), best


def seeds_of(first: str, second: str, scores: Sequence[float], seed: str) -> list[Game]:
    return [
        Game(first=first, second=second, score=score, cluster=(seed, place))
        for place, score in enumerate(scores)
    ]


def test_a_pairing_that_is_none_of_theirs_moves_nobody() -> None:
    """A newcomer who won all on two seeds is not rated by who nearly won all against another."""
    games = seeds_of("new", "mid", [1, 1], "few")
    games += seeds_of("mid", "weak", [1, 0] * 50, "many")
    before = by_name(fit(games))
    after = by_name(fit([*games, *seeds_of("star", "weak", [*[1] * 49, 0] * 4, "others")]))
    for one, other in combinations(before, 2):
        assert after[one] - after[other] == pytest.approx(before[one] - before[other], abs=1e-6)


def test_who_won_all_of_few_is_not_rated_below_who_lost_some_to_the_same() -> None:
    games = [
        game
        for weak in ("one", "two")
        for game in [
            *seeds_of("new", weak, [1, 1], "few"),
            *seeds_of("star", weak, [*[1] * 49, 0] * 4, "others"),
        ]
    ]
    found = by_name(fit(games))
    assert found["new"] == pytest.approx(found["star"])
