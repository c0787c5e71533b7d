"""A report for a terminal: the answer, the ratings, what decisions gave away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.phases import Part
from engine.wording import printable
from flows.report.charts import interval, rows_of
from flows.report.content import Played, Report
from flows.report.markup import DASH, signed
from tournaments.report import aligned, chance, plain_name

Rows = list[list[str]]


def report_text(report: Report) -> str:
    """Some blocks of lines."""
    blocks = ("\n".join(map(printable, block.splitlines())) for block in _blocks(report))
    return "\n\n".join(filter(None, blocks))


def _blocks(report: Report) -> Iterator[str]:
    yield _unfinished(report.episodes)
    yield report.answer
    yield _stopped(report)
    yield _table(
        ["#", "captain", "Elo", "95 % interval", "raw", "places", "P(best)"], _rated(report)
    )
    phases = [part.value for part in Part]
    yield _table(["captain", *phases, "a match"], _decided(report, phases))
    yield "\n".join(f"note: {warning}" for warning in report.warnings)


def _stopped(report: Report) -> str:
    track = report.stopping
    if track is None:
        return ""
    return f"{track.decided}." + (f"\n{track.lean}." if track.lean else "")


def _unfinished(played: Played) -> str:
    if not played.open:
        return ""
    so_far = f"{played.counted:,} of {played.planned:,} matches count so far"
    return f"unfinished: {so_far}, {played.open:,} still to be played"


def _table(head: Sequence[str], rows: Rows) -> str:
    return aligned([list(head), *rows]) if rows else ""


def _rated(report: Report) -> Rows:
    return [
        [
            str(row.adjusted.place),
            plain_name(row.captain),
            signed(row.adjusted.elo),
            interval(row.adjusted),
            DASH if row.raw is None else signed(row.raw.elo),
            f"{row.adjusted.place_low}–{row.adjusted.place_high}",
            chance(row.adjusted.p_best),
        ]
        for row in rows_of(report.ratings)
    ]


def _decided(report: Report, phases: Sequence[str]) -> Rows:
    """Points of win probability given away a decision, and a match in all."""
    return [
        [
            plain_name(one.captain),
            *(f"{100 * s.mean:.2f}" if (s := one.phases.get(p)) else DASH for p in phases),
            f"{100 * one.a_match:.1f}",
        ]
        for one in sorted(report.quality, key=lambda one: one.a_match)
    ]
