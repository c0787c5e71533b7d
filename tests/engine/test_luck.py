"""Luck by simulation: nothing on average, over by over, and most of a result's variance.

`python -m bench.luck` plays the whole grid of presets; docs/win-probability.md has its figures.
"""

from functools import cache

import numpy as np
import pytest

from bench.luck import Sample, Verdict, coverage, judge, play
from engine.seeds import derive_seed

PAIRS = {
    ("heuristic", "baseline", 20): (120, 10.0),
    ("aggressive", "cautious", 5): (400, 6.0),
}
pairs = pytest.mark.parametrize("pair", PAIRS)
Pair = tuple[str, str, int]


@cache
def sample(pair: Pair) -> Sample:
    matches, _ = PAIRS[pair]
    return play(*pair, [derive_seed("test of luck", *pair, n) for n in range(matches)])


def verdict(pair: Pair) -> Verdict:
    return judge(*pair, sample(pair))


@pytest.mark.slow
@pairs
def test_mean_luck_is_zero_so_adjusted_and_raw_rates_agree(pair: Pair) -> None:
    found = verdict(pair)
    assert abs(found.z) < 3.0
    assert found.raw - found.adjusted == pytest.approx(sample(pair).luck.mean())


@pytest.mark.slow
@pairs
def test_luck_is_zero_over_by_over(pair: Pair) -> None:
    # The largest of some forty z: 3.9 is passed once in 250 times.
    assert verdict(pair).worst_over < 3.9


@pytest.mark.slow
@pairs
def test_the_adjusted_result_has_much_less_variance(pair: Pair) -> None:
    _, least = PAIRS[pair]
    assert verdict(pair).ratio >= least


@pytest.mark.slow
@pairs
def test_nominal_intervals_cover(pair: Pair) -> None:
    assert 0.93 <= verdict(pair).cover <= 0.97


@pytest.mark.slow
@pairs
def test_the_overs_and_the_draws_before_them_add_up(pair: Pair) -> None:
    found = sample(pair)
    assert found.luck_by_over.sum(axis=1) == pytest.approx(found.luck, abs=1e-9)


def test_a_nearly_exact_result_keeps_an_interval() -> None:
    almost_always = np.concatenate([np.full(1990, 0.999), np.full(10, 0.6)])
    assert coverage(almost_always) >= 0.93
