"""Results as the published tables write them."""

from __future__ import annotations

from typing import NamedTuple

from tournaments.stats.counts import Counts


class Published(NamedTuple):
    """Elo and normalized Elo with half of their 95 % intervals."""

    counts: Counts
    elo: float
    elo_half: float
    nelo: float
    nelo_half: float
    los: float


def matches(won: int, drawn: int, lost: int) -> Counts:
    return Counts.of_matches(won=won, drawn=drawn, lost=lost)


def pairs(ll: int, ld: int, wl: int, dd: int, wd: int, ww: int) -> Counts:
    return Counts.of_pair_results(ll=ll, ld=ld, wl=wl, dd=dd, wd=wd, ww=ww)
