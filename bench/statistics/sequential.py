"""How often a sequential test of two captains errs, and how many pairs it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bench.statistics.shares import RUNS
from tournaments.stats.counts import Counts, Sums
from tournaments.stats.scale import NELO_A_SIGMA, score_at
from tournaments.stats.sprt import Model, Sprt, State

# Pairs that score 0, ¼, ½, ¾, 1: independent legs without ties, legs that share their luck, draws.
LAWS: Final = {
    "independent": (0.25, 0.0, 0.5, 0.0, 0.25),
    "shared luck": (0.1, 0.0, 0.8, 0.0, 0.1),
    "draws": (0.05, 0.25, 0.4, 0.25, 0.05),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """How often H1 was accepted, how often H0, and pairs on average."""

    accepted_h1: float
    accepted_h0: float
    pairs: float


def sprt_errors(
    test: Sprt, shares: Sequence[float], runs: int, *, every: int = 1, least: int = 4
) -> Tested:
    """Pairs that score 0, ¼, ½, ¾, 1 with these chances, until the test is decided."""
    dice = np.random.default_rng(17)
    ended = [_until_decided(test, shares, dice, every, least) for _ in range(runs)]
    return _tested(ended)


def _until_decided(
    test: Sprt, shares: Sequence[float], dice: np.random.Generator, every: int, least: int
) -> tuple[State, int]:
    counts = np.zeros(5)
    pairs = 0
    while True:
        step = every if pairs >= least else least
        counts += dice.multinomial(step, shares)
        pairs += step
        state = test.of_counts(Counts(counts=tuple(counts.tolist()))).state
        if state is not State.CONTINUE:
            return state, pairs


def adjusted_sprt_errors(
    test: Sprt, draw: Callable[[np.random.Generator, int], np.ndarray[Any, Any]], runs: int
) -> Tested:
    """Adjusted scores of pairs as `draw` gives them, until the test is decided."""
    dice = np.random.default_rng(19)
    ended = []
    for _ in range(runs):
        seen, state = Sums.of_scores([]), State.CONTINUE
        while state is State.CONTINUE:
            seen = seen.plus(Sums.of_scores(draw(dice, 1).tolist()))
            state = test.of_adjusted(seen).state
        ended.append((state, seen.pairs))
    return _tested(ended)


def _tested(ended: Sequence[tuple[State, int]]) -> Tested:
    return Tested(
        accepted_h1=float(np.mean([state is State.ACCEPT_H1 for state, _ in ended])),
        accepted_h0=float(np.mean([state is State.ACCEPT_H0 for state, _ in ended])),
        pairs=float(np.mean([pairs for _, pairs in ended])),
    )


def shifted(law: Sequence[float], nelo: float) -> tuple[float, ...]:
    """The law with its mean moved to that normalized Elo, by exponential tilting."""
    scores = np.arange(5) / 4
    shares = np.array(law)
    moved, low, high = shares, -50.0, 50.0
    for _ in range(80):
        tilt = (low + high) / 2
        moved = shares * np.exp(tilt * (scores - 0.5))
        moved /= moved.sum()
        mean = float(moved @ scores)
        sigma = float(np.sqrt(moved @ (scores - mean) ** 2))
        reached = (mean - 0.5) / (sigma * np.sqrt(2)) * NELO_A_SIGMA
        low, high = (tilt, high) if reached < nelo else (low, tilt)
    return tuple(float(share) for share in moved)


def around(elo: float) -> Callable[[np.random.Generator, int], np.ndarray[Any, Any]]:
    """Adjusted scores of a pair as they are in play: mostly close, at times far off."""

    def draw(dice: np.random.Generator, size: int) -> np.ndarray[Any, Any]:
        wide = np.where(dice.random(size) < 0.1, 0.4, 0.08)
        return score_at(elo) + wide * dice.standard_normal(size)

    return draw


def sequential_tests() -> dict[str, Any]:
    test = Sprt(elo0=0, elo1=50)
    found: dict[str, Any] = {}
    for name, law in LAWS.items():
        for nelo in (0, 25, 50):
            told = sprt_errors(test, shifted(law, nelo), RUNS // 4)
            found[f"sprt [0, 50] nElo, {name}, truth {nelo}: H1, pairs"] = (
                f"{told.accepted_h1:.3f} {told.pairs:.0f}"
            )
    for elo in (0, 25, 50):
        told = adjusted_sprt_errors(
            Sprt(elo0=0, elo1=50, model=Model.LOGISTIC), around(elo), RUNS // 2
        )
        found[f"sprt [0, 50] Elo, adjusted, truth {elo}: H1, pairs"] = (
            f"{told.accepted_h1:.3f} {told.pairs:.0f}"
        )
    return found
