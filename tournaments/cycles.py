"""Circles among captains: one beats another who beats a third who beats the first. Where there is
one, no single rating tells who wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from tournaments.crosstable import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """`captains` in order, each ahead of the next and the last of the first; `margins` are the
    adjusted scores above one half by which. `is_sure`: every 95 % interval lies above one half.
    """

    captains: tuple[str, str, str]
    margins: tuple[float, float, float]
    is_sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ahead:
    margin: float
    is_sure: bool


def cycles(cells: Iterable[Cell]) -> tuple[Cycle, ...]:
    """Every circle of three, the widest first; sure ones before the others."""
    ahead = dict(_ahead(cells))
    captains = dict.fromkeys(name for pair in ahead for name in pair)
    found = [c for three in combinations(captains, 3) for c in _of_three(three, ahead)]
    return tuple(sorted(found, key=lambda c: (c.is_sure, min(c.margins)), reverse=True))


def _ahead(cells: Iterable[Cell]) -> Iterator[tuple[tuple[str, str], _Ahead]]:
    for cell in cells:
        told = cell.adjusted
        if told is None or told.mean == 0.5:
            continue
        if told.mean > 0.5:
            sure = told.low is not None and told.low > 0.5
            yield (cell.first, cell.second), _Ahead(margin=told.mean - 0.5, is_sure=sure)
        else:
            sure = told.high is not None and told.high < 0.5
            yield (cell.second, cell.first), _Ahead(margin=0.5 - told.mean, is_sure=sure)


def _of_three(three: tuple[str, ...], ahead: Mapping[tuple[str, str], _Ahead]) -> Iterator[Cycle]:
    a, b, c = three
    for one, two, last in ((a, b, c), (a, c, b)):
        steps = [ahead.get(step) for step in ((one, two), (two, last), (last, one))]
        if all(steps):
            told = [step for step in steps if step is not None]
            yield Cycle(
                captains=(one, two, last),
                margins=(told[0].margin, told[1].margin, told[2].margin),
                is_sure=all(step.is_sure for step in told),
            )
