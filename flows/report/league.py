"""Who is better: the parts of a report's page about ratings, tables and stages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from flows.report.answer import share, span
from flows.report.charts import (
    interval,
    ratings_figure,
    rows_of,
    stopping_figure,
)
from flows.report.content import Report
from flows.report.markup import (
    DASH,
    listing,
    name,
    percent,
    section,
    signed,
    table,
    told,
)
from tournaments.bracket import Played
from tournaments.course import Stage
from tournaments.crosstable import Cell
from tournaments.report import LOT_NOTE, SHARE_NOTE, chance, notes
from tournaments.staging import decided, points

SHADES: Final = 9  # of the crosstable, from all lost to all won

_TABLE: Final = ("played", "won", "lost", "tied", "points")

_KEY: Final = (
    '<p class="key"><span><svg viewBox="0 0 34 16" aria-hidden="true"><g class="adjusted">'
    '<line x1="2" x2="32" y1="8" y2="8"/><circle cx="17" cy="8" r="5"/></g></svg>luck taken out'
    '</span><span><svg viewBox="0 0 34 16" aria-hidden="true"><g class="raw"><line x1="2" x2="32" '
    'y1="8" y2="8"/><circle cx="17" cy="8" r="3.6"/></g></svg>results as they were</span></p>'
)


def ratings(report: Report) -> str:
    """Who is better, by how much, how sure."""
    rows = rows_of(report.ratings)
    luck = {one.captain: one for one in report.luck}
    worth = report.ratings.worth
    more = f" One match tells as much as {worth:.0f} raw ones." if worth and worth >= 2 else ""
    lead = f"A line is a 95 % interval: where the lines of two overlap little, they differ.{more}"
    body = [
        [
            name(row.captain),
            f"<b>{signed(row.adjusted.elo)}</b>",
            interval(row.adjusted),
            DASH if row.raw is None else f"{signed(row.raw.elo)} ({interval(row.raw)})",
            _span(row.adjusted.place_low, row.adjusted.place_high),
            chance(row.adjusted.p_best),
            percent(luck[row.captain].score) if row.captain in luck else DASH,
            signed(100 * luck[row.captain].luck, 1) if row.captain in luck else DASH,
        ]
        for row in rows
    ]
    head = ["captain", "Elo", "95 % interval", "raw Elo", "place", "P(best)", "won", "luck"]
    figure = ratings_figure(report.ratings)
    told_apart = listing(_tied(report))
    notes = (
        '<p class="quiet note">“won” counts a tie as half; “luck” is how many points of 100 '
        "chance gave on average, and is taken out of the Elo on the left.</p>"
    )
    return section(
        "Who is better",
        lead if rows else "",
        f"<figure>{_KEY}{figure}</figure>" if figure else "",
        table("Ratings", head, body),
        notes if body else "",
        told_apart,
        at="ratings",
    )


def _tied(report: Report) -> Iterator[str]:
    ranking = report.ratings.adjusted
    for gap in ranking.gaps if ranking else ():
        if gap.is_resolved:
            yield (
                f"{name(gap.better)} is better than {name(gap.worse)} by {span(gap)}: {share(gap)}."
            )
    for group in ranking.tied if ranking else ():
        names = ", ".join(map(name, group))
        yield f"Statistically tied, each with the next: {names}."
    yield from (f"Note: {told(warning)}." for warning in report.warnings)


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}–{high}"


def crosstable(report: Report) -> str:
    """The heat map: who did how against whom."""
    order = [row.captain for row in rows_of(report.ratings)]
    order += [captain for captain in report.captains if captain not in order]
    place = {captain: number for number, captain in enumerate(order, start=1)}
    found = {(cell.first, cell.second): cell for cell in report.crosstable}
    rows = [
        [
            f'<span class="place">{place[one]}</span> {name(one)}',
            *(_heat(found, one, other) for other in order),
        ]
        for one in order
    ]
    head = ["", *(f'<abbr title="{told(n)}">{place[n]}</abbr>' for n in order)]
    lead = (
        "Read along a row: the share of 100 that its captain scores against the captain of the "
        "column, luck taken out; below it won–lost–tied as they were."
    )
    return section(
        "Against whom",
        lead,
        table("Crosstable", head, rows, "heat") if any(c.played for c in found.values()) else "",
        at="cross",
    )


def _heat(found: dict[tuple[str, str], Cell], one: str, other: str) -> str:
    if one == other:
        return '<td class="self">·</td>'
    cell, turned = found.get((one, other)), found.get((other, one))
    if cell is not None:
        return _shaded(cell.adjusted.mean if cell.adjusted else None, cell.won, cell.lost, cell)
    if turned is not None:
        score = None if turned.adjusted is None else 1 - turned.adjusted.mean
        return _shaded(score, turned.lost, turned.won, turned)
    return "<td></td>"


def _shaded(score: float | None, won: int, lost: int, cell: Cell) -> str:
    record = f"<small>{won}–{lost}–{cell.tied}</small>"
    if score is None:
        return f"<td>{record if cell.played else ''}</td>"
    shade = min(SHADES - 1, max(0, int(score * SHADES)))
    return f'<td class="h{shade}">{100 * score:.0f}{record}</td>'


def stages(report: Report) -> str:
    """The parts of a tournament that is more than a table."""
    parts = [piece for stage in report.stages for piece in _stage(stage)]
    if report.champion is not None:
        parts.append(f"<p>{name(report.champion)} is the champion.</p>")
    lead = "A few matches decide who wins a cup; who is better stands below."
    return section("How it went", lead, *parts, at="stages")


def _stage(stage: Stage) -> Iterator[str]:
    title = f"<h3>{told(stage.name)}</h3>"
    if stage.standings:
        rows = [
            [
                f'<span class="place">{row.place}</span> {_drawn(row.captain, row.drew_lots)}',
                *map(str, (row.played, row.won, row.lost, row.tied, row.points)),
                signed(row.nrr, 3),
            ]
            for row in stage.standings
        ]
        after = "".join(map(_note, notes(stage.standings)))
        yield title + table(stage.name, ["captain", *_TABLE, "net run rate"], rows) + after
    if stage.encounters:
        rounds = groupby(
            sorted(stage.encounters, key=lambda one: one.round), key=lambda one: one.round
        )
        columns = "".join(f"<ul>{''.join(map(_encounter, each))}</ul>" for _, each in rounds)
        label = told(stage.name)
        yield (
            f'{title}<div class="rounds" role="region" tabindex="0" aria-label="{label}">'
            f"{columns}</div>"
        )
    if stage.rungs:
        rungs = "".join(f"<li>{name(captain)}</li>" for captain in stage.rungs)
        yield f"{title}<ol>{rungs}</ol>"


def _encounter(one: Played) -> str:
    how = decided(one)
    sides = "".join(
        _side(who, source, score, is_winner=who is not None and who == one.winner)
        for who, source, score in (
            (one.first, one.first_from, one.score[0]),
            (one.second, one.second_from, one.score[1]),
        )
    )
    note = f"<small>{told(how)}</small>" if how else ""
    return f'<li class="card"><small>{told(one.name)}</small>{sides}{note}</li>'


def _side(who: str | None, source: str, score: float, *, is_winner: bool) -> str:
    if who is None:
        return f'<span class="quiet">{told(source)}</span>'
    told_ = f"{name(who)} <i>{points(score)}</i>"
    return f"<b>{told_}</b>" if is_winner else f"<span>{told_}</span>"


def standings(report: Report) -> str:
    """The table by points."""
    rows = [
        [
            _drawn(row["captain"], "by_lot" in row),
            *(str(row[n]) for n in _TABLE),
            signed(row["nrr"], 3),
        ]
        for row in report.standings
    ]
    return section(
        "The table",
        "By points and net run rate, as in any league; it knows nothing of luck.",
        table("Standings", ["captain", *_TABLE, "net run rate"], rows),
        _note(LOT_NOTE if any("by_lot" in row for row in report.standings) else ""),
        _note(SHARE_NOTE if any("by_share" in row for row in report.standings) else ""),
        at="table",
    )


def stopping(report: Report) -> str:
    """How the rule that was to end the run stood."""
    track = report.stopping
    if track is None:
        return _nights(report)
    drawn = stopping_figure(track)
    figure = f"<figure>{drawn}</figure>" if drawn else ""
    lean = _note(f"{track.lean}." if track.lean else "")
    lead = f"{told(track.rule)}: {told(track.decided)}"
    return section("When to stop", lead, figure, lean, at="stop")


def _nights(report: Report) -> str:
    """Each night stops by itself, on its own matches alone."""
    rows = [
        [told(night.occasion), told(night.rule), told(night.decided)] for night in report.nights
    ]
    lead = "Each occasion was stopped by its own matches; its looks are in its own report."
    head = ["occasion", "rule", "what it came to"]
    return section("When to stop", lead, table("Occasions", head, rows, "words"), at="stop")


def _note(text: str) -> str:
    """Below a table or a figure; nothing where there is nothing to say."""
    return f'<p class="quiet note">{told(text)}</p>' if text else ""


def _drawn(captain: str, lots: object) -> str:
    """His name, with a star where lots placed him."""
    return name(captain) + ("*" if lots else "")
