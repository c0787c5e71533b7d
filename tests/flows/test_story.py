"""What Prefect's list of runs says of a tournament that is over."""

from __future__ import annotations

from flows.story import told_of
from tournaments.stats.gaps import Gap


def test_who_lost_all_is_behind_by_nobody_knows_how_much() -> None:
    gap = Gap(better="aggressive", worse="random", elo=280.0, low=-317.0, high=None, p=1.0)
    assert told_of(gap) == "aggressive ahead of random, tied"


def test_where_it_is_certain_the_least_gap_is_told() -> None:
    gap = Gap(better="aggressive", worse="random", elo=480.0, low=120.0, high=None, p=0.001)
    assert told_of(gap) == "aggressive at least 120 Elo ahead of random"
