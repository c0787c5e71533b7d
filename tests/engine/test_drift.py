"""The account that `python -m bench.drift` keeps of win probability."""

from __future__ import annotations

import numpy as np
import pytest

from bench.drift import accounts


def test_what_luck_and_drift_add_to_a_chase_is_how_it_ended() -> None:
    for account in accounts("baseline", "heuristic", 5, range(12)):
        ended = account.at_first[2] + account.luck[1].sum() + account.drift[1].sum()
        assert min(abs(ended - score) for score in (0.0, 0.5, 1.0)) == pytest.approx(0, abs=1e-9)


def test_without_luck_no_over_is_better_than_the_one_before() -> None:
    """Of a value that leaves something out, the first over rises by four thousandths a match."""
    drift = np.stack([each.drift for each in accounts("baseline", "baseline", 20, range(60))])
    by_stretch = drift.reshape(60, 2, 4, 5).sum(axis=3)  # of five overs
    error = by_stretch.std(axis=0, ddof=1) / 60**0.5
    assert np.all(np.abs(by_stretch.mean(axis=0)) < 0.004 + 3.0 * error)
