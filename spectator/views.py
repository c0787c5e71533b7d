"""What the API says about streams: one line for the list, made from what the store's list has and
from the stream's outermost events.
"""

from __future__ import annotations

from typing import Any

from engine.events import (
    EpisodeEndedEvent,
    TournamentCrosstableEvent,
    TournamentEnded,
    TournamentEndedEvent,
    TournamentStandings,
    TournamentStandingsEvent,
    TournamentStartedEvent,
    parse_event,
)
from spectator.store import Featured, StreamInfo
from spectator.streams import StreamKind, kind_of


def stream_view(info: StreamInfo) -> dict[str, Any]:
    """The stream's name, state and numbers, and what can be told about the match or the run."""
    episode_id, _, attempt = info.stream.rpartition("/")
    is_run = kind_of(info.stream) is StreamKind.RUN
    return {
        "stream": info.stream,
        "episode_id": episode_id,
        "attempt": int(attempt),
        "last_seq": info.last_seq,
        "state": info.state.value,
        "outcome": info.outcome.value,
        "started_at": info.started_at,
        **(_run_view(info) if is_run else _match_view(info)),
    }


def featured_view(featured: Featured | None) -> dict[str, Any]:
    return {
        "stream": featured.stream if featured else None,
        "fence": featured.fence if featured else None,
    }


def _match_view(info: StreamInfo) -> dict[str, Any]:
    known = {"home": info.home, "away": info.away, "format": info.format}
    told = {name: value for name, value in known.items() if value}
    match parse_event(info.last):
        case EpisodeEndedEvent(data=data):
            return told | {
                "result": data.result,
                "winner": data.winner,
                "end_reason": data.end_reason.value,
                "score": [line.model_dump(mode="json") for line in data.innings],
            }
        case _:
            return told


def _run_view(info: StreamInfo) -> dict[str, Any]:
    last = parse_event(info.last)
    told: dict[str, Any] = {}
    match parse_event(info.first):
        case TournamentStartedEvent(data=started):
            told = {
                "name": started.name,
                "captains": list(started.captains),
                "episodes": started.episodes,
                "kind": started.kind,
                "format": started.format,
                "spectate": started.spectate,
            }
    told["heard_at"] = last.ts.isoformat()
    match last:
        case TournamentStandingsEvent(data=standings):
            return told | {"episodes": standings.episodes} | _standings_view(standings)
        case TournamentCrosstableEvent(data=crosstable):
            grown = _grown(crosstable.episodes)
            return told | grown | {"name": crosstable.name, "played": crosstable.played}
        case TournamentEndedEvent(data=ended):
            return told | _grown(ended.episodes) | _ended_view(ended)
        case _:
            return told


def _grown(episodes: int) -> dict[str, int]:
    """How many there are by now; an older log does not tell."""
    return {"episodes": episodes} if episodes else {}


def _standings_view(told: TournamentStandings) -> dict[str, Any]:
    leader = told.rows[0].get("captain") if told.rows and told.played else None
    progress = told.progress.model_dump(mode="json") if told.progress else None
    return {"name": told.name, "played": told.played, "leader": leader, "progress": progress}


def _ended_view(ended: TournamentEnded) -> dict[str, Any]:
    return {
        "name": ended.name,
        "played": ended.played,
        "void": ended.void,
        "forfeits": ended.forfeit,
        "seconds": ended.seconds,
        "ending": ended.state,
    }
