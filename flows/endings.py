"""The end of a stream whose publisher is gone for good: what was played, and that it is void."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from engine import events as ev
from spectator.frames import EMPTY, fold

GONE: Final = "its process ended before it had"


def ending_of_match(lines: Sequence[bytes]) -> ev.Event:
    """Of a match, from its events so far: one and more."""
    frame, counted = EMPTY, Counter[str]()
    for line in lines:
        event = ev.parse_event(line)
        frame = fold(frame, event)
        counted[event.type] += 1
    innings = tuple(
        ev.InningsLine(
            innings=each.innings,
            batting=each.batting,
            runs=each.runs,
            wickets=each.wickets,
            legal_balls=each.legal_balls,
            all_out=each.all_out,
        )
        for each in frame.innings
    )
    data = ev.EpisodeEnded(
        end_reason=ev.EndReason.CANCELLED,
        winner=None,
        result=f"void ({ev.EndReason.CANCELLED})",
        innings=innings,
        turns=counted["decision"],
        deliveries=counted["delivery"],
        luck=round(frame.luck, 9),
        counts={},
        error=GONE,
        record_digest="",
    )
    return ev.EpisodeEndedEvent(**_next_to(lines[-1]), data=data)


def ending_of_run(lines: Sequence[bytes]) -> ev.Event:
    """Of a tournament, from its events so far."""
    told = ev.TournamentEnded(
        name="", played=0, void=0, forfeit=0, seconds=0.0, state="interrupted", why=(GONE,)
    )
    for line in lines:
        match ev.parse_event(line):
            case ev.TournamentStartedEvent(data=started):
                told = told.model_copy(update={"name": started.name, "episodes": started.episodes})
            case ev.TournamentStandingsEvent(data=standings) if standings.progress is not None:
                now = standings.progress
                figures = {"void": now.void, "forfeit": now.forfeits, "seconds": now.seconds}
                told = told.model_copy(
                    update={"played": now.counted, "episodes": standings.episodes, **figures}
                )
    return ev.TournamentEndedEvent(**_next_to(lines[-1]), data=told)


def _next_to(line: bytes) -> dict[str, Any]:
    """The envelope of what follows an event."""
    last = ev.parse_event(line)
    return {
        "episode_id": last.episode_id,
        "attempt": last.attempt,
        "seq": last.seq + 1,
        "ts": ev.now(),
    }
