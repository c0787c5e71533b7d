"""What a run has before it: episodes, time and cost, by what those of the same captains took.

The mean of all episodes would be wrong wherever a schedule plays quick pairings first. So the rest
is reckoned pairing by pairing, and set against how much such work was done in the last while.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flows.experience import Experience

Meeting = tuple[str, str]
"""Two captains, in the order of their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Of what is left. `work_s`: seconds of episodes, one after the other. None: nobody knows."""

    episodes: int
    work_s: float | None
    tokens: float | None
    usd: float | None


def meeting(one: str, other: str) -> Meeting:
    return (one, other) if one <= other else (other, one)


def outlook(left: Mapping[Meeting, int], known: Experience, asked: Iterable[str]) -> Outlook:
    """Of so many episodes of each two. `asked`: the captains who are waited for, whose cost is not
    known before one of their episodes has ended.
    """
    waited_for, lengths = frozenset(asked), [known.length(*met) for met in left]
    has_lengths = all(length.count for length in lengths)
    needs = [
        (known.of(one, other), count)
        for met, count in left.items()
        for one, other in (met, met[::-1])
        if one in waited_for
    ]
    has_needs = all(taken.is_known for taken, _ in needs)
    has_prices = all(taken.is_priced for taken, _ in needs)
    return Outlook(
        episodes=sum(left.values()),
        work_s=_sum(zip((one.mean for one in lengths), left.values(), strict=True))
        if has_lengths
        else None,
        tokens=_sum((taken.tokens.mean, count) for taken, count in needs) if has_needs else None,
        usd=_sum((taken.usd.mean, count) for taken, count in needs) if has_prices else None,
    )


class Remaining:
    """How many episodes each two captains still play."""

    def __init__(self) -> None:
        self._planned, self._ended = Counter[Meeting](), Counter[Meeting]()

    def plan(self, one: str, other: str, episodes: int) -> None:
        self._planned[meeting(one, other)] += episodes

    def end(self, one: str, other: str) -> None:
        self._ended[meeting(one, other)] += 1

    def left(self) -> dict[Meeting, int]:
        """Of those who still have any."""
        counts = {met: n - self._ended[met] for met, n in self._planned.items()}
        return {met: count for met, count in counts.items() if count > 0}


def _sum(products: Iterable[tuple[float, int]]) -> float:
    return sum(mean * count for mean, count in products)
