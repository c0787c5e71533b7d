"""Mean scores with the luck taken out, and intervals that cover."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import mean, median, stdev

import numpy as np
import pytest
from scipy.stats import t as student

from tests.tournaments.results import pair_with
from tournaments.stats.means import LEAST_SPREAD, Estimate, mean_of, of_captains, of_meeting

SEEDS, PAIRINGS, RUNS = 12, 3, 1_000


def test_of_one_opponent_the_interval_is_students() -> None:
    values = [0.4, 0.7, 0.55, 0.9]
    scores = [pair_with(seed=i, adjusted=v) for i, v in enumerate(values)]
    found = of_meeting(scores, "a")
    margin = float(student.ppf(0.975, 3)) * stdev(values) / 2
    assert found is not None
    assert found.mean == pytest.approx(mean(values))
    assert (found.low, found.high) == pytest.approx((found.mean - margin, found.mean + margin))
    assert of_captains(scores)["a"] == found


def test_one_pair_leaves_the_interval_open() -> None:
    found = of_meeting([pair_with(seed=1, adjusted=0.6)], "a")
    assert found is not None
    assert (found.mean, found.low, found.high) == (0.6, None, None)
    assert of_meeting([], "a") is None


def test_pairs_of_one_seed_leave_the_interval_open() -> None:
    found = of_meeting([pair_with(seed=1, adjusted=score) for score in (0.4, 0.9)], "a")
    assert found is not None
    assert (found.low, found.high) == (None, None)


def test_equal_pairs_have_an_interval_of_the_least_spread() -> None:
    found = of_meeting([pair_with(seed=i, adjusted=0.6) for i in range(5)], "a")
    assert found is not None
    assert found.high is not None
    margin = float(student.ppf(0.975, 4)) * LEAST_SPREAD / 5**0.5
    assert found.high - found.mean == pytest.approx(margin)


def test_every_opponent_counts_alike() -> None:
    scores = [pair_with(seed=i, adjusted=1.0 + i / 100) for i in range(9)]
    scores += [pair_with(seed=i, second="c", adjusted=i / 100) for i in range(2)]
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
            pair_with(
                seed=seed if shared else pairing * SEEDS + seed,
                second=f"b{pairing}",
                adjusted=float(own[pairing, seed] + common[seed]),
            )
            for pairing in range(PAIRINGS)
            for seed in range(SEEDS)
        ]
        found = of_captains(scores)["a"]
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 0.6 <= found.high
    assert 0.93 <= covered / RUNS <= 0.97


@pytest.mark.parametrize("shared", [0.0, 0.5, 0.9])
@pytest.mark.parametrize(
    "lengths",
    [(2, 100), (2, 10), (2, 20, 20, 20), (3, 3, 30), (2, 2, 10, 10), (2, 3), (3, 3, 4, 4)],
)
def test_intervals_cover_also_where_meetings_have_hardly_begun(
    lengths: tuple[int, ...], shared: float
) -> None:
    assert mean(low <= 0.6 <= high for low, high in _intervals(lengths, shared, RUNS)) >= 0.94


@pytest.mark.parametrize(("lengths", "widest"), [((2, 3), 1.6), ((2, 2, 10, 10), 0.9)])
def test_of_somewhat_more_than_one_degree_they_are_not_as_wide_as_of_one(
    lengths: tuple[int, ...], widest: float
) -> None:
    widths = (high - low for low, high in _intervals(lengths, 0.5, 400))
    assert median(widths) < widest


def _intervals(lengths: tuple[int, ...], shared: float, runs: int) -> Iterator[tuple[float, float]]:
    """Where they play the same seeds, `shared` of what a pair spreads by is the seed's."""
    dice = np.random.default_rng(5)
    for _ in range(runs):
        common = dice.normal(0.6, 0.2 * shared**0.5, max(lengths))
        meetings, before = [], 0
        for length in lengths:
            values = common[:length] + dice.normal(0, 0.2 * (1 - shared) ** 0.5, length)
            seeds = range(before, before + length)
            meetings.append(list(zip(seeds, values.tolist(), strict=True)))
            before += 0 if shared else length
        found = mean_of(meetings, LEAST_SPREAD)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        yield found.low, found.high


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ((-0.4, 0.6, 1.6), (0.0, 1.0)),
        ((0.9, 1.1, 1.3), (0.9, 1.1)),
        ((-0.3, -0.1, 0.1), (-0.1, 0.1)),
        ((0.5, 0.6, 0.7), (0.5, 0.7)),
        ((None, 1.1, None), (None, None)),
    ],
)
def test_a_score_is_told_with_no_end_where_none_can_be(
    ends: tuple[float | None, float, float | None], told: tuple[float | None, float | None]
) -> None:
    low, score, high = ends
    found = Estimate(mean=score, low=low, high=high, pairs=2, freedom=1).as_score()
    assert (found.low, found.mean, found.high) == (told[0], score, told[1])


def test_a_meeting_on_one_seed_leaves_the_interval_open() -> None:
    """It shows no spread of what is in a seed, however many seeds others played."""
    others = [(seed, seed / 10) for seed in range(9)]
    found = mean_of([others, [(1, 0.4), (1, 0.9)]])
    assert found is not None
    assert (found.low, found.high, found.freedom) == (None, None, 0)
