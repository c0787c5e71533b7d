"""Plots as SVG, written by hand: real figures with what is allowed around them, simulated ones on
top. Colours come from the page's style; every text is escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise
from math import ceil, floor, isfinite, log10
from typing import Final

Formatter = Callable[[float], str]

NARROW: Final = 300  # wide; drawn at about its size on a telephone, so that labels stay readable
_LOW: Final = 200  # high at most, where it is narrow

_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 10, 10, 34
_CHARACTER: Final = 6.2  # width of one at the labels' size
_STEPS: Final = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One category: the real figure, what it may be off by (None: not judged), the simulated."""

    label: str
    real: float
    simulated: float
    allowed: float | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """How a plot is drawn. `joined` draws a line through the simulated figures, `bars` the real
    ones as columns from zero.
    """

    name: str
    number: Formatter
    marks: Sequence[Mark]
    width: int = 560
    height: int = 230
    joined: bool = True
    bars: bool = False
    from_zero: bool = False

    def drawn(self) -> str:
        """The plot twice, for the page's style to show the one that the figure has room for: an SVG
        that shrinks takes its labels along.
        """
        narrow = replace(self, width=NARROW, height=min(self.height, _LOW))
        wide = self.svg("wide")
        return wide if wide.startswith("<p") else wide + narrow.svg("narrow")

    def svg(self, kind: str = "wide") -> str:
        seen = [m for m in self.marks if isfinite(m.real) or isfinite(m.simulated)]
        if not seen:
            return f'<p class="quiet">{escape(self.name)}: nothing to draw</p>'
        scale = _Scale.over(self, seen)
        parts = [*scale.grid(), *scale.labels()]
        parts += [part for i, mark in enumerate(self.marks) for part in scale.real(i, mark)]
        parts += scale.simulated()
        return (
            f'<svg viewBox="0 0 {self.width} {self.height}" class="{kind}" role="img" '
            f'aria-label="{escape(self.name)}">{"".join(parts)}</svg>'
        )


def percent(value: float) -> str:
    """A share, with one decimal where it is small and has one."""
    told = f"{100 * value:.{1 if abs(value) < 0.1 else 0}f}"
    return f"{told.removesuffix('.0')} %"


