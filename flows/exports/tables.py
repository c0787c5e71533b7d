"""A run's tables as CSV: for a spreadsheet, R or pandas.

Captains' names are untrusted: one that a spreadsheet would take for a formula gets an apostrophe in
front, which spreadsheets do not show.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from engine.cricket.choices import Seat
from engine.result import EpisodeResult
from flows.exports.written import Written
from flows.saving import save
from tournaments.pairs import Pair
from tournaments.plan import pair_of
from tournaments.standings import Standing

STANDINGS: Final = "standings.csv"
PAIRS: Final = "pairs.csv"
MATCHES: Final = "matches.csv"

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_MATCH_INNINGS: Final = 2

Row = Mapping[str, Any]


def write_tables(
    out: Path,
    standings: Sequence[Standing],
    results: Iterable[EpisodeResult],
    pairs: Iterable[Pair],
) -> Written:
    """`standings.csv`, `pairs.csv` and `matches.csv` in `out`. Raises `OSError`."""
    out.mkdir(parents=True, exist_ok=True)
    matches = [match_row(result) for result in results]
    tables: dict[str, list[dict[str, Any]]] = {
        STANDINGS: [asdict(row) for row in standings],
        PAIRS: [pair_row(pair) for pair in pairs],
        MATCHES: matches,
    }
    for name, rows in tables.items():
        save(out / name, csv_of(rows).encode())
    return Written(files=tuple(out / name for name in tables), matches=len(matches))


def csv_of(rows: Sequence[Row]) -> str:
    """A heading and the rows; nothing where there are none."""
    text = io.StringIO(newline="")
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def pair_row(pair: Pair) -> dict[str, Any]:
    """A whole pair in a line, as its first captain sees it; he is at home in `leg_a`."""
    return {
        "pair": pair.pair_id,
        "seed": pair.seed,
        "first": pair.first,
        "second": pair.second,
        "leg_a": pair.legs[0].outcome.value,
        "leg_b": pair.legs[1].outcome.value,
        "score": pair.score,
        "adjusted": pair.adjusted,
        "margin": pair.margin,
    }


def match_row(result: EpisodeResult) -> dict[str, Any]:
    """A match in a line; luck and scores as the home captain sees them."""
    void = result.end_reason.is_void
    return {
        "episode_id": result.episode_id,
        "attempt": result.attempt,
        "pair": pair_of(result.episode_id),
        "seed": result.seed,
        "home": result.home,
        "away": result.away,
        "winner": None if result.winner is None else result.captain(result.winner),
        "end_reason": result.end_reason.value,
        "result": result.result,
        "toss": None if result.toss is None else result.captain(result.toss.winner),
        "elected": None if result.toss is None else result.toss.elected.value,
        "batted_first": result.batting_captain(1) if _has_first(result) else None,
        **dict(_innings(result)),
        "deliveries": result.deliveries,
        "luck": result.luck,
        "setup_luck": result.setup_luck,
        "home_score": None if void else result.score(Seat.HOME),
        "home_adjusted": None if void else result.adjusted(Seat.HOME),
        **dict(_counts(result)),
        "record_digest": result.record_digest,
        "error": result.error,
    }


def _has_first(result: EpisodeResult) -> bool:
    return any(line.innings == 1 for line in result.innings)


def _innings(result: EpisodeResult) -> Iterator[tuple[str, int | None]]:
    lines = {line.batting: line for line in result.innings if line.innings <= _MATCH_INNINGS}
    for seat in Seat:
        line = lines.get(seat.value)
        yield f"{seat}_runs", line.runs if line else None
        yield f"{seat}_wickets", line.wickets if line else None
        yield f"{seat}_balls", line.legal_balls if line else None


def _counts(result: EpisodeResult) -> Iterator[tuple[str, float | None]]:
    for seat in Seat:
        counts = result.counts.get(seat)
        yield f"{seat}_decisions", counts.decisions if counts else None
        yield f"{seat}_own", counts.own if counts else None
        yield f"{seat}_fallbacks", counts.fallbacks if counts else None


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
