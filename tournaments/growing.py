"""When to stop: how many pairs each fixture has by now, and what its rule says of those before.

A pure function of the rule and the whole pairs so far, looked at after fixed numbers of them: the
same pairs give the same answer in any process, in whatever order they ended.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from tournaments.pairs import Pair
from tournaments.ratings import adjusted_games, raw_games
from tournaments.stats.allocation import next_pairs
from tournaments.stats.bradley_terry import fit
from tournaments.stats.counts import Counts, Sums
from tournaments.stats.ranked import GapState, JudgedGap, RankedRule, RankedState, judge
from tournaments.stats.sprt import State, Verdict
from tournaments.stop_spec import SprtTest, StopRanked, StopSprt
from tournaments.stopping import Look, Stopping, StopState, sprt_of

Pairing = tuple[str, str]
Played = Mapping[Pairing, Mapping[int, Pair]]
"""Of two captains their whole pairs, by number from 1."""

_MOST_KEPT: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How many pairs each pairing has by now; at most so many `more` may come in all."""

    pairs: Mapping[Pairing, int]
    more: int
    stopping: Stopping


class Growing(ABC):
    """How the fixtures grow by a rule as results come. What has been looked at is kept, so that a
    look takes up the pairs that are new, and no others again.
    """

    def __init__(self, planned: tuple[int, ...], first: int, pairings: Sequence[Pairing]) -> None:
        self._planned = planned
        self._given = dict.fromkeys(pairings, first)
        self._looks: list[Look] = []
        self._state = StopState.CONTINUE
        self._seen: dict[Pairing, int] = {}
        self._growth: Growth | None = None

    def after(self, played: Played) -> Growth:
        """By these pairs, in which all stand that stood there the last time, as they were."""
        while len(self._looks) < len(self._planned):
            is_whole = all(number in played[met] for met, number in self._new())
            if not is_whole or self._state is not StopState.CONTINUE:
                break
            new = [played[met][number] for met, number in self._new()]
            self._seen = dict(self._awaited)
            self._look(new)
            self._growth = None
        if self._growth is None:
            self._growth = self._as_it_stands()
        return self._growth

    @property
    def _at(self) -> int:
        """After how many pairs the next look is."""
        return self._planned[len(self._looks)]

    @property
    @abstractmethod
    def _awaited(self) -> Mapping[Pairing, int]:
        """Whose pairs the next look is at, and how many of each."""

    @abstractmethod
    def _look(self, new: Sequence[Pair]) -> None:
        """Look at these too; say how it stands, and give more where it goes on."""

    @abstractmethod
    def _stopping(self) -> Stopping: ...

    def _new(self) -> Iterator[tuple[Pairing, int]]:
        """The numbers of each pairing beyond the last look, in the plan's order."""
        for met, count in self._awaited.items():
            for number in range(self._seen.get(met, 0) + 1, count + 1):
                yield met, number

    def _as_it_stands(self) -> Growth:
        more = 0
        if self._state is StopState.CONTINUE:
            awaited = self._awaited
            more = self._planned[-1] * len(awaited) - sum(awaited.values())
        return Growth(pairs=dict(self._given), more=more, stopping=self._stopping())


def growing(stop: StopRanked | StopSprt, first: int, pairings: Sequence[Pairing]) -> Growing:
    """From `first` pairs each. `pairings` in the plan's order."""
    if isinstance(stop, StopSprt):
        return _Tested(stop.sprt, first, pairings)
    return _Ranked(stop, first, pairings)


class _Tested(Growing):
    """One pairing grows; the others play what they began with."""

    def __init__(self, test: SprtTest, first: int, pairings: Sequence[Pairing]) -> None:
        super().__init__(test.looks(first), first, pairings)
        self._test = test
        self._pairing = next(met for met in pairings if set(met) == set(test.pair))
        self._scored: list[float] = []
        self._counts, self._sums = Counts.of_scores([]), Sums.of_scores([])

    @property
    def _awaited(self) -> Mapping[Pairing, int]:
        return {self._pairing: self._given[self._pairing]}

    def _look(self, new: Sequence[Pair]) -> None:
        at, told = self._at, self._told(_scored(self._test, new))
        self._looks.append(Look(pairs=at, value=told.llr, lower=told.lower, upper=told.upper))
        self._state = _state_of_test(told.state, is_last=at == self._planned[-1])
        if self._state is StopState.CONTINUE:
            self._given[self._pairing] = self._at

    def _told(self, new: Sequence[float]) -> Verdict:
        self._scored += new
        if self._test.scores == "adjusted":
            self._sums = self._sums.plus(Sums.of_scores(new))
            return sprt_of(self._test).of_adjusted(self._sums)
        self._counts = self._counts.plus(Counts.of_scores(new))
        return sprt_of(self._test).of_counts(self._counts)

    def _stopping(self) -> Stopping:
        return Stopping(
            rule=self._test,
            planned=self._planned,
            state=self._state,
            looks=tuple(self._looks),
            scored=tuple(self._scored),
        )