def plain(value: float) -> str:
    """A number without idle digits."""
    return f"{value:.4g}"


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where things stand on one plot."""

    plot: Plot
    low: float
    high: float
    step: float

    @classmethod
    def over(cls, plot: Plot, marks: Sequence[Mark]) -> _Scale:
        ends = [
            value
            for m in marks
            for value in (m.real - (m.allowed or 0.0), m.real + (m.allowed or 0.0), m.simulated)
            if isfinite(value)
        ]
        low, high = min(ends), max(ends)
        if plot.number is percent and max(m.real for m in marks if isfinite(m.real)) <= 1.0:
            low, high = max(low, 0.0), min(high, 1.0 - 1e-6)
        if plot.bars or plot.from_zero:
            low = min(0.0, low)
        step = nice((high - low) / (5 if plot.height > 180 else 4) or abs(high) or 1.0)
        return cls(plot, floor(low / step) * step, ceil(high / step + 1e-9) * step, step)

    def x(self, index: float) -> float:
        inner = self.plot.width - _LEFT - _RIGHT
        return _LEFT + inner * (index + 0.5) / len(self.plot.marks)

    def y(self, value: float) -> float:
        inner = self.plot.height - _TOP - _BOTTOM
        return _TOP + inner * (self.high - value) / (self.high - self.low)

    @property
    def column(self) -> float:
        """How wide a category's marks are."""
        each = (self.plot.width - _LEFT - _RIGHT) / len(self.plot.marks)
        return min(22.0, each * 0.62)

    def grid(self) -> list[str]:
        found = []
        ticks = round((self.high - self.low) / self.step)
        for i in range(ticks + 1):
            value = self.low + i * self.step
            y = self.y(value)
            found.append(
                f'<line class="grid" x1="{_LEFT}" x2="{self.plot.width - _RIGHT}" '
                f'y1="{y:.1f}" y2="{y:.1f}"/>'
                f'<text class="tick" x="{_LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">'
                f"{escape(self._tick(value))}</text>"
            )
        return found

    def _tick(self, value: float) -> str:
        """A share with a decimal only where the steps need one."""
        if self.plot.number is not percent:
            return self.plot.number(value)
        return f"{100 * value:.{0 if self.step > 0.0099 else 1}f} %"

    def labels(self) -> list[str]:
        """Names of categories, as many as have room, the last one among them."""
        marks = self.plot.marks
        room = (self.plot.width - _LEFT - _RIGHT) / len(marks)
        longest = max(len(mark.label) for mark in marks) * _CHARACTER + 8
        every = max(1, ceil(longest / room))
        if every > 1 and all(mark.label.isdigit() for mark in marks):
            every = 5 * ceil(every / 5)  # overs 5, 10, 15 …
        first = every - 1 if every >= 5 else (len(marks) - 1) % every
        shown = range(first, len(marks), every)
        y = self.plot.height - _BOTTOM + 18
        return [
            f'<text class="tick" x="{self.x(i):.1f}" y="{y}" text-anchor="middle">'
            f"{escape(marks[i].label)}</text>"
            for i in shown
        ]

    def real(self, index: int, mark: Mark) -> list[str]:
        if not isfinite(mark.real):
            return []
        x, half = self.x(index), self.column / 2
        y = self.y(mark.real)
        found = []
        if mark.allowed is not None:
            top = self.y(min(mark.real + mark.allowed, self.high))
            bottom = self.y(max(mark.real - mark.allowed, self.low))
            found.append(
                f'<rect class="allowed" x="{x - half:.1f}" y="{top:.1f}" width="{2 * half:.1f}" '
                f'height="{max(bottom - top, 1.0):.1f}" rx="3"/>'
            )
        if self.plot.bars:
            height = self.y(self.low) - y
            found.append(
                f'<rect class="bar" x="{x - half:.1f}" y="{y:.1f}" width="{2 * half:.1f}" '
                f'height="{max(height, 0.0):.1f}"/>'
            )
        found.append(
            f'<line class="real" x1="{x - half:.1f}" x2="{x + half:.1f}" '
            f'y1="{y:.1f}" y2="{y:.1f}"/>'
        )
        return found

    def simulated(self) -> list[str]:
        known = [(i, m) for i, m in enumerate(self.plot.marks) if isfinite(m.simulated)]
        found = []
        if self.plot.joined:
            for (i, a), (j, b) in pairwise(known):
                found.append(
                    f'<line class="path" x1="{self.x(i):.1f}" y1="{self.y(a.simulated):.1f}" '
                    f'x2="{self.x(j):.1f}" y2="{self.y(b.simulated):.1f}"/>'
                )
        radius = 3.4 if self.column > 5.0 else 2.2
        for i, mark in known:
            kind = "sim fail" if mark.failed else "sim"
            found.append(
                f'<circle class="{kind}" cx="{self.x(i):.1f}" cy="{self.y(mark.simulated):.1f}" '
                f'r="{radius}"><title>{escape(self._told(mark))}</title></circle>'
            )
        return found

    def _told(self, mark: Mark) -> str:
        number = self.plot.number
        real = f"real {number(mark.real)}" if isfinite(mark.real) else "real not known"
        around = "" if mark.allowed is None else f" ± {number(mark.allowed)}"
        return f"{mark.label}: {real}{around}, simulated {number(mark.simulated)}"


def nice(step: float) -> float:
    """The next step that people count in."""
    power = 10.0 ** floor(log10(step))
    return next(s * power for s in _STEPS if s * power >= step * (1 - 1e-9))
