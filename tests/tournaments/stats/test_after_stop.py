"""What a test that stopped by itself says of the difference."""

from __future__ import annotations

from statistics import fmean, stdev

import numpy as np
import pytest

from bench.statistics.sequential import LAWS, around, shifted
from bench.stopped import by_law, stopped_tests
from tournaments.stats.after_stop import after_stop
from tournaments.stats.scale import score_at
from tournaments.stats.sprt import Model, Sprt
from tournaments.stats.student import reach

TEST = Sprt(elo0=0, elo1=50)
AHEAD = [1.0, 0.5, 0.75, 1.0, 0.5, 1.0, 1.0, 0.5, 0.75, 1.0, 0.5, 1.0]


def test_of_one_look_it_is_the_mean_with_students_t() -> None:
    found = after_stop(TEST, AHEAD, [12])
    margin = reach(11) * stdev(AHEAD) / 12**0.5
    assert found.mean == pytest.approx(fmean(AHEAD), abs=1e-6)
    assert found.low == pytest.approx(fmean(AHEAD) - margin, abs=1e-6)
    assert found.high == pytest.approx(fmean(AHEAD) + margin, abs=1e-6)


def test_who_was_stopped_ahead_is_less_ahead_than_he_looks() -> None:
    """His sum has just passed the bound."""
    scores = [0.855, 0.355] * 24
    found = after_stop(TEST, scores, range(4, 49, 4))
    assert found.mean is not None
    assert found.low is not None
    assert found.low < found.mean < fmean(scores) - 0.003


@pytest.mark.parametrize("most", [16, 20])  # the test is over after 18, or after 22
@pytest.mark.parametrize("adjusted", [False, True])
def test_who_is_far_better_than_either_hypothesis_is_not_made_less(
    most: int, *, adjusted: bool
) -> None:
    scores = ([1.0, 0.75, 1.0, 1.0, 0.75] * 4)[:most]
    test = Sprt(elo0=0, elo1=50, model=Model.LOGISTIC)
    found = after_stop(test, scores, range(2, most + 1, 2), adjusted=adjusted)
    assert found.mean == pytest.approx(fmean(scores), abs=0.04)
    assert found.high is not None
    assert found.high > fmean(scores)


def test_over_many_looks_it_is_what_the_whole_matrix_of_steps_says() -> None:
    """As worked out with a density for each two cells, before what no step reaches was left out."""
    found = after_stop(TEST, AHEAD * 20, range(4, 241, 4))
    told = (found.mean, found.low, found.high)
    assert told == pytest.approx((0.5443516, 0.5140550, 0.5735356), abs=1e-7)


def test_seen_from_the_other_side_it_is_turned() -> None:
    one = after_stop(TEST, AHEAD, [4, 8, 12])
    turned = Sprt(elo0=-50, elo1=0)
    other = after_stop(turned, [1 - score for score in AHEAD], [4, 8, 12])
    assert one.mean is not None
    assert one.low is not None
    assert other.mean == pytest.approx(1 - one.mean, abs=1e-4)
    assert other.high == pytest.approx(1 - one.low, abs=1e-4)


def test_many_small_steps_are_followed_as_well_as_few() -> None:
    """A fine test looks a thousand times; joined steps change next to nothing."""
    dice = np.random.default_rng(3)
    scores = (0.505 + 0.35 * dice.standard_normal(2_000)).tolist()
    every, fewer = (
        after_stop(Sprt(elo0=0, elo1=5), scores, range(step, 2_001, step)) for step in (2, 8)
    )
    assert every.mean == pytest.approx(fewer.mean, abs=0.001)
    assert every.low == pytest.approx(fewer.low, abs=0.001)


@pytest.mark.parametrize("nelo", [0, 50])
def test_after_a_test_the_interval_holds_the_truth(nelo: float) -> None:
    law = shifted(LAWS["independent"], nelo)
    truth = float(np.arange(5) / 4 @ law)
    told = stopped_tests(TEST, by_law(law), truth, 120, every=4, most=800, adjusted=False)
    assert 0.9 <= told.coverage <= 0.99
    assert 0.36 <= told.above <= 0.64


def test_after_a_test_with_the_luck_taken_out_it_holds_it_too() -> None:
    test = Sprt(elo0=0, elo1=50, model=Model.LOGISTIC)
    told = stopped_tests(test, around(25), score_at(25), 120, every=4, most=800, adjusted=True)
    assert 0.9 <= told.coverage <= 0.99
    assert 0.36 <= told.above <= 0.64
    assert abs(told.bias_at_h1) < abs(told.plain_bias_at_h1)
