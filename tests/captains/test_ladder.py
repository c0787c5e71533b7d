"""Who is stronger than whom, over seeded pairs with luck taken out; `bench.ladder` plays 2,000."""

from __future__ import annotations

import pytest

from bench.ladder import climb

PAIRS = 12


@pytest.mark.parametrize(
    ("upper", "lower", "at_least"),
    [
        ("optimal", "heuristic", 0.55),
        ("heuristic", "aggressive", 0.5),
        ("heuristic", "cautious", 0.5),
        ("cautious", "random", 0.75),
        ("aggressive", "random", 0.75),
    ],
)
def test_the_upper_captain_is_the_stronger(upper: str, lower: str, at_least: float) -> None:
    rung = climb(upper, lower, at_least, pairs=PAIRS, overs=20, processes=1)
    assert rung.adjusted > at_least
