"""The sequential probability ratio test: look after every pair, stop when it is decided.

H0: the difference is `elo0`; H1: it is `elo1`. The statistic is the log of the greatest likelihood
that H1 allows over the greatest that H0 allows, given how often each score came (the generalized
test of Van den Bergh's papers, as fishtest has it). The bounds are Wald's. Only whole pairs count,
and the error rates hold however often one looks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import expm1, log, log1p, sqrt
from typing import Final, NamedTuple

from tournaments.stats.counts import Counts, Sums
from tournaments.stats.means import LEAST_SPREAD
from tournaments.stats.scale import ELO_A_NAT, FURTHEST_ELO, NELO_A_SIGMA, score_at

UNSEEN: Final = 1e-3  # counted for a score that never came, as fishtest and fastchess do
LEAST_ADJUSTED: Final = 10  # pairs before adjusted scores may decide: their spread is an estimate
_MATCHES_OF_PAIR: Final = 2
_MOST_STEPS: Final = 200
_ROUNDS: Final = 100
_SETTLED: Final = 1e-14
_ALIKE: Final = 1e-11
_PART_OF_WAY: Final = 0.9


class Model(StrEnum):
    """What `elo0` and `elo1` are: normalized Elo, Elo, or BayesElo (of matches only)."""

    NORMALIZED = "normalized"
    LOGISTIC = "logistic"
    BAYESIAN = "bayesian"


class State(StrEnum):
    """What the test says so far."""

    ACCEPT_H0 = "accept_h0"
    ACCEPT_H1 = "accept_h1"
    CONTINUE = "continue"


class BadTest(ValueError):
    """A test that cannot be; the message says what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`llr`, the log-likelihood ratio, between the bounds while nothing is decided."""

    llr: float
    lower: float
    upper: float
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Sprt:
    """`alpha`: the chance to accept H1 though H0 holds; `beta`: the other error's. Raises
    `BadTest`.
    """

    elo0: float
    elo1: float
    model: Model = Model.NORMALIZED
    alpha: float = 0.05
    beta: float = 0.05

    def __post_init__(self) -> None:
        for name, elo in ("elo0", self.elo0), ("elo1", self.elo1):
            if not abs(elo) <= FURTHEST_ELO:
                raise BadTest(
                    f"{name} {elo:g}: allowed: {-FURTHEST_ELO:,.0f} to {FURTHEST_ELO:,.0f}"
                )
        if not self.elo0 < self.elo1:
            raise BadTest(f"elo0 {self.elo0:g} and elo1 {self.elo1:g}: allowed: elo0 below elo1")
        for name, value in ("alpha", self.alpha), ("beta", self.beta):
            if not 0 < value < 0.5:
                raise BadTest(f"{name} {value:g}: allowed: above 0 and below 0.5")

    @property
    def lower(self) -> float:
        return log(self.beta / (1 - self.alpha))

    @property
    def upper(self) -> float:
        return log((1 - self.beta) / self.alpha)

    def of_counts(self, counts: Counts) -> Verdict:
        """From raw results; raises `BadTest` for pairs and BayesElo."""
        if self.model is Model.BAYESIAN:
            return self._verdict(_bayesian(counts, self.elo0, self.elo1))
        zero, one = (self._target(elo, counts.matches) for elo in self._elos)
        return self._verdict(_ratio_of(counts, self.model, zero, one))

    def of_adjusted(self, seen: Sums) -> Verdict:
        """From luck-adjusted scores of pairs, any numbers: they are taken to be normal, of unknown
        variance. Nothing is decided before `LEAST_ADJUSTED` pairs.
        """
        if self.model is Model.BAYESIAN:
            raise BadTest("model bayesian: adjusted scores allow normalized and logistic")
        if seen.pairs < LEAST_ADJUSTED:
            return self._verdict(0.0)
        sigma_at = _sigma_of_t if self.model is Model.NORMALIZED else _sigma_of_mean
        zero, one = (
            _normal_likelihood(seen, self._target(elo, _MATCHES_OF_PAIR), sigma_at)
            for elo in self._elos
        )
        return self._verdict(seen.pairs * (one - zero))

    def means(self, sigma: float) -> tuple[float, float]:
        """What either hypothesis expects of a pair that spreads so much, above ½."""
        zero, one = (self._target(elo, _MATCHES_OF_PAIR) for elo in self._elos)
        if self.model is Model.LOGISTIC:
            return zero - 0.5, one - 0.5
        return zero * sigma, one * sigma

    @property
    def _elos(self) -> tuple[float, float]:
        return self.elo0, self.elo1

    def _target(self, elo: float, matches: int) -> float:
        """What a hypothesis fixes: the mean, or how many standard deviations it is above ½."""
        if self.model is Model.LOGISTIC:
            return score_at(elo)
        return elo / NELO_A_SIGMA * sqrt(matches)

    def _verdict(self, llr: float) -> Verdict:
        state = State.CONTINUE
        if llr >= self.upper:
            state = State.ACCEPT_H1
        elif llr <= self.lower:
            state = State.ACCEPT_H0
        return Verdict(llr=llr, lower=self.lower, upper=self.upper, state=state)


@lru_cache(maxsize=10_000)  # a report looks at a test again from its first pair on
def _ratio_of(counts: Counts, model: Model, target0: float, target1: float) -> float:
    law = _observed(counts)
    to_law = _with_t_value if model is Model.NORMALIZED else _with_mean
    zero, one = to_law(law, target0), to_law(law, target1)
    return law.units * sum(
        p * log(h1 / h0) for p, h0, h1 in zip(law.shares, zero, one, strict=True)
    )


class _Law(NamedTuple):
    """Scores with the share of each, out of so many units."""

    scores: Sequence[float]
    shares: Sequence[float]
    units: float

    def mean_and_sigma(self, shares: Sequence[float]) -> tuple[float, float]:
        mean = sum(p * a for p, a in zip(shares, self.scores, strict=True))
        return mean, sqrt(
            sum(p * (a - mean) ** 2 for p, a in zip(shares, self.scores, strict=True))
        )


def _observed(counts: Counts) -> _Law:
    seen = [count or UNSEEN for count in counts.counts]
    units = sum(seen)
    return _Law(scores=counts.scores, shares=[count / units for count in seen], units=units)


def _with_mean(law: _Law, mean: float) -> list[float]:
    """The likeliest shares of which the mean is this one."""
    return _tilted(law.shares, [score - mean for score in law.scores])


def _with_t_value(law: _Law, t: float) -> list[float]:
    """The likeliest shares of which the mean is `t` standard deviations above ½: the condition is
    made linear about the shares so far, until they settle. A `t` too far off for any shares to meet
    it so is gone towards.
    """
    shares = [1 / len(law.scores)] * len(law.scores)
    for _ in range(_ROUNDS):
        before = shares
        mean, sigma = law.mean_and_sigma(shares)
        bent = [sigma * (1 + ((mean - a) / sigma) ** 2) / 2 for a in law.scores]
        ends = [(a - 0.5) / b for a, b in zip(law.scores, bent, strict=True)]
        aim = _towards(t, (mean - 0.5) / sigma, min(ends), max(ends))
        off = [a - 0.5 - aim * b for a, b in zip(law.scores, bent, strict=True)]
        shares = _tilted(law.shares, off)
        if aim == t and max(abs(p - q) for p, q in zip(before, shares, strict=True)) < _ALIKE:
            break
    return shares


def _towards(goal: float, now: float, low: float, high: float) -> float:
    """The goal where it lies well between the ends, else most of the way to the end before it."""
    return min(max(goal, now + _PART_OF_WAY * (low - now)), now + _PART_OF_WAY * (high - now))


def _tilted(shares: Sequence[float], off: Sequence[float]) -> list[float]:
    """The likeliest shares under which `off` is 0 on average: p/(1 + x · off), for the one x that
    makes it so, by Newton's steps where they stay between what is known to be too low and too high.
    """
    low, high = -1 / max(off), -1 / min(off)
    x = 0.0 if low < 0 < high else (low + high) / 2
    for _ in range(_MOST_STEPS):
        parts = [d / (1 + x * d) for d in off]
        left = sum(p * part for p, part in zip(shares, parts, strict=True))
        low, high = (x, high) if left > 0 else (low, x)
        step = left / sum(p * part * part for p, part in zip(shares, parts, strict=True))
        before, x = x, x + step if low < x + step < high else (low + high) / 2
        if abs(x - before) <= _SETTLED * abs(x):
            break
    return [p / (1 + x * d) for p, d in zip(shares, off, strict=True)]


def _bayesian(counts: Counts, elo0: float, elo1: float) -> float:
    """Of wins, draws and losses, with the drawishness that was seen (BayesElo's model)."""
    if len(counts.counts) != 3:
        raise BadTest("model bayesian: allowed with wins, draws and losses, not with pairs")
    lost, drawn, won = _observed(counts).shares
    nats = log1p(drawn / lost) + log1p(drawn / won)  # (1 - lost) / lost · (1 - won) / won
    drawish = nats * ELO_A_NAT / 2

    def law(elo: float) -> tuple[float, float, float]:
        won, lost = score_at(elo - drawish), score_at(-elo - drawish)
        return lost, expm1(nats) * won * lost, won

    seen = [count or UNSEEN for count in counts.counts]
    return sum(n * log(h1 / h0) for n, h0, h1 in zip(seen, law(elo0), law(elo1), strict=True))


_SigmaAt = Callable[[float, float, float], tuple[float, float]]


def _normal_likelihood(seen: Sums, target: float, sigma_at: _SigmaAt) -> float:
    """The greatest mean log-likelihood of normal scores that the target allows, but for a
    constant.
    """
    first, second = seen.above / seen.pairs, seen.squares / seen.pairs
    least = LEAST_SPREAD**2
    second = max(second, first * first + least)
    mean, sigma = sigma_at(target, first, second)
    spread = second - 2 * mean * first + mean * mean
    return -log(sigma) - spread / (2 * sigma * sigma)


def _sigma_of_mean(target: float, first: float, second: float) -> tuple[float, float]:
    """Where the mean is fixed: it (above ½), and the likeliest standard deviation."""
    mean = target - 0.5
    return mean, sqrt(second - 2 * mean * first + mean * mean)


def _sigma_of_t(target: float, first: float, second: float) -> tuple[float, float]:
    """Where the mean is so many standard deviations: both, by σ² + t·m·σ = second moment."""
    drift = target * first
    sigma = (-drift + sqrt(drift * drift + 4 * second)) / 2
    return target * sigma, sigma
