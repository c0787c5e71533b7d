"""A report as markdown for Prefect's UI, which draws an SVG in a data URI. Names are untrusted and
escaped.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from engine.phases import Part
from flows.markdown import table
from flows.report.charts import interval, ratings_image, rows_of
from flows.report.content import Report, TurningPoint
from flows.report.cricket import outcome_words
from flows.report.markup import DASH, percent, signed
from tournaments.report import chance, markdown_name, markdown_text

# The page's colours, in the middle between light and dark: the UI has both and tells neither.
_STYLE: Final = (
    "text{font:12px system-ui,sans-serif;fill:#7a857d}.label{font-weight:600;fill:#6f7b73}"
    ".grid{stroke:#8a948c;stroke-opacity:.35}.zero{stroke:#8a948c;stroke-dasharray:3 3}"
    ".adjusted line{stroke:#2f8f5b;stroke-width:4;stroke-linecap:round;opacity:.5}"
    ".adjusted circle{fill:#2f8f5b}.adjusted path{fill:none;stroke:#2f8f5b;stroke-width:2}"
    ".raw line{stroke:#d0742c;stroke-width:1.5}.raw circle{fill:none;stroke:#d0742c;"
    "stroke-width:1.8}.raw path{fill:none;stroke:#d0742c;stroke-width:1.5}"
)


def ratings_markdown(report: Report) -> str:
    """The answer, the figure, the table."""
    rows = [
        [
            markdown_name(row.captain),
            signed(row.adjusted.elo),
            interval(row.adjusted),
            DASH if row.raw is None else f"{signed(row.raw.elo)} ({interval(row.raw)})",
            f"{row.adjusted.place_low}–{row.adjusted.place_high}",
            chance(row.adjusted.p_best),
        ]
        for row in rows_of(report.ratings)
    ]
    head = ["captain", "Elo, luck taken out", "95 % interval", "raw Elo", "places", "P(best)"]
    parts = [f"## {markdown_text(report.answer)}", *_figure(report)]
    parts += [table(head, rows)] if rows else []
    return "\n\n".join([*parts, *map(markdown_text, (*report.unranked, *report.warnings))])


def report_markdown(report: Report, page: Path, run_page: str | None) -> str:
    """What was found, and where all of it is: browsers open no file from a page of a server."""
    counts = report.episodes
    told = f"{counts.counted:,} of {counts.planned:,} episodes count, {counts.void:,} void."
    parts = [f"## {markdown_text(report.answer)}", *map(markdown_text, report.unranked), told]
    if run_page is not None:
        parts.append(f"[The run in the cockpit]({run_page})")
    parts.append(f"The report is the file `{page}` where it was played: open it in a browser.")
    return "\n\n".join(parts)


def _figure(report: Report) -> Iterator[str]:
    if svg := ratings_image(report.ratings, _STYLE):
        yield f"![ratings](data:image/svg+xml;base64,{b64encode(svg.encode()).decode()})"


def stopping_markdown(report: Report) -> str:
    """The rule that was to end the run, look by look; empty without one."""
    track = report.stopping
    if track is None:
        return ""
    bounds = [[_bound(step.lower), _bound(step.upper)] for step in track.steps]
    rows = [
        [str(step.pairs), f"{step.value:.2f}", *ends]
        for step, ends in zip(track.steps, bounds, strict=True)
    ]
    looks = table(["pairs", "statistic", "lower bound", "upper bound"], rows) if rows else ""
    told = f"## {markdown_text(track.decided)}\n\n{markdown_text(track.rule)}"
    lean = f"{markdown_text(track.lean)}." if track.lean else ""
    return "\n\n".join(filter(None, [told, lean, looks]))


def _bound(bound: float | None) -> str:
    return DASH if bound is None else f"{bound:.2f}"


def quality_markdown(report: Report) -> str:
    """What decisions gave away; empty where nothing was priced."""
    phases = [part.value for part in Part]
    rows = [
        [
            markdown_name(one.captain),
            *(f"{100 * s.mean:.2f}" if (s := one.phases.get(p)) else DASH for p in phases),
            f"{100 * one.a_match:.1f}",
        ]
        for one in sorted(report.quality, key=lambda one: one.a_match)
    ]
    title = "## Win probability given away, in points of 100"
    head = ["a decision, on average", *phases, "a match, in all"]
    return f"{title}\n\n{table(head, rows)}" if rows else ""


def turning_markdown(report: Report) -> str:
    """The balls by which matches turned most; empty where there are none."""
    rows = [
        [
            f"`{point.episode_id}` {markdown_text(point.place)}",
            f"{markdown_name(point.home)} v {markdown_name(point.away)}",
            markdown_name(point.gained),
            f"{percent(point.before)} → {percent(point.after)}",
            _ball(point),
            markdown_text(point.result),
        ]
        for point in report.turning
    ]
    head = ["ball", "match", "turned to", "chance", "what happened", "result"]
    return f"## Where matches turned\n\n{table(head, rows)}" if rows else ""


def _ball(point: TurningPoint) -> str:
    who = f"{markdown_text(point.bowler)} to {markdown_text(point.striker)}"
    return f"{who}: {outcome_words(point.outcome)}"
