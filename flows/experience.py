"""What episodes took: calls, tokens, dollars and time, by who met whom.

It is added up as results come and stays as small as the number of pairings. Whoever has not met an
opponent yet is taken to need what he needed against the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from math import sqrt
from typing import Final, Self

from engine.events import SeatCounts
from engine.result import EpisodeResult
from flows.ranges import Range
from tournaments.stats.student import reach

_FEW: Final = 3  # episodes: fewer say little about the spread
_SPREAD_OF_FEW: Final = 0.5  # then a sum may be off by this share
_ROOM_FOR_FEW: Final = 1.5  # and one episode may take so many times the most that was seen
_MS: Final = 1000


@dataclass(slots=True)
class Moments:
    """Number, mean, spread and maximum of a series that is not kept (Welford)."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    most: float = 0.0

    def add(self, value: float) -> None:
        self.count += 1
        off = value - self.mean
        self.mean += off / self.count
        self.squares += off * (value - self.mean)
        self.most = max(self.most, value)

    def joined(self, other: Moments) -> Moments:
        """Of both series together (Chan, Golub and LeVeque)."""
        count = self.count + other.count
        if not count:
            return Moments()
        off, share = other.mean - self.mean, other.count / count
        squares = self.squares + other.squares + off * off * share * self.count
        return Moments(count, self.mean + off * share, squares, max(self.most, other.most))

    @property
    def deviation(self) -> float:
        return sqrt(self.squares / (self.count - 1)) if self.count > 1 else 0.0

    def total(self, episodes: float) -> Range:
        """What so many more will come to: 95 % for the mean's error and the spread together."""
        expected = self.mean * episodes
        if self.count < _FEW:
            return Range(*(expected * (1 + by * _SPREAD_OF_FEW) for by in (-1, 0, 1)))
        error = self.deviation * episodes * sqrt(1 / self.count + 1 / max(1, episodes))
        off = reach(self.count - 1) * error
        return Range(max(0.0, expected - off), expected, expected + off)

    def at_most(self) -> float:
        """What one more will hardly exceed."""
        if self.count < _FEW:
            return _ROOM_FOR_FEW * self.most
        return max(self.most, self.mean + 2 * self.deviation)


@dataclass(slots=True, kw_only=True)
class Taken:
    """What one captain took in an episode. `usd` of the episodes of which every call has a price;
    `answers_s` are the seconds that his answers took, one after the other.
    """

    calls: Moments = field(default_factory=Moments)
    tokens_in: Moments = field(default_factory=Moments)
    tokens_cached: Moments = field(default_factory=Moments)
    tokens_out: Moments = field(default_factory=Moments)
    tokens: Moments = field(default_factory=Moments)
    usd: Moments = field(default_factory=Moments)
    answers_s: Moments = field(default_factory=Moments)

    def add(self, counts: SeatCounts) -> None:
        spent = counts.spent
        if spent is None or spent.from_cache:
            return  # what was remembered says nothing of what it takes to ask
        self.calls.add(spent.calls)
        self.tokens_in.add(spent.tokens_in)
        self.tokens_cached.add(spent.tokens_cached)
        self.tokens_out.add(spent.tokens_out)
        self.tokens.add(spent.tokens_in + spent.tokens_out)
        if spent.cost_usd is not None:
            self.usd.add(spent.cost_usd)
        took_ms = sum(float(near) * count for near, count in counts.latencies_ms.items())
        self.answers_s.add(took_ms / _MS)

    @property
    def is_known(self) -> bool:
        return self.calls.count > 0

    @property
    def is_priced(self) -> bool:
        return self.is_known and self.usd.count == self.calls.count

    def joined(self, other: Taken) -> Self:
        both = {
            one.name: getattr(self, one.name).joined(getattr(other, one.name))
            for one in fields(self)
        }
        return type(self)(**both)


class Experience:
    """Of all episodes that were added; void ones say nothing."""

    def __init__(self) -> None:
        self._taken: dict[str, dict[str, Taken]] = {}
        self._lengths: dict[frozenset[str], Moments] = {}
        self._lengths_of: dict[str, Moments] = {}
        self._every_length = Moments()
        self.episodes = 0

    def add(self, result: EpisodeResult) -> None:
        if result.end_reason.is_void:
            return
        self.episodes += 1
        for seat in result.counts:
            captain, opponent = result.captain(seat), result.captain(seat.other)
            self._of(captain, opponent).add(result.counts[seat])
        if result.took_s is not None and not _is_remembered(result):
            met = frozenset((result.home, result.away))
            self._lengths.setdefault(met, Moments()).add(result.took_s)
            for captain in met:
                self._lengths_of.setdefault(captain, Moments()).add(result.took_s)
            self._every_length.add(result.took_s)

    def of(self, captain: str, opponent: str) -> Taken:
        """What he took against him; where they have not met, against everybody."""
        taken = self._taken.get(captain, {}).get(opponent)
        return taken if taken is not None and taken.is_known else self.of_captain(captain)

    def of_captain(self, captain: str) -> Taken:
        found = Taken()
        for taken in self._taken.get(captain, {}).values():
            found = found.joined(taken)
        return found

    def length(self, captain: str, opponent: str) -> Moments:
        """Seconds of an episode of the two; else of the episodes of either; else of all."""
        met = self._lengths.get(frozenset((captain, opponent)))
        if met is not None:
            return met
        both = [self._lengths_of.get(name, Moments()) for name in (captain, opponent)]
        of_either = both[0].joined(both[1])
        return of_either if of_either.count else self._every_length

    def _of(self, captain: str, opponent: str) -> Taken:
        return self._taken.setdefault(captain, {}).setdefault(opponent, Taken())


def _is_remembered(result: EpisodeResult) -> bool:
    """Whether answers came from the cache, so that it took no time to speak of."""
    return any(c.spent is not None and c.spent.from_cache for c in result.counts.values())
