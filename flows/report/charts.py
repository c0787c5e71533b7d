"""Figures of a report as SVG, written by hand: ratings with their intervals, columns, the track of
a stopping rule. Colours come from the page's style; every text is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

from engine.wording import shortened
from flows.plots import NARROW, nice
from flows.report.content import Stopping
from flows.report.markup import signed, told
from tournaments.ratings import Ratings
from tournaments.report import plain_name
from tournaments.stats.ranking import RatedCaptain

_ROW: Final = 38
_TOP: Final = 8
_BOTTOM: Final = 40
_CHARACTER: Final = 7.4  # width of one of a name
_OFF: Final = 2.0  # further from the others than this many times their spread is off the scale
_LEAST_SHOWN: Final = 3  # captains on the scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One captain: what his results say, and what they say with the luck taken out."""

    captain: str
    adjusted: RatedCaptain
    raw: RatedCaptain | None


def rows_of(ratings: Ratings) -> list[Row]:
    """Best first, by the adjusted ratings."""
    if ratings.adjusted is None:
        return []
    raw = {one.captain: one for one in ratings.raw.captains} if ratings.raw else {}
    return [
        Row(captain=one.captain, adjusted=one, raw=raw.get(one.captain))
        for one in ratings.adjusted.captains
    ]


def ratings_figure(ratings: Ratings) -> str:
    """Both ratings of everybody; drawn for a wide figure and for a narrow one."""
    rows = rows_of(ratings)
    if not rows:
        return ""
    names = ", ".join(f"{plain_name(r.captain)} {signed(r.adjusted.elo)}" for r in rows)
    longest = max(len(plain_name(row.captain)) for row in rows) * _CHARACTER + 12
    wide = _Ratings(rows, width=760, label=round(min(168, longest)), figures=True)
    narrow = _Ratings(rows, width=NARROW + 20, label=round(min(92, longest)), figures=False)
    title = f"Ratings in Elo with 95 % intervals: {names}"
    return wide.svg("wide", title) + narrow.svg("narrow", title)


def ratings_image(ratings: Ratings, style: str) -> str:
    """The wide figure as a file of its own, with its style in it."""
    rows = rows_of(ratings)
    if not rows:
        return ""
    drawn = _Ratings(rows, width=760, label=168, figures=True)
    svg = drawn.svg("wide", "Ratings in Elo with 95 % intervals")
    opening, rest = svg.split(">", 1)
    return f'{opening} xmlns="http://www.w3.org/2000/svg"><style>{style}</style>{rest}'


class _Ratings:
    def __init__(self, rows: Sequence[Row], *, width: int, label: int, figures: bool) -> None:
        self.rows, self.width, self.label, self.figures = rows, width, label, figures
        self.left, self.right = label + 16, width - (140 if figures else 16)
        self.height = _TOP + _ROW * len(rows) + _BOTTOM
        shown = _on_scale(rows)
        ends = [end for row in shown for end in _ends(row)]
        low, high = min(ends), max(ends)
        self.step = nice((high - low) / (6 if figures else 3) or 1.0)
        self.low = floor(low / self.step) * self.step
        self.high = ceil(high / self.step + 1e-9) * self.step

    def svg(self, kind: str, title: str) -> str:
        parts = [*self._grid()]
        for number, row in enumerate(self.rows):
            parts += self._row(row, _TOP + _ROW * number + _ROW / 2)
        return (
            f'<svg viewBox="0 0 {self.width} {self.height}" class="{kind}" role="img" '
            f'aria-label="{told(title)}">{"".join(parts)}</svg>'
        )

    def x(self, elo: float) -> float:
        share = (elo - self.low) / (self.high - self.low)
        return self.left + (self.right - self.left) * min(max(share, 0.0), 1.0)

    def _grid(self) -> Iterator[str]:
        bottom = self.height - _BOTTOM
        for number in range(round((self.high - self.low) / self.step) + 1):
            elo = self.low + number * self.step
            kind = "zero" if abs(elo) < self.step / 1e6 else "grid"
            x = self.x(elo)
            yield f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{bottom}"/>'
            yield _text(x, bottom + 16, signed(elo), anchor="middle")
        middle = (self.left + self.right) / 2
        yield _text(middle, bottom + 33, "Elo; 0 is the average captain here", anchor="middle")

    def _row(self, row: Row, y: float) -> Iterator[str]:
        short = shortened(plain_name(row.captain), int(self.label / _CHARACTER))
        yield _text(self.label, y + 4, short, anchor="end", kind="label")
        yield from self._whisker(row.adjusted, y - 4, "adjusted", 5.0)
        if row.raw is not None:
            yield from self._whisker(row.raw, y + 8, "raw", 3.6)
        if self.figures:
            yield _text(self.width - 124, y + 4, _figures(row.adjusted), kind="value")

    def _whisker(self, one: RatedCaptain, y: float, kind: str, radius: float) -> Iterator[str]:
        low = self.left if one.low is None else self.x(one.low)
        high = self.right if one.high is None else self.x(one.high)
        title = f"{plain_name(one.captain)}, {kind}: {signed(one.elo)} ({interval(one)})"
        yield f'<g class="{kind}"><title>{told(title)}</title>'
        yield f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
        if one.low is None or one.low < self.low:
            yield _arrow(low, y, -1)
        if one.high is None or one.high > self.high:
            yield _arrow(high, y, 1)
        if self.low <= one.elo <= self.high:
            yield f'<circle cx="{self.x(one.elo):.1f}" cy="{y:.1f}" r="{radius}"/>'
        yield "</g>"


