"""Figures that are not known yet: where they may lie."""

from __future__ import annotations

from typing import NamedTuple


class Range(NamedTuple):
    """From `low` to `high` it would surprise nobody."""

    low: float
    expected: float
    high: float

    def plus(self, other: Range) -> Range:
        """Both at their low ends, or both at their high ones: no luck is taken to cancel out."""
        return Range(*(a + b for a, b in zip(self, other, strict=True)))

    def times(self, factor: float) -> Range:
        return Range(*(one * factor for one in self))

    def by(self, other: Range) -> Range:
        """End by end."""
        return Range(*(a * b for a, b in zip(self, other, strict=True)))

    def shown(self) -> dict[str, float]:
        """Four digits: none of the others means anything."""
        return {name: float(f"{value:.4g}") for name, value in self._asdict().items()}


NOTHING = Range(0.0, 0.0, 0.0)
