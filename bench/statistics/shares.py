"""What all of these measurements do: count how often something was so, fit, number pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tournaments.pairs import Pair
from tournaments.ratings import adjusted_games, raw_games
from tournaments.stats.bradley_terry import Fit, fit

RUNS: Final = 800
DRAWS: Final = 400  # of the places, in a ranking


@dataclass(slots=True)
class Share:
    """How often something was so."""

    hits: int = 0
    tries: int = 0

    def add(self, hit: bool) -> None:
        self.hits += hit
        self.tries += 1

    @property
    def value(self) -> float:
        return self.hits / self.tries if self.tries else float("nan")


def holds(low: float | None, high: float | None, truth: float) -> bool:
    """Whether an interval holds it; an open end holds all."""
    return (low is None or low <= truth) and (high is None or truth <= high)


def fitted(pairs: Sequence[Pair], *, less_luck: bool) -> Fit:
    return fit(adjusted_games(pairs) if less_luck else raw_games(pairs))


def number_of(pair: Pair) -> int:
    """Of the pair in its pairing, from 0."""
    return int(pair.pair_id.rpartition("-")[2])
