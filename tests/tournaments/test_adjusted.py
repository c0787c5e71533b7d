"""Scores with the luck taken out: pairs, their means, and intervals that cover."""

from __future__ import annotations

from statistics import mean, stdev

import numpy as np
import pytest
from scipy.stats import t as student

from engine.cricket.choices import Seat
from engine.events import EndReason
from engine.result import EpisodeResult
from tests.tournaments.results import leg
from tournaments.adjusted import PairScore, of_captains, of_meeting, pair_scores

SEEDS, PAIRINGS, RUNS = 12, 3, 1_000


def pair(number: int, first: float, second: float) -> list[EpisodeResult]:
    """Both legs, each with the luck that leaves ann the adjusted score that is given."""
    return [
        leg("ann", "bob", pair=number, luck=1.0 - first),
        leg("bob", "ann", pair=number, side="b", luck=second - 1.0, winner=Seat.AWAY),
    ]


def test_a_pair_is_the_mean_of_both_legs_as_its_first_captain_sees_them() -> None:
    (score,) = pair_scores(pair(1, 0.4, 0.8))
    assert (score.first, score.second) == ("ann", "bob")
    assert score.of("ann") == pytest.approx(0.6)
    assert score.of("bob") == pytest.approx(0.4)


def test_the_order_in_which_legs_come_does_not_matter() -> None:
    legs = [*pair(1, 0.4, 0.8), *pair(2, 0.1, 0.3)]
    turned = pair_scores(reversed(legs))
    assert sorted(turned, key=lambda score: score.seed) == pair_scores(legs)


def test_half_a_pair_and_a_void_leg_count_for_nothing() -> None:
    first, second = pair(1, 0.4, 0.8)
    void = leg("ann", "bob", pair=1, reason=EndReason.TRANSPORT)
    assert pair_scores([first]) == []
    assert pair_scores([void, second]) == []
    assert pair_scores([void, second, first]) != []


def test_of_one_opponent_the_interval_is_students() -> None:
    values = [0.4, 0.7, 0.55, 0.9]
    scores = [PairScore(seed=i, first="a", second="b", score=v) for i, v in enumerate(values)]
    found = of_meeting(scores, "a")
    margin = float(student.ppf(0.975, 3)) * stdev(values) / 2
    assert found is not None
    assert found.mean == pytest.approx(mean(values))
    assert (found.low, found.high) == pytest.approx((found.mean - margin, found.mean + margin))
    assert of_captains(scores)["a"] == found


def test_what_one_pair_or_equal_pairs_leave_open_is_not_made_up() -> None:
    one = [PairScore(seed=1, first="a", second="b", score=0.6)]
    same = [PairScore(seed=i, first="a", second="b", score=0.6) for i in range(5)]
    for scores in (one, same):
        found = of_meeting(scores, "a")
        assert found is not None
        assert found.mean == pytest.approx(0.6)
        assert found.low is found.high is None
    assert of_meeting([], "a") is None


def test_every_opponent_counts_alike() -> None:
    scores = [PairScore(seed=i, first="a", second="b", score=1.0 + i / 100) for i in range(9)]
    scores += [PairScore(seed=i, first="a", second="c", score=0.0 + i / 100) for i in range(2)]
    assert of_captains(scores)["a"].mean == pytest.approx((1.04 + 0.005) / 2)


@pytest.mark.parametrize("shared", [True, False])
def test_intervals_cover_also_where_pairings_share_their_seeds(shared: bool) -> None:
    """A seed moves all pairings alike where they share it: as if they were fewer."""
    dice = np.random.default_rng(5)
    covered = 0
    for _ in range(RUNS):
        own = dice.normal(0.6, 0.2, (PAIRINGS, SEEDS))
        common = dice.normal(0.0, 0.3, SEEDS) if shared else np.zeros(SEEDS)
        scores = [
            PairScore(
                seed=seed if shared else pairing * SEEDS + seed,
                first="a",
                second=f"b{pairing}",
                score=float(own[pairing, seed] + common[seed]),
            )
            for pairing in range(PAIRINGS)
            for seed in range(SEEDS)
        ]
        found = of_captains(scores)["a"]
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 0.6 <= found.high
    assert 0.93 <= covered / RUNS <= 0.97
