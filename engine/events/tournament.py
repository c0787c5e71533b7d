"""What happens in a tournament."""

from __future__ import annotations

from typing import Any

from engine.events.strict import Strict


class TournamentStarted(Strict):
    name: str
    file_digest: str
    captains: tuple[str, ...]
    episodes: int


class TournamentStandings(Strict):
    """`rows`, best first, as the tournament room makes them."""

    name: str
    played: int
    episodes: int
    rows: tuple[dict[str, Any], ...]


class TournamentEnded(Strict):
    name: str
    played: int
    void: int
    forfeit: int
    seconds: float
