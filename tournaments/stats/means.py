"""How well captains did on average, and how sure that is.

Where several pairings play the same seeds, what those have in common is no independent evidence, so
an interval over many opponents is clustered by seed. With a seed for each pair that is the pair.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean
from typing import TYPE_CHECKING, Final, NamedTuple

from tournaments.stats.student import reach

if TYPE_CHECKING:
    from tournaments.pairs import Pair

LEAST_PAIRS: Final = 2  # of a pairing: fewer show no spread
# Between captains of whom one nearly always wins, adjusted scores may hardly differ until the
# surprise comes: a pair's is held to spread at least this much (`bench.luck` measures the cover).
LEAST_SPREAD: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean score over `pairs` and its 95 % interval. `low` and `high` are None where too little
    was played to tell how far it may be off, or on one seed alone. `freedom`: degrees of Student's
    distribution.
    """

    mean: float
    low: float | None
    high: float | None
    pairs: int
    freedom: int


def of_meeting(pairs: Iterable[Pair], captain: str) -> Estimate | None:
    """The adjusted score of `captain` in the pairs with one opponent."""
    return mean_of([[(pair.seed, pair.adjusted_of(captain)) for pair in pairs]], LEAST_SPREAD)


def of_captains(pairs: Iterable[Pair]) -> Mapping[str, Estimate]:
    """The adjusted score of each captain against everybody whom he met, each opponent counting
    alike.
    """
    met: dict[str, dict[str, list[tuple[int, float]]]] = defaultdict(lambda: defaultdict(list))
    for pair in pairs:
        for captain in (pair.first, pair.second):
            score = (pair.seed, pair.adjusted_of(captain))
            met[captain][pair.opponent(captain)].append(score)
    found = {
        captain: mean_of(list(others.values()), LEAST_SPREAD) for captain, others in met.items()
    }
    return {captain: estimate for captain, estimate in found.items() if estimate is not None}


def mean_of(
    meetings: Iterable[Sequence[tuple[int, float]]], least_spread: float = 0.0
) -> Estimate | None:
    """The mean of the meetings' means; a meeting is (seed, value) of each of its pairs. Values are
    held to spread at least so much.
    """
    met = [meeting for meeting in meetings if meeting]
    if not met:
        return None
    means = [fmean(value for _, value in meeting) for meeting in met]
    mean, error = fmean(means), _error(met, means, least_spread)
    freedom = _freedom(met, means, least_spread)
    margin = reach(freedom) * error if error and freedom else None
    return Estimate(
        mean=mean,
        low=None if margin is None else mean - margin,
        high=None if margin is None else mean + margin,
        pairs=sum(map(len, met)),
        freedom=freedom,
    )


def _error(
    met: Sequence[Sequence[tuple[int, float]]], means: Sequence[float], least_spread: float
) -> float | None:
    """The standard error: the pulls of one seed on the mean are added before they are squared,
    each meeting's freed of the bias that its own mean brings. None where one pair shows no spread,
    or none was seen.
    """
    if min(map(len, met)) < LEAST_PAIRS:
        return None
    pulls: dict[int, float] = defaultdict(float)
    for meeting, mean in zip(met, means, strict=True):
        pairs = len(meeting)
        weight = sqrt(pairs / (pairs - 1)) / (pairs * len(met))
        for seed, value in meeting:
            pulls[seed] += weight * (value - mean)
    least = least_spread / len(met) * sqrt(sum(1 / len(meeting) for meeting in met))
    return max(least, sqrt(sum(pull * pull for pull in pulls.values()))) or None


def _freedom(
    met: Sequence[Sequence[tuple[int, float]]], means: Sequence[float], least_spread: float
) -> int:
    """Of the error. A meeting of two pairs tells little of its spread, however long others were."""
    pairs, seeds = sum(map(len, met)), len({seed for meeting in met for seed, _ in meeting})
    most = pairs - len(met) if seeds == pairs else seeds - 1
    if min(map(len, met)) < LEAST_PAIRS:
        return most
    parts = [
        _Part(_spread(meeting, mean, least_spread) / len(meeting), len(meeting) - 1)
        for meeting, mean in zip(met, means, strict=True)
    ]
    return min(most, _of_sum(parts))


class _Part(NamedTuple):
    variance: float
    freedom: int


def _spread(meeting: Sequence[tuple[int, float]], mean: float, least: float) -> float:
    """The variance of its pairs."""
    squares = sum((value - mean) ** 2 for _, value in meeting)
    return max(squares / (len(meeting) - 1), least**2)


def _of_sum(parts: Sequence[_Part]) -> int:
    """Degrees of freedom of a sum of variances (Satterthwaite 1946)."""
    total = sum(part.variance for part in parts)
    if not total:
        return sum(part.freedom for part in parts)
    shares = sum((part.variance / total) ** 2 / part.freedom for part in parts)
    return round(1 / shares)
