"""Results of episodes without playing them."""

from __future__ import annotations

from engine.cricket.choices import Seat
from engine.events import EndReason, SeatCounts
from engine.result import EpisodeResult
from tournaments.pairs import LegScore, Outcome, Pair


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
        counts={Seat.HOME: unasked(home), Seat.AWAY: unasked(away)},
        record_digest="",
        error=None,
        cards=(),
    )


def unasked(captain: str, decisions: int = 0) -> SeatCounts:
    """What is counted of a captain who has no model to ask and has decided so often by himself."""
    return SeatCounts(
        captain=captain,
        decisions=decisions,
        own=decisions,
        fallbacks=0,
        rethinks=0,
        illegal=0,
        malformed=0,
        fines=0.0,
        coverage=1.0,
    )


def pair_with(
    *,
    seed: int = 1,
    first: str = "a",
    second: str = "b",
    adjusted: float = 0.5,
    outcomes: tuple[Outcome, Outcome] = (Outcome.WIN, Outcome.LOSS),
    margin: int | None = None,
    digests: tuple[str, str] = ("", ""),
) -> Pair:
    """A whole pair; both legs have the adjusted score that is given."""
    legs = [
        LegScore(outcome=outcome, adjusted=adjusted, margin=margin, digest=digest)
        for outcome, digest in zip(outcomes, digests, strict=True)
    ]
    return Pair(
        pair_id=f"{first}-{second}-{seed}",
        seed=seed,
        first=first,
        second=second,
        legs=(legs[0], legs[1]),
    )
