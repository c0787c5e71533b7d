"""An episode's result as a tournament's table counts it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.cricket.formats import BALLS_PER_OVER
from engine.result import EpisodeResult
from tournaments import EpisodeOutcome, InningsOutcome

SUPER_OVER_INNINGS: Final = 3  # innings 1 and 2 are the match


def outcome_of(result: EpisodeResult, overs: int) -> EpisodeOutcome:
    """An episode as the table counts it: by captains instead of seats."""
    captain: Mapping[str, str] = {"home": result.home, "away": result.away}
    fallbacks = {str(seat): counts.fallbacks for seat, counts in result.counts.items()}
    return EpisodeOutcome(
        episode_id=result.episode_id,
        home=result.home,
        away=result.away,
        winner=captain[result.winner] if result.winner else None,
        end_reason=result.end_reason,
        innings=tuple(
            InningsOutcome(
                batting=captain[line.batting],
                runs=line.runs,
                wickets=line.wickets,
                balls=line.legal_balls,
                all_out=line.all_out,
                max_balls=overs * BALLS_PER_OVER,
                super_over=line.innings >= SUPER_OVER_INNINGS,
            )
            for line in result.innings
        ),
        luck=result.luck,
        home_fallbacks=fallbacks.get("home", 0),
        away_fallbacks=fallbacks.get("away", 0),
        attempt=result.attempt,
    )
