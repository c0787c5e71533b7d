"""Two captains: how much better, on which scale, and how sure that is.

Three views of the same pairs: what was won (Elo and normalized Elo), what was won less the luck,
and by how many runs. Nothing here is ever infinite: what has no bound has an open end (None).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

from tournaments.stats.counts import Counts
from tournaments.stats.means import Estimate, mean_of, of_meeting
from tournaments.stats.scale import NELO_A_SIGMA, Interval, elo_of
from tournaments.stats.student import below, reach

if TYPE_CHECKING:
    from tournaments.pairs import Pair

FEW: Final = 10  # matches or pairs: fewer show too little of their spread
MANY: Final = 100  # from here on as published figures have it, a hair less wide
RARE: Final = 25  # units lost, or won: with fewer of them a normal interval is too narrow
_NORMAL: Final = NormalDist()
_TWO_SIDED: Final = _NORMAL.inv_cdf(0.975)
_ONE_SIDED: Final = _NORMAL.inv_cdf(0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadToHead:
    """What was won. `los`: the likelihood of superiority. `score`: the mean, 0…1."""

    score: Interval
    elo: Interval
    nelo: Interval
    los: float
    units: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """What was won less the luck. The score is any number; an end outside of (0, 1) has no Elo.
    `los` None where one pair shows no spread.
    """

    score: Estimate
    elo: Interval
    los: float | None


def head_to_head(counts: Counts) -> HeadToHead:
    """From at least one match or pair."""
    if counts.units < FEW or counts.mean in (0, 1) or counts.variance == 0:
        return _of_few(counts)
    is_normal = counts.units >= MANY and counts.units * min(counts.mean, 1 - counts.mean) >= RARE
    return _of_many(counts) if is_normal else _of_some(counts)


def adjusted(pairs: Sequence[Pair], captain: str) -> Adjusted | None:
    """Of `captain`, who is in all of the pairs; None without pairs."""
    found = of_meeting(pairs, captain)
    if found is None:
        return None
    return Adjusted(
        score=found,
        elo=Interval(
            mean=elo_of(found.mean),
            low=None if found.low is None else elo_of(found.low),
            high=None if found.high is None else elo_of(found.high),
        ),
        los=_los_of(found),
    )


def run_margin(pairs: Sequence[Pair], captain: str) -> Estimate | None:
    """Runs a match more than the other, over the pairs that were played out; None without any."""
    told = [(pair.seed, pair.margin_of(captain)) for pair in pairs]
    return mean_of([[(seed, margin) for seed, margin in told if margin is not None]])


def _los_of(found: Estimate) -> float | None:
    if found.high is None:
        return None
    freedom = found.freedom
    error = (found.high - found.mean) / reach(freedom)
    return below((found.mean - 0.5) / error, freedom)


def _of_many(counts: Counts) -> HeadToHead:
    """As published: symmetric in the score, by the normal quantile."""
    error = sqrt(counts.variance / counts.units)
    margin = _TWO_SIDED * error
    score = Interval(mean=counts.mean, low=counts.mean - margin, high=counts.mean + margin)
    return _told(counts, score, counts.match_sigma, _NORMAL.cdf((counts.mean - 0.5) / error))


def _of_some(counts: Counts) -> HeadToHead:
    """By Wilson's interval with Student's t, a unit counted as so many matches won or lost as would
    spread like it.
    """
    freedom = int(counts.units) - 1
    variance = counts.variance * counts.units / freedom
    matches = counts.units * counts.mean * (1 - counts.mean) / variance
    score = _wilson(counts.mean, matches, reach(freedom))
    t = (counts.mean - 0.5) / sqrt(variance / counts.units)
    return _told(counts, score, sqrt(variance * counts.matches), below(t, freedom))


def _of_few(counts: Counts) -> HeadToHead:
    """By Wilson's interval (1927), a unit counted as one match that is won or lost: as wide a
    spread as there can be. One-sided where all was won or lost.
    """
    quantile = _ONE_SIDED if counts.mean in (0, 1) else _TWO_SIDED
    score = _wilson(counts.mean, counts.units, quantile)
    sigma = sqrt(counts.matches) / 2 if counts.variance == 0 else counts.match_sigma
    los = _NORMAL.cdf((counts.mean - 0.5) * 2 * sqrt(counts.units))
    return _told(counts, score, sigma, los)


def _told(counts: Counts, score: Interval, sigma: float, los: float) -> HeadToHead:
    return HeadToHead(
        score=score, elo=_elo(score), nelo=_nelo(score, sigma), los=los, units=counts.units
    )


def _wilson(score: float, matches: float, z: float) -> Interval:
    shrunk = 1 + z * z / matches
    middle = (score + z * z / (2 * matches)) / shrunk
    margin = z / shrunk * sqrt(score * (1 - score) / matches + (z / (2 * matches)) ** 2)
    return Interval(
        mean=score,
        low=None if score == 0 else middle - margin,
        high=None if score == 1 else middle + margin,
    )


def _elo(score: Interval) -> Interval:
    return Interval(
        mean=None if score.mean is None else elo_of(score.mean),
        low=None if score.low is None else elo_of(score.low),
        high=None if score.high is None else elo_of(score.high),
    )


def _nelo(score: Interval, sigma: float) -> Interval:
    """Open where the Elo is; `sigma` of the result of a match."""

    def of(value: float | None) -> float | None:
        return None if value is None else (value - 0.5) / sigma * NELO_A_SIGMA

    mean = None if score.mean in (0, 1) else of(score.mean)
    return Interval(mean=mean, low=of(score.low), high=of(score.high))
