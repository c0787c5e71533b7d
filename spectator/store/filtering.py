"""What is asked of a store's list as a condition in SQL, for every store alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from spectator.store.appending import searchable, storable
from spectator.store.contract import Result, StreamFilter
from spectator.streams import StreamKind

LIVE_FIRST: Final = "s.outcome = 'live' DESC, s.id DESC"
_RESULTS: Final = {
    Result.WON: "(s.winner = 'home' AND s.home = {} OR s.winner = 'away' AND s.away = {})",
    Result.LOST: "(s.winner = 'home' AND s.away = {} OR s.winner = 'away' AND s.home = {})",
    Result.TIED: "s.winner = ''",
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """`place` is how the n-th argument is written, from 1; `find` the function that tells where a
    text has another one in it, from 1, and 0 where it has not.
    """

    place: Callable[[int], str]
    find: str


def condition(kind: StreamKind, wanted: StreamFilter, dialect: Dialect) -> tuple[str, list[str]]:
    """The condition on `streams s`, and its arguments in order."""
    parts: list[str] = []
    arguments: list[str] = []

    def add(pattern: str, *values: str) -> None:
        numbers = range(len(arguments) + 1, len(arguments) + len(values) + 1)
        parts.append(pattern.format(*map(dialect.place, numbers), find=dialect.find))
        arguments.extend(values)

    add("s.kind = {}", str(kind))
    if wanted.search:
        add("{find}(s.names || ' ' || s.result, {}) > 0", searchable(wanted.search))
    if wanted.run:
        add("{find}(s.name, {}) = 1", f"{storable(wanted.run)}-r")  # its id begins its episodes'
    for captain in wanted.captains:
        add("{} IN (s.home, s.away)", storable(captain))
    if wanted.result is not None and wanted.captains:
        pattern, captain = _RESULTS[wanted.result], storable(wanted.captains[0])
        add(f"s.outcome IN ('ended', 'forfeit') AND {pattern}", *[captain] * pattern.count("{}"))
    if wanted.format:
        add("s.format = {}", storable(wanted.format))
    if wanted.outcomes:
        places = ", ".join(["{}"] * len(wanted.outcomes))
        add(f"s.outcome IN ({places})", *wanted.outcomes)
    return " AND ".join(parts), arguments
