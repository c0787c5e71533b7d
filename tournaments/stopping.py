"""When to stop: how many pairs each fixture has by now, and what its rule says of those before.

A pure function of the rule and the whole pairs so far, looked at after fixed numbers of them: the
same pairs give the same answer in any process, in whatever order they ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import Final, TypeVar, cast

from tournaments.pairs import Pair
from tournaments.ratings import adjusted_games, raw_games
from tournaments.stats.allocation import next_pairs
from tournaments.stats.bradley_terry import fit
from tournaments.stats.counts import Counts
from tournaments.stats.ranked import GapState, JudgedGap, RankedRule, RankedState, judge
from tournaments.stats.sprt import Model, Sprt, State, Verdict
from tournaments.stop_spec import SprtTest, StopRanked, StopSprt

Pairing = tuple[str, str]
Played = Mapping[Pairing, Mapping[int, Pair]]
"""Of two captains their whole pairs, by number from 1."""

_MOST_KEPT: Final = 10_000
T = TypeVar("T")


class StopState(StrEnum):
    """`continue` while pairs are to be played; `inconclusive` at the cap, with nothing decided."""

    CONTINUE = "continue"
    RANKED = "ranked"
    ACCEPT_H0 = "accept_h0"
    ACCEPT_H1 = "accept_h1"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """After so many `pairs` the statistic stood at `value`, between its bounds while nothing is
    decided: the log-likelihood ratio of a test, or how many gaps were open, without bounds.
    """

    pairs: int
    value: float
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """How a rule stands: its looks so far, and of `ranked` the gaps at the last of them, of a test
    what its first captain `scored` in each pair up to it. `planned`: at how many pairs it looks,
    the last the cap.
    """

    rule: StopRanked | SprtTest
    planned: tuple[int, ...]
    state: StopState
    looks: tuple[Look, ...]
    gaps: tuple[JudgedGap, ...] = ()
    scored: tuple[float, ...] = ()

    @property
    def pairs(self) -> int:
        """After how many it last looked; 0 before the first look."""
        return self.looks[-1].pairs if self.looks else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How many pairs each pairing has by now; at most so many `more` may come in all. Nothing of it
    changes before all that it `awaits` is there.
    """

    pairs: Mapping[Pairing, int]
    more: int
    awaits: Mapping[Pairing, int]
    stopping: Stopping


def is_there(awaited: Mapping[Pairing, int], played: Played) -> bool:
    """Whether so many pairs of each pairing are whole."""
    return all(
        number in played[met] for met, count in awaited.items() for number in range(1, count + 1)
    )


def growth(
    stop: StopRanked | StopSprt, first: int, pairings: Sequence[Pairing], played: Played
) -> Growth:
    """How the fixtures have grown from `first` pairs each. `pairings` in the plan's order."""
    if isinstance(stop, StopSprt):
        return _until_tested(stop.sprt, first, pairings, played)
    return _until_ranked(stop, first, pairings, played)


def _until_tested(
    test: SprtTest, first: int, pairings: Sequence[Pairing], played: Played
) -> Growth:
    """One pairing grows; the others play what they began with."""
    tested = next(met for met in pairings if set(met) == set(test.pair))
    planned, given = test.looks(first), dict.fromkeys(pairings, first)
    seen, looks, state = _Seen.of(test), list[Look](), StopState.CONTINUE
    for at in planned:
        given[tested] = at
        if not seen.take(played, {tested: at}):
            break
        told = _remembered(seen.key, lambda: _tested(test, seen.pairs))
        looks.append(Look(pairs=at, value=told.llr, lower=told.lower, upper=told.upper))
        state = _state_of_test(told.state, is_last=at == planned[-1])
        if state is not StopState.CONTINUE:
            break
    is_open = state is StopState.CONTINUE
    more = planned[-1] - given[tested] if is_open else 0
    awaits = {tested: given[tested]} if is_open else {}
    stopping = Stopping(
        rule=test,
        planned=planned,
        state=state,
        looks=tuple(looks),
        scored=tuple(_scored(test, seen.pairs)),
    )
    return Growth(pairs=given, more=more, awaits=awaits, stopping=stopping)


def _until_ranked(
    rule: StopRanked, first: int, pairings: Sequence[Pairing], played: Played
) -> Growth:
    planned = rule.looks(first)
    given = dict.fromkeys(pairings, first)
    seen, looks, state = _Seen.of(rule, planned), list[Look](), StopState.CONTINUE
    gaps: tuple[JudgedGap, ...] = ()
    for at in planned:
        if not seen.take(played, given):
            break
        told = _remembered(seen.key, lambda: _judged(rule, planned, seen.pairs, pairings))
        gaps = told.gaps
        still_open = sum(gap.state is GapState.OPEN for gap in gaps)
        looks.append(Look(pairs=at, value=still_open))
        state = _STATES[told.state]
        if state is not StopState.CONTINUE:
            break
        given = {met: count + told.more.get(met, 0) for met, count in given.items()}
    is_open = state is StopState.CONTINUE
    more = planned[-1] * len(pairings) - sum(given.values()) if is_open else 0
    stopping = Stopping(rule=rule, planned=planned, state=state, looks=tuple(looks), gaps=gaps)
    awaits = given if is_open else {}
    return Growth(pairs=given, more=more, awaits=awaits, stopping=stopping)


# --- what is looked at ---------------------------------------------------------------------------


@dataclass(slots=True)
class _Seen:
    """The pairs up to a look, in the plan's order; `key` stands for the rule and all of them."""

    _hash: blake2b
    pairs: list[Pair] = field(default_factory=list)
    _had: dict[Pairing, int] = field(default_factory=dict)

    @classmethod
    def of(cls, *rule: object) -> _Seen:
        return cls(blake2b(repr(rule).encode(), digest_size=16))

    @property
    def key(self) -> bytes:
        return self._hash.digest()

    def take(self, played: Played, given: Mapping[Pairing, int]) -> bool:
        """Add what each pairing has beyond the last look; whether all of it is whole."""
        if not is_there(given, played):
            return False
        found = [
            played[met][number]
            for met, count in given.items()
            for number in range(self._had.get(met, 0) + 1, count + 1)
        ]
        self._had = dict(given)
        self.pairs += found
        for pair in found:
            self._hash.update(repr((pair.first, pair.second, pair.seed, pair.legs)).encode())
        return True


_KEPT: Final[dict[bytes, object]] = {}


def _remembered(key: bytes, work: Callable[[], T]) -> T:
    """What was made of the same pairs before: a plan is asked for again and again as it grows."""
    if key not in _KEPT:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        _KEPT[key] = work()
    return cast("T", _KEPT[key])


# --- what is made of it --------------------------------------------------------------------------


def _tested(test: SprtTest, pairs: Sequence[Pair]) -> Verdict:
    if test.scores == "adjusted":
        return sprt_of(test).of_adjusted(_scored(test, pairs))
    return sprt_of(test).of_counts(Counts.of_pairs(pairs, test.pair[0]))


def _scored(test: SprtTest, pairs: Sequence[Pair]) -> list[float]:
    first = test.pair[0]
    if test.scores == "adjusted":
        return [pair.adjusted_of(first) for pair in pairs]
    return [pair.score_of(first) for pair in pairs]


def sprt_of(test: SprtTest) -> Sprt:
    """The arithmetic of the file's test."""
    return Sprt(
        elo0=test.elo0,
        elo1=test.elo1,
        model=Model(test.model),
        alpha=test.alpha,
        beta=test.beta,
    )


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
