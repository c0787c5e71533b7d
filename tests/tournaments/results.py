"""Results of episodes without playing them."""

from __future__ import annotations

from engine.cricket.choices import Seat
from engine.events import EndReason
from engine.result import EpisodeResult


def leg(
    home: str,
    away: str,
    *,
    pair: int = 1,
    side: str = "a",
    fixture: str = "cup-r1-ann-v-bob",
    winner: Seat | None = Seat.HOME,
    luck: float = 0.0,
    reason: EndReason = EndReason.COMPLETED,
) -> EpisodeResult:
    """One leg of a pair; its id is as the plan makes it."""
    return EpisodeResult(
        episode_id=f"{fixture}-p{pair:02d}-{side}",
        attempt=1,
        seed=pair,
        home=home,
        away=away,
        winner=None if reason.is_void else winner,
        end_reason=reason,
        result="",
        innings=(),
        turns=0,
        deliveries=0,
        luck=luck,
        counts={},
        record_digest="",
        error=None,
        cards=(),
    )