class _Ranked(Growing):
    """All grow, evenly or where the order is least certain."""

    def __init__(self, rule: StopRanked, first: int, pairings: Sequence[Pairing]) -> None:
        super().__init__(rule.looks(first), first, pairings)
        self._rule = rule
        self._pairs: list[Pair] = []
        self._gaps: tuple[JudgedGap, ...] = ()
        self._hash = blake2b(repr((rule, self._planned)).encode(), digest_size=16)

    @property
    def _awaited(self) -> Mapping[Pairing, int]:
        return self._given

    def _look(self, new: Sequence[Pair]) -> None:
        self._pairs += new
        for pair in new:
            self._hash.update(repr((pair.first, pair.second, pair.seed, pair.legs)).encode())
        told = self._judged()
        self._gaps = told.gaps
        still_open = sum(gap.state is GapState.OPEN for gap in told.gaps)
        self._looks.append(Look(pairs=self._at, value=still_open))
        self._state = _STATES[told.state]
        for met, count in told.more.items() if self._state is StopState.CONTINUE else ():
            self._given[met] += count

    def _judged(self) -> _Judged:
        """Remembered of the same pairs: a report walks through them again."""
        key = self._hash.digest()
        if key not in _KEPT:
            if len(_KEPT) >= _MOST_KEPT:
                _KEPT.clear()
            _KEPT[key] = _judged(self._rule, self._planned, self._pairs, list(self._given))
        return _KEPT[key]

    def _stopping(self) -> Stopping:
        return Stopping(
            rule=self._rule,
            planned=self._planned,
            state=self._state,
            looks=tuple(self._looks),
            gaps=self._gaps,
        )


# --- what is made of it --------------------------------------------------------------------------


def _scored(test: SprtTest, pairs: Sequence[Pair]) -> list[float]:
    first = test.pair[0]
    if test.scores == "adjusted":
        return [pair.adjusted_of(first) for pair in pairs]
    return [pair.score_of(first) for pair in pairs]


def _state_of_test(state: State, *, is_last: bool) -> StopState:
    if state is State.CONTINUE and is_last:
        return StopState.INCONCLUSIVE
    return StopState(state.value)


_STATES: Final = {
    RankedState.RANKED: StopState.RANKED,
    RankedState.CONTINUE: StopState.CONTINUE,
    RankedState.EXHAUSTED: StopState.INCONCLUSIVE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """`more`: how many pairs each pairing gets until the next look."""

    gaps: tuple[JudgedGap, ...]
    state: RankedState
    more: Mapping[Pairing, int]


_KEPT: Final[dict[bytes, _Judged]] = {}


def _judged(
    rule: StopRanked, planned: tuple[int, ...], pairs: Sequence[Pair], pairings: Sequence[Pairing]
) -> _Judged:
    adjusted = rule.scores == "adjusted"
    found = fit((adjusted_games if adjusted else raw_games)(pairs))
    test = RankedRule(looks=planned, margin_elo=rule.margin_elo, alpha=rule.alpha)
    look = len(pairs) // len(pairings)
    verdict = judge(found, test, look, adjusted=adjusted)
    following = test.next_look(look)
    more: Mapping[Pairing, int] = {}
    if verdict.state is RankedState.CONTINUE and following is not None:
        step = following - look
        more = dict.fromkeys(pairings, step)
        if rule.allocate == "adaptive":
            settled = [(g.better, g.worse) for g in verdict.gaps if g.state is not GapState.OPEN]
            more = next_pairs(
                found, pairings, step * len(pairings), adjusted=adjusted, settled=settled
            )
    return _Judged(gaps=verdict.gaps, state=verdict.state, more=more)
