"""Brackets: encounters whose captains are seeds, or winners and losers of earlier encounters.

A bracket is a function of a number alone. Who stands in it is worked out from results, and never
from the order in which they came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FINAL: Final = "Final"
THIRD_PLACE: Final = "Third place"
PAGE_QUALIFIERS: Final = 4


@dataclass(frozen=True, slots=True)
class Seeded:
    """The captain who is seeded so, from 1."""

    seed: int


@dataclass(frozen=True, slots=True)
class WinnerOf:
    """The captain who won the encounter of that name."""

    encounter: str


@dataclass(frozen=True, slots=True)
class LoserOf:
    """The captain who lost the encounter of that name."""

    encounter: str


Source = Seeded | WinnerOf | LoserOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Encounter:
    """Two captains who meet until one goes on. `name` is its own in the bracket."""

    name: str
    round: int
    first: Source
    second: Source


def bracket_slots(size: int) -> tuple[int, ...]:
    """The seeds from the top of a full bracket to its bottom; `size` is a power of two.

    Every encounter of a round adds up to the same number if the better seed has won all before, so
    1 and 2 meet in the final alone: 1v8, 4v5 | 3v6, 2v7.
    """
    slots = [1]
    while len(slots) < size:
        both = 2 * len(slots) + 1
        pairs = [(seed, both - seed) for seed in slots]
        turned = [pair[::-1] if index % 2 else pair for index, pair in enumerate(pairs)]
        slots = [seed for pair in turned for seed in pair]
    return tuple(slots)


def knockout(entrants: int, *, third_place: bool = False) -> tuple[Encounter, ...]:
    """The encounters of a knockout round by round; the best seeds have a bye where there are empty
    places. `third_place`: the losers of two semi-finals meet, before the final.
    """
    size = 1 << (entrants - 1).bit_length()
    sources: list[Source | None] = [
        Seeded(seed) if seed <= entrants else None for seed in bracket_slots(size)
    ]
    made: list[Encounter] = []
    for round_ in range(1, size.bit_length()):
        of_round, sources = _round(sources, round_)
        made.extend(of_round)
    if third_place and entrants >= PAGE_QUALIFIERS:
        made.insert(-1, _third_place(made[-1]))
    return tuple(made)


def page_playoffs() -> tuple[Encounter, ...]:
    """The play-offs of the Indian Premier League since 2011: who finished first or second may lose
    once.
    """
    first, second, third, fourth = map(Seeded, range(1, PAGE_QUALIFIERS + 1))
    return (
        Encounter(name="Qualifier 1", round=1, first=first, second=second),
        Encounter(name="Eliminator", round=1, first=third, second=fourth),
        Encounter(
            name="Qualifier 2",
            round=2,
            first=LoserOf("Qualifier 1"),
            second=WinnerOf("Eliminator"),
        ),
        Encounter(
            name=FINAL, round=3, first=WinnerOf("Qualifier 1"), second=WinnerOf("Qualifier 2")
        ),
    )


def _round(
    sources: list[Source | None], round_: int
) -> tuple[list[Encounter], list[Source | None]]:
    """The encounters of a round, and who comes into the next. An empty place is a bye."""
    made: list[Encounter] = []
    onward: list[Source | None] = []
    for upper, lower in zip(sources[::2], sources[1::2], strict=True):
        if upper is None or lower is None:
            onward.append(upper or lower)
            continue
        name = _name(len(sources), len(made) + 1)
        first, second = _better_first(upper, lower)
        made.append(Encounter(name=name, round=round_, first=first, second=second))
        onward.append(WinnerOf(name))
    return made, onward


def _better_first(upper: Source, lower: Source) -> tuple[Source, Source]:
    if isinstance(upper, Seeded) and isinstance(lower, Seeded) and lower.seed < upper.seed:
        return lower, upper
    return upper, lower


def _name(still_in: int, number: int) -> str:
    match still_in:
        case 2:
            return FINAL
        case 4:
            return f"Semi-final {number}"
        case 8:
            return f"Quarter-final {number}"
    return f"Last {still_in}, {number}"


def _third_place(final: Encounter) -> Encounter:
    losers = [LoserOf(s.encounter) for s in (final.first, final.second) if isinstance(s, WinnerOf)]
    first, second = losers
    return Encounter(name=THIRD_PLACE, round=final.round, first=first, second=second)
