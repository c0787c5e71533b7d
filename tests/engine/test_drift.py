"""The account that `python -m bench.drift` keeps of win probability."""

from __future__ import annotations

import pytest

from bench.drift import accounts


def test_what_luck_and_drift_add_to_a_chase_is_how_it_ended() -> None:
    for account in accounts("baseline", "heuristic", 5, range(12)):
        ended = account.at_first[2] + account.luck[1].sum() + account.drift[1].sum()
        assert min(abs(ended - score) for score in (0.0, 0.5, 1.0)) == pytest.approx(0, abs=1e-9)
