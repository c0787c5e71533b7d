"""The page of a report: one file, light and dark, for a telephone, a wall and paper."""

from __future__ import annotations

from typing import Final

from flows.document import document
from flows.report import cricket, league, trust
from flows.report.answer import basis
from flows.report.content import Report
from flows.report.markup import told

STYLE: Final = "report.css"
MOST_BESIDE: Final = 6  # captains
COCKPIT: Final = "http://127.0.0.1:8765"  # where `captains up` is, unless told otherwise


def page(report: Report, cockpit: str = COCKPIT) -> str:
    """The whole page; balls link to the match on the page at `cockpit`."""
    parts = (
        league.stages(report),
        league.ratings(report),
        _beside(report, league.crosstable(report), league.standings(report)),
        league.stopping(report),
        cricket.quality(report),
        cricket.turning(report, cockpit),
        cricket.sides(report),
        trust.honesty(report),
        trust.doubts(report),
        trust.voided(report),
        trust.reproduce(report),
    )
    body = "\n".join((_head(report), f"<main>{''.join(filter(None, parts))}</main>", _foot(report)))
    return document(f"{report.name}: who is better", body, STYLE)


def _beside(report: Report, *parts: str) -> str:
    """Side by side where there is room; a large crosstable has none beside it."""
    if len(report.captains) > MOST_BESIDE:
        return "".join(parts)
    return f'<div class="beside">{"".join(parts)}</div>'


def _head(report: Report) -> str:
    played = report.episodes
    kind = report.kind.replace("_", " ")
    matches = f"{played.counted:,} of {played.planned:,} matches"
    more = [
        f"{count} {what}"
        for count, what in (
            (played.forfeits, "forfeited"),
            (played.void, "void"),
            (played.open, "still to be played"),
        )
        if count
    ]
    several = len(report.occasions) > 1
    occasion = f" · {len(report.occasions)} occasions" if several else _occasion(report)
    aside = f"; {', '.join(more)}" if more else ""
    pairs = "" if report.best_of is None else f", encounters best of {_pairs(report.best_of)}"
    champion = f" Champion: {told(report.champion)}." if report.champion is not None else ""
    flag = ' class="answer unranked"' if report.unranked else ' class="answer"'
    return (
        f'<header><p class="kicker">{told(report.name)}{occasion}</p><h1{flag}>'
        f"{told(report.answer)}</h1><p>{told(basis(report.ratings))} {told(kind.capitalize())} of "
        f"{told(report.format)}{pairs}: {matches}{aside}.{champion}</p></header>"
    )


def _pairs(count: int) -> str:
    return f"{count} pair{'' if count == 1 else 's'}"


def _occasion(report: Report) -> str:
    occasion = report.occasions[0]
    return "" if occasion in ("", "1") else f" · occasion {told(occasion)}"


def _foot(report: Report) -> str:
    return (
        f"<footer><p>Run {told(report.run_id)}, made by captains "
        f"{told(report.reproduce.version)}. The ball model is fitted to data of "
        "Cricsheet (ODC-By 1.0).</p></footer>"
    )