def interval(one: RatedCaptain) -> str:
    """`−12 to +40`, or the end that there is."""
    if one.low is None and one.high is None:
        return "no end is known"
    if one.low is None:
        return f"at most {signed(one.high)}"
    if one.high is None:
        return f"at least {signed(one.low)}"
    return f"{signed(one.low)} to {signed(one.high)}"


def _figures(one: RatedCaptain) -> str:
    low = DOTS if one.low is None else signed(one.low)
    high = DOTS if one.high is None else signed(one.high)
    return f"{signed(one.elo)}  ({low}, {high})"


DOTS: Final = "…"


def _ends(row: Row) -> Iterator[float]:
    for one in (row.adjusted, row.raw):
        if one is not None:
            yield one.elo
            yield from (end for end in (one.low, one.high) if end is not None)


def _on_scale(rows: Sequence[Row]) -> Sequence[Row]:
    """Without those at the bottom who are so far off that nobody else could be told apart."""
    shown = list(rows)
    while len(shown) > _LEAST_SHOWN:
        *others, last = shown
        spread = max(r.adjusted.elo for r in others) - min(r.adjusted.elo for r in others)
        widest = max(max(_ends(r)) for r in others) - min(min(_ends(r)) for r in others)
        if others[-1].adjusted.elo - last.adjusted.elo <= _OFF * max(spread, widest):
            break
        shown = others
    return shown


def _arrow(x: float, y: float, way: int) -> str:
    tip, back = x + 5 * way, x - 2 * way
    return f'<path d="M{back:.1f} {y - 5:.1f} L{tip:.1f} {y:.1f} L{back:.1f} {y + 5:.1f}"/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", kind: str = "tick") -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{told(text)}</text>'
    )


def columns_figure(title: str, values: Sequence[int], *, most: int) -> str:
    """A column for each over from the first; `most` is the height of the scale."""
    return "".join(
        _columns(title, values, most=most, kind=kind, width=width)
        for kind, width in (("wide", 560), ("narrow", NARROW))
    )


def _columns(title: str, values: Sequence[int], *, most: int, kind: str, width: int) -> str:
    left, bottom, height = 34, 150, 184
    each = (width - left - 8) / len(values)
    step = max(1.0, nice(max(most, 1) / 3))
    top = ceil(max(most, 1) / step) * step
    parts = []
    for number in range(round(top / step) + 1):
        y = bottom - (bottom - 12) * number * step / top
        parts.append(f'<line class="grid" x1="{left}" x2="{width - 8}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(_text(left - 6, y + 3.5, f"{number * step:.0f}", anchor="end"))
    every = max(1, ceil(16 / each))
    for over, value in enumerate(values, start=1):
        x, tall = left + each * (over - 0.5), (bottom - 12) * value / top
        wide = min(34.0, each * 0.7)
        parts.append(
            f'<rect class="column" x="{x - wide / 2:.1f}" y="{bottom - tall:.1f}" '
            f'width="{wide:.1f}" height="{tall:.1f}" rx="2"><title>over {over}: {value}</title>'
            "</rect>"
        )
        if over % every == 0 or len(values) <= 5:
            parts.append(_text(x, bottom + 15, str(over), anchor="middle"))
    parts.append(_text((left + width) / 2, height - 3, "over", anchor="middle"))
    label = f"{title}: {', '.join(f'over {n} {v}' for n, v in enumerate(values, 1))}"
    return (
        f'<svg viewBox="0 0 {width} {height}" class="{kind}" role="img" '
        f'aria-label="{told(label)}">{"".join(parts)}</svg>'
    )


def stopping_figure(track: Stopping) -> str:
    """The statistic between its bounds, pair by pair."""
    steps = track.steps
    if not steps:
        return ""
    return "".join(_track(track, kind, width) for kind, width in (("wide", 760), ("narrow", 320)))


def _track(track: Stopping, kind: str, width: int) -> str:
    left, height, bottom = 44, 220, 182
    known = [v for s in track.steps for v in (s.value, s.lower, s.upper) if v is not None]
    low, high = min(known), max(known)
    step = nice((high - low) / 4 or 1.0)
    low, high = floor(low / step) * step, ceil(high / step + 1e-9) * step
    most = max(s.pairs for s in track.steps)

    def place(pairs: int, value: float) -> str:
        x = left + (width - left - 12) * pairs / most
        return f"{x:.1f},{bottom - (bottom - 10) * (value - low) / (high - low):.1f}"

    parts = []
    for number in range(round((high - low) / step) + 1):
        value = low + number * step
        y = float(place(0, value).partition(",")[2])
        parts.append(f'<line class="grid" x1="{left}" x2="{width - 12}" y1="{y}" y2="{y}"/>')
        parts.append(_text(left - 6, y + 3.5, signed(value, 1), anchor="end"))
    for bound in ("lower", "upper"):
        ends = [(s.pairs, end) for s in track.steps if (end := getattr(s, bound)) is not None]
        points = " ".join(place(pairs, end) for pairs, end in ends)
        parts.append(f'<polyline class="bound" points="{points}"/>' if ends else "")
    points = " ".join(place(s.pairs, s.value) for s in track.steps)
    parts.append(f'<polyline class="walk" points="{points}"/>')
    parts.append(
        _text(
            (left + width) / 2,
            height - 4,
            f"{track.measure}, by pairs: 0 to {most}",
            anchor="middle",
        )
    )
    title = f"{track.rule}: {track.decided}"
    return (
        f'<svg viewBox="0 0 {width} {height}" class="{kind}" role="img" '
        f'aria-label="{told(title)}">{"".join(parts)}</svg>'
    )
