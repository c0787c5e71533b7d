"""What the API says about streams: one line for the list, made from the stream's first and last
event.
"""

from __future__ import annotations

from typing import Any

from engine.events import (
    EpisodeEndedEvent,
    EpisodeStartedEvent,
    TournamentCrosstableEvent,
    TournamentEndedEvent,
    TournamentStandingsEvent,
    TournamentStartedEvent,
    parse_event,
)
from spectator.store import Featured, StreamInfo


def stream_view(info: StreamInfo) -> dict[str, Any]:
    """The stream's name, state and numbers, and what can be told about the match or the run."""
    episode_id, _, attempt = info.stream.rpartition("/")
    return {
        "stream": info.stream,
        "episode_id": episode_id,
        "attempt": int(attempt),
        "last_seq": info.last_seq,
        "state": info.state.value,
        "started_at": info.started_at,
        **_told_by(info.first),
        **_told_by(info.last),
    }


def featured_view(featured: Featured | None) -> dict[str, Any]:
    return {
        "stream": featured.stream if featured else None,
        "fence": featured.fence if featured else None,
    }


def _told_by(text: str) -> dict[str, Any]:
    event = parse_event(text)
    match event:
        case EpisodeStartedEvent(data=data):
            return {"home": data.home.captain, "away": data.away.captain, "format": data.format}
        case EpisodeEndedEvent(data=data):
            return {
                "result": data.result,
                "winner": data.winner,
                "end_reason": data.end_reason.value,
                "score": [line.model_dump(mode="json") for line in data.innings],
            }
        case TournamentStartedEvent(data=started):
            return {
                "name": started.name,
                "captains": list(started.captains),
                "episodes": started.episodes,
                "kind": started.kind,
                "format": started.format,
                "spectate": started.spectate,
            }
        case TournamentStandingsEvent(data=told) | TournamentCrosstableEvent(data=told):
            return {"name": told.name, "played": told.played}
        case TournamentEndedEvent(data=ended):
            return {
                "name": ended.name,
                "played": ended.played,
                "void": ended.void,
                "forfeits": ended.forfeit,
                "ending": ended.state,
            }
        case _:
            return {}
