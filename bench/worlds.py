"""Leagues whose truth is known, to measure what the statistics claim.

A match is a normal margin of variance 1: the difference in strength, what both captains make of the
seed (the same in both legs of a pair), the luck of the seats (turned round in the second leg), and
what is left. Above a threshold it is won, between both it is level. So the expected score is known
exactly, and with it the strengths that Bradley and Terry's equations would find in endless play.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from tournaments.pairs import LegScore, Outcome, Pair
from tournaments.stats.bradley_terry import fit
from tournaments.stats.games import Game

Floats = npt.NDArray[np.float64]

_NORMAL: Final = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Shares of the margin's variance: `seed` for what captains make of a seed, `seats` for the
    luck of the seats. `ties`: the threshold. `surprise`: the spread of what adjusting leaves of the
    luck, and every twentieth time five times as much.
    """

    strengths: tuple[float, ...]
    seed: float = 0.0
    seats: float = 0.0
    ties: float = 0.05
    surprise: float = 0.08
    shared_seeds: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"c{number}" for number in range(len(self.strengths)))

    @property
    def pairings(self) -> tuple[tuple[int, int], ...]:
        return tuple(combinations(range(len(self.strengths)), 2))

    def truth(self) -> dict[str, float]:
        """Strengths in nats, of mean 0, in the order of `names`."""
        games = [
            Game(
                first=self.names[one],
                second=self.names[other],
                score=self._expected(self.strengths[one] - self.strengths[other]),
                cluster=(one, other),
            )
            for one, other in self.pairings
        ]
        found = fit(games)
        return dict(zip(found.captains, found.strengths.tolist(), strict=True))

    def expected(self, one: int, other: int) -> float:
        """The mean score of the one."""
        return self._expected(self.strengths[one] - self.strengths[other])

    def play(self, pairs: int, dice: np.random.Generator) -> list[Pair]:
        """So many pairs of every pairing."""
        own = dice.normal(0, sqrt(self.seed / 2), (pairs, len(self.strengths)))
        found: list[Pair] = []
        for one, other in self.pairings:
            found += self._pairing(one, other, own, dice)
        return found

    def _pairing(self, one: int, other: int, own: Floats, dice: np.random.Generator) -> list[Pair]:
        pairs = len(own)
        if not self.shared_seeds:
            own = dice.normal(0, sqrt(self.seed / 2), own.shape)
        middle = self.strengths[one] - self.strengths[other] + own[:, one] - own[:, other]
        seats = dice.normal(0, sqrt(self.seats), pairs)
        rest = dice.normal(0, sqrt(1 - self.seed - self.seats), (2, pairs))
        margins = np.stack([middle + seats, middle - seats]) + rest
        known = np.array([self._expected(m, sqrt(1 - self.seed)) for m in middle])
        left = dice.normal(0, self.surprise, (2, pairs))
        left *= np.where(dice.random((2, pairs)) < 0.05, 5, 1)
        first = 0 if self.shared_seeds else 1_000_000 * (1 + self.pairings.index((one, other)))
        names = self.names
        return [
            Pair(
                pair_id=f"{one}-{other}-{number}",
                seed=first + number,
                first=names[one],
                second=names[other],
                legs=(
                    self._leg(margins[0, number], known[number] + left[0, number]),
                    self._leg(margins[1, number], known[number] + left[1, number]),
                ),
            )
            for number in range(pairs)
        ]

    def _leg(self, margin: float, adjusted: float) -> LegScore:
        outcome = Outcome.DRAW
        if abs(margin) > self.ties:
            outcome = Outcome.WIN if margin > 0 else Outcome.LOSS
        return LegScore(outcome=outcome, adjusted=float(adjusted))

    def _expected(self, difference: float, spread: float = 1.0) -> float:
        won = _NORMAL.cdf((difference - self.ties) / spread)
        return (won + _NORMAL.cdf((difference + self.ties) / spread)) / 2


EVEN: Final = (0.0,) * 5
SPREAD: Final = (0.5, 0.2, 0.0, -0.2, -0.5)


def stepped(step: float) -> tuple[float, ...]:
    """Five captains, each ahead of the next by a step; near level a step of 1 is 277 Elo."""
    return tuple(step * place for place in (2, 1, 0, -1, -2))


WORLDS: Final = {
    "even": World(strengths=EVEN, ties=0.05),
    "ties": World(strengths=EVEN, ties=0.3),
    "seats decide": World(strengths=EVEN, seats=0.6),
    "captain x seed": World(strengths=EVEN, seed=0.5),
    "captain x seed, spread": World(strengths=SPREAD, seed=0.4, seats=0.2),
    "spread, own seeds": World(strengths=SPREAD, seats=0.3, shared_seeds=False),
}
