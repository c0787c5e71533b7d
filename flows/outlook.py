"""What a run has before it: episodes, time and cost, by what those of the same captains took.

The mean of all episodes would be wrong wherever a schedule plays quick pairings first. So the rest
is reckoned pairing by pairing, and set against how much such work was done in the last while.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flows.experience import Experience
from tournaments import TournamentPlan

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


def meetings(plan: TournamentPlan) -> Counter[Meeting]:
    """How many episodes each two captains play, as far as it is known."""
    found = Counter[Meeting]()
    for fixture in plan.fixtures:
        found[meeting(fixture.first, fixture.second)] += fixture.episodes
    return found


def outlook(
    left: Mapping[Meeting, int], later: int, known: Experience, asked: Iterable[str]
) -> Outlook:
    """Of so many episodes of each two, and so many `later` ones of whom nobody knows yet whose they
    are: they are taken to be like the others. `asked`: the captains who are waited for, whose cost
    is not known before one of their episodes has ended.
    """
    waited_for, lengths = frozenset(asked), [known.length(*met) for met in left]
    has_lengths = all(length.count for length in lengths)
    needs = [
        (known.of(one, other), count)
        for met, count in left.items()
        for one, other in (met, met[::-1])
        if one in waited_for
    ]
    planned = sum(left.values())
    more = _Scale(planned, later)
    return Outlook(
        episodes=planned + later,
        work_s=more.of(has_lengths, zip((one.mean for one in lengths), left.values(), strict=True)),
        tokens=more.of(
            all(taken.is_known for taken, _ in needs),
            ((taken.tokens.mean, count) for taken, count in needs),
        ),
        usd=more.of(
            all(taken.is_priced for taken, _ in needs),
            ((taken.usd.mean, count) for taken, count in needs),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """From what is planned to all there will be."""

    planned: int
    later: int

    def of(self, is_known: bool, products: Iterable[tuple[float, int]]) -> float | None:
        if not is_known or (self.later and not self.planned):
            return None
        total = sum(mean * count for mean, count in products)
        return total * (self.planned + self.later) / self.planned if self.planned else total
