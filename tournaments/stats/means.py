"""How well captains did on average, and how sure that is.

Where several pairings play the same seeds, what those have in common is no independent evidence, so
an interval over many opponents is clustered by seed. With a seed for each pair that is the pair.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from statistics import fmean
from typing import TYPE_CHECKING, Final, NamedTuple, Self

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
    freedom: float

    def as_score(self) -> Self:
        """With no end where no score can be. Its mean, from which luck was taken, may lie there."""
        if self.low is None or self.high is None:
            return self
        low, high = max(self.low, min(0.0, self.mean)), min(self.high, max(1.0, self.mean))
        return replace(self, low=low, high=high)


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
    mean, pairs = fmean(means), sum(map(len, met))
    error, freedom = None, float(pairs - len(met))
    if min(map(len, met)) >= LEAST_PAIRS:
        layers = _layers(met, means, least_spread)
        error = sqrt(sum(layer.variance for layer in layers)) or None
        freedom = _freedom(layers)
    margin = reach(freedom) * error if error and freedom else None
    return Estimate(
        mean=mean,
        low=None if margin is None else mean - margin,
        high=None if margin is None else mean + margin,
        pairs=pairs,
        freedom=freedom,
    )


class _Layer(NamedTuple):
    """Seeds that the same meetings played: what they add to the `variance` of the mean, what they
    would if every pair spread by 1, and how much `freedom` tells it.
    """

    variance: float
    a_unit: float
    freedom: float

    def at_least(self, spread: float) -> Self:
        return self._replace(variance=max(self.variance, spread**2 * self.a_unit))

    def with_another(self, usual: float) -> Self:
        """With a seed more on which pairs spread by the usual variance, if that is more."""
        both = self.variance * self.freedom + usual * self.a_unit
        return self._replace(variance=max(self.variance, both / (self.freedom + 1)))


def _layers(
    met: Sequence[Sequence[tuple[int, float]]], means: Sequence[float], least_spread: float
) -> list[_Layer]:
    """The pulls of one seed on the mean are added before they are squared, each meeting's freed of
    the bias that its own mean brings. What a meeting's mean takes of its freedom is spread over its
    seeds.
    """
    pulls, a_unit = defaultdict[int, float](float), defaultdict[int, float](float)
    played = defaultdict[int, list[int]](list)
    for number, (meeting, mean) in enumerate(zip(met, means, strict=True)):
        pairs = len(meeting)
        weight = sqrt(pairs / (pairs - 1)) / (pairs * len(met))
        for seed, value in meeting:
            pulls[seed] += weight * (value - mean)
            a_unit[seed] += 1 / (pairs * len(met)) ** 2
            played[seed].append(number)
    alike = defaultdict[tuple[int, ...], list[int]](list)
    for seed, numbers in played.items():
        alike[tuple(numbers)].append(seed)
    lengths = [len({seed for seed, _ in meeting}) for meeting in met]
    return [
        _Layer(
            variance=sum(pulls[seed] ** 2 for seed in seeds),
            a_unit=sum(a_unit[seed] for seed in seeds),
            freedom=len(seeds) * (1 - 1 / min(lengths[number] for number in numbers)),
        ).at_least(least_spread)
        for numbers, seeds in alike.items()
    ]


def _freedom(layers: Sequence[_Layer]) -> float:
    """Of the error. A meeting of two pairs tells little of its spread, however long others were,
    and no more where they came out alike by chance: what all showed counts in each as one seed.
    """
    freedom = sum(layer.freedom for layer in layers)
    if min(layer.freedom for layer in layers) == 0:
        return 0.0
    usual = sum(layer.freedom * layer.variance / layer.a_unit for layer in layers) / freedom
    raised = [layer.with_another(usual) for layer in layers]
    return round(max(1.0, min(_of_sum(layers), _of_sum(raised))), 6)


def _of_sum(layers: Sequence[_Layer]) -> float:
    """Degrees of freedom of a sum of variances (Satterthwaite 1946), as broken as they are: of 1.4
    t is 6.7, of 1 it is 12.7.
    """
    total = sum(layer.variance for layer in layers)
    if not total:
        return sum(layer.freedom for layer in layers)
    return 1 / sum((layer.variance / total) ** 2 / layer.freedom for layer in layers)
