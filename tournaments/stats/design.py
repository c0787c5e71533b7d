"""What stands in a row of the equations for a match: 1 for the first captain, -1 for the second,
and what the seat and the toss were. All else of a row is nought, so it is never written out: of 300
captains that would be a hundred times as many numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from tournaments.stats.arrays import Floats, Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """`first` and `second` by place among so many `captains`; `effects` has a column each for the
    seat and the toss, which come behind the captains.
    """

    first: Ints
    second: Ints
    effects: Floats
    captains: int

    @property
    def size(self) -> int:
        """Of a solution."""
        return self.captains + int(self.effects.shape[1])

    def taken(self, rows: Ints | slice) -> Self:
        """These rows, in this order."""
        return type(self)(
            first=self.first[rows],
            second=self.second[rows],
            effects=self.effects[rows],
            captains=self.captains,
        )

    def reach(self, at: Floats) -> Floats:
        """The difference of strength in each row."""
        found: Floats = at[self.first] - at[self.second] + self.effects @ at[self.captains :]
        return found

    def added(self, each: Floats) -> Floats:
        """What each row says of what stands in it, added up."""
        captains = np.bincount(self.first, each, self.captains)
        captains -= np.bincount(self.second, each, self.captains)
        return np.concatenate([captains, each @ self.effects])

    def information(self, weight: Floats) -> Floats:
        """The products of each row with itself, added up by weight."""
        count, size = self.captains, self.size
        pairing = self.first * count + self.second
        met = np.bincount(pairing, weight, count * count).reshape(count, count)
        met = met + met.T
        found = np.zeros((size, size))
        found[:count, :count] = np.diag(met.sum(1)) - met
        weighed = self.effects * weight[:, None]
        found[count:, count:] = self.effects.T @ weighed
        for column, each in enumerate(weighed.T, start=count):
            found[:count, column] = found[column, :count] = self.added(each)[:count]
        return found
