"""Two captains: published values, mirrored results, and never an infinity."""

from __future__ import annotations

import subprocess
import sys
from math import isfinite
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tournaments.results import pair_with
from tests.tournaments.stats.published import Published, matches, pairs
from tournaments.pairs import Outcome
from tournaments.stats.counts import Counts
from tournaments.stats.head_to_head import HeadToHead, adjusted, head_to_head, run_margin
from tournaments.stats.scale import Interval, elo_of, score_at

# fastchess, app/tests/elo_test.cpp, with fishtest's digits of Elo and LOS where it gives them.
PUBLISHED = [
    Published(matches(76, 123, 89), elo=-15.6935, elo_half=30.4580, nelo=-20.76, nelo_half=40.13,
              los=0.155326),
    Published(matches(136, 111, 96), elo=40.7025, elo_half=30.4272, nelo=49.77, nelo_half=36.77,
              los=0.99601),
    Published(matches(34, 0, 356), elo=-407.9861, elo_half=63.1638, nelo=-508.44, nelo_half=34.48,
              los=0.0),
    Published(pairs(34, 54, 31, 32, 64, 75), elo=55.5798, elo_half=27.6534, nelo=57.94,
              nelo_half=28.28, los=1.0),
    Published(pairs(332, 433, 457, 41, 333, 334), elo=-8.6427, elo_half=10.3342, nelo=-9.17,
              nelo_half=10.96, los=0.05047),
    Published(pairs(7895, 8757, 5485, 200, 568, 9999), elo=-21.0435, elo_half=2.9453, nelo=-19.01,
              nelo_half=2.65, los=0.0),
]  # fmt: skip

counted = st.lists(st.integers(0, 400), min_size=5, max_size=5).filter(any) | st.lists(
    st.integers(0, 400), min_size=3, max_size=3
).filter(any)


def half(interval: Interval) -> float:
    assert interval.low is not None
    assert interval.high is not None
    return (interval.high - interval.low) / 2


@pytest.mark.parametrize("case", PUBLISHED)
def test_published_values(case: Published) -> None:
    found = head_to_head(case.counts)
    assert found.elo.mean == pytest.approx(case.elo, abs=0.005)
    assert half(found.elo) == pytest.approx(case.elo_half, abs=0.005)
    assert found.nelo.mean == pytest.approx(case.nelo, abs=0.01)
    assert half(found.nelo) == pytest.approx(case.nelo_half, abs=0.01)
    assert found.los == pytest.approx(case.los, abs=5e-5)


def test_the_scale_of_elo() -> None:
    assert elo_of(0.75) == pytest.approx(190.8485)
    assert elo_of(0.5) == 0
    assert elo_of(1.0) is elo_of(0.0) is elo_of(1.2) is None
    assert score_at(400) == pytest.approx(10 / 11)


def numbers(found: HeadToHead) -> list[float]:
    ends = [end for i in (found.score, found.elo, found.nelo) for end in (i.mean, i.low, i.high)]
    return [end for end in (*ends, found.los) if end is not None]


@given(counts=counted)
def test_nothing_is_infinite(counts: list[int]) -> None:
    assert all(map(isfinite, numbers(head_to_head(Counts(counts=tuple(counts))))))


@given(counts=counted)
def test_the_other_captain_sees_the_mirror(counts: list[int]) -> None:
    one = head_to_head(Counts(counts=tuple(counts)))
    other = head_to_head(Counts(counts=tuple(reversed(counts))))
    assert one.los + other.los == pytest.approx(1)
    for ours, theirs in (one.elo, other.elo), (one.nelo, other.nelo):
        mirrored = [None if end is None else -end for end in (theirs.mean, theirs.high, theirs.low)]
        for end, mirror in zip((ours.mean, ours.low, ours.high), mirrored, strict=True):
            assert end == (None if mirror is None else pytest.approx(mirror, abs=1e-6))


@given(counts=counted)
def test_the_estimate_lies_in_its_interval(counts: list[int]) -> None:
    found = head_to_head(Counts(counts=tuple(counts)))
    for interval in (found.elo, found.nelo):
        assert interval.low is None or interval.mean is None or interval.low <= interval.mean
        assert interval.high is None or interval.mean is None or interval.mean <= interval.high


def test_all_won_is_at_least_so_much_and_more_when_it_is_more() -> None:
    bounds = [head_to_head(matches(n, 0, 0)).elo for n in (1, 3, 10, 100)]
    assert all(bound.high is bound.mean is None for bound in bounds)
    lows = [bound.low for bound in bounds if bound.low is not None]
    assert lows == sorted(lows)
    assert lows[0] < 0 < lows[1]


def test_level_pairs_alone_have_an_interval() -> None:
    found = head_to_head(pairs(0, 0, 20, 0, 0, 0))
    assert found.elo.mean == 0
    assert half(found.elo) > 100


def test_five_scores_of_pairs() -> None:
    every = [pair_with(outcomes=(one, other)) for one in Outcome for other in Outcome]
    assert Counts.of_pairs(every, "a").counts == (1, 2, 3, 2, 1)


def test_an_adjusted_end_beyond_all_has_no_elo() -> None:
    scores = [0.99, 1.08, 0.95, 1.02, 0.90]
    found = adjusted([pair_with(seed=n, adjusted=s) for n, s in enumerate(scores)], "a")
    assert found is not None
    assert found.score.high is not None
    assert found.score.high > 1
    assert found.elo.high is None
    assert found.elo.low is not None
    assert found.elo.low > 300
    assert found.los is not None
    assert found.los > 0.99


def test_the_margin_is_students_in_runs() -> None:
    found = run_margin([pair_with(seed=n, margin=m) for n, m in enumerate([3, 5, 10])], "b")
    assert found is not None
    assert found.mean == -6
    assert found.high == pytest.approx(-6 + 4.302653 * (13 / 3) ** 0.5, abs=1e-4)


def test_who_has_counts_alone_needs_no_models_and_no_numpy() -> None:
    program = (
        "import sys; from tournaments.stats import head_to_head, power, sprt; "
        "sys.exit(', '.join({'numpy', 'pydantic', 'engine', 'prefect'} & sys.modules.keys()) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_of_who_hardly_loses_a_hundred_pairs_are_no_surer_than_the_few_surprises_in_them() -> None:
    """By a normal interval the lower end would leap from 734 to 852 Elo at the hundredth pair."""
    fewer, more = (head_to_head(pairs(0, 0, 0, 0, 1, n)).elo for n in (98, 99))
    assert fewer.low == pytest.approx(733.7, abs=0.1)
    assert more.low == pytest.approx(fewer.low, abs=3)
    assert more.high is not None


@pytest.mark.parametrize("chance", [0.9, 0.98, 0.99])
def test_intervals_near_all_hold_the_truth(chance: float) -> None:
    dice, held = Random(1), 0
    for _ in range(400):
        found = head_to_head(Counts.of_scores(_won(dice, chance) for _ in range(200))).score
        held += (found.low or 0.0) <= chance <= (found.high or 1.0)
    assert held / 400 >= 0.93


def _won(dice: Random, chance: float) -> float:
    """By the first captain of a pair, whose two matches are independent."""
    return ((dice.random() < chance) + (dice.random() < chance)) / 2
