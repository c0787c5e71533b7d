"""How much the order hangs on single seeds: would another choice of matches have told another
story? Scores are luck-adjusted, each opponent counting alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean
from typing import Final

from tournaments.pairs import Pair

LEAST_SEEDS: Final = 4

Scores = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedEffects:
    """`first`: who leads, and `others` who would lead were one seed left out, with the seeds that
    decide it. `order`: the rank correlation of the order that one half of the seeds gives with that
    of the other half, -1…1; None under four captains.
    """

    seeds: int
    first: str
    others: Mapping[str, tuple[int, ...]]
    order: float | None


@dataclass(slots=True)
class _Sums:
    """Adjusted scores of one captain against one opponent, by seed."""

    total: float
    count: int
    by_seed: dict[int, tuple[float, int]]


def seed_effects(pairs: Iterable[Pair]) -> SeedEffects | None:
    """None where too few seeds were played to tell, or not everybody has met everybody: a score
    against others tells nothing of the order.
    """
    met = _sums(pairs)
    seeds = sorted({seed for sums in met.values() for seed in sums.by_seed})
    names = {captain for captain, _ in met}
    if len(seeds) < LEAST_SEEDS or len(met) < len(names) * (len(names) - 1):
        return None
    scores = _scores(met, lambda sums: (sums.total, sums.count))
    first = _leader(scores)
    others: dict[str, list[int]] = defaultdict(list)
    for seed, leader in _leaders_without(met, scores, seeds):
        if leader != first:
            others[leader].append(seed)
    return SeedEffects(
        seeds=len(seeds),
        first=first,
        others={name: tuple(decisive) for name, decisive in others.items()},
        order=_agreement(met, seeds),
    )


def _leaders_without(
    met: Mapping[tuple[str, str], _Sums], scores: Scores, seeds: Sequence[int]
) -> Iterator[tuple[int, str]]:
    """Who would lead without each seed. Only those who played it have another score then, and
    where every pairing has seeds of its own these are two of many.
    """
    theirs: dict[str, dict[tuple[str, str], _Sums]] = defaultdict(dict)
    played: dict[int, dict[str, None]] = defaultdict(dict)
    for (captain, other), sums in met.items():
        theirs[captain][captain, other] = sums
        for seed in sums.by_seed:
            played[seed][captain] = None
    place = {captain: number for number, captain in enumerate(scores)}
    best_first = sorted(scores, key=lambda captain: scores[captain], reverse=True)
    for seed in seeds:
        changed: Scores = {}
        for captain in played[seed]:
            changed |= _scores(theirs[captain], partial(_without, seed=seed))
        same = next((name for name in best_first if name not in played[seed]), None)
        left = changed if same is None else changed | {same: scores[same]}
        yield seed, _leader({name: left[name] for name in sorted(left, key=place.__getitem__)})


def _sums(pairs: Iterable[Pair]) -> dict[tuple[str, str], _Sums]:
    met: dict[tuple[str, str], _Sums] = {}
    for pair in pairs:
        for captain in (pair.first, pair.second):
            sums = met.setdefault((captain, pair.opponent(captain)), _Sums(0.0, 0, {}))
            score = pair.adjusted_of(captain)
            sums.total, sums.count = sums.total + score, sums.count + 1
            total, count = sums.by_seed.get(pair.seed, (0.0, 0))
            sums.by_seed[pair.seed] = (total + score, count + 1)
    return met


def _scores(
    met: Mapping[tuple[str, str], _Sums], of: Callable[[_Sums], tuple[float, int]]
) -> Scores:
    """Each captain's mean over the opponents of whom anything is left."""
    means: dict[str, list[float]] = defaultdict(list)
    for (captain, _), sums in met.items():
        total, count = of(sums)
        if count:
            means[captain].append(total / count)
    return {captain: fmean(each) for captain, each in means.items()}


def _without(sums: _Sums, seed: int) -> tuple[float, int]:
    total, count = sums.by_seed.get(seed, (0.0, 0))
    return sums.total - total, sums.count - count


def _among(sums: _Sums, seeds: frozenset[int]) -> tuple[float, int]:
    found = [of for seed, of in sums.by_seed.items() if seed in seeds]
    return sum(total for total, _ in found), sum(count for _, count in found)


def _leader(scores: Scores) -> str:
    return max(scores, key=lambda captain: scores[captain])


def _agreement(met: Mapping[tuple[str, str], _Sums], seeds: Sequence[int]) -> float | None:
    """Spearman's rank correlation of both halves: every other seed in their order."""
    halves = [frozenset(seeds[::2]), frozenset(seeds[1::2])]
    one, other = (_scores(met, partial(_among, seeds=half)) for half in halves)
    both = sorted(one.keys() & other.keys())
    if len(both) < 4:
        return None
    places = [_places(scores, both) for scores in (one, other)]
    apart = sum((places[0][name] - places[1][name]) ** 2 for name in both)
    return 1 - 6 * apart / (len(both) * (len(both) ** 2 - 1))


def _places(scores: Scores, names: Sequence[str]) -> dict[str, int]:
    ordered = sorted(names, key=lambda name: scores[name], reverse=True)
    return {name: place for place, name in enumerate(ordered)}
