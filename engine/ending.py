"""How an episode ends: for exactly one stated reason."""

from __future__ import annotations

from dataclasses import dataclass

from engine.cricket.choices import Seat
from engine.cricket.nodes import MatchResult
from engine.cricket.scorecard import margin_in_words
from engine.errors import (
    BadPreset,
    CaptainFailed,
    CaptainUnavailable,
    MissingSecret,
    RunBudgetSpent,
)
from engine.events import EndReason, EpisodeEnded
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Why the play stopped. `winner` is set where the reason, not the score, decides it, `failed`
    where a captain could not go on.
    """

    reason: EndReason
    winner: Seat | None = None
    failed: Seat | None = None
    error: str | None = None


def ending_by(failure: Exception, asked: Seat) -> Ending:
    """What an error counts as, while `asked` was asked: a bug voids an episode, it never decides
    one.
    """
    match failure:
        case CaptainFailed():
            winner, reason = asked.other, EndReason.FORFEIT
            return Ending(reason=reason, winner=winner, failed=asked, error=str(failure))
        case CaptainUnavailable():
            return Ending(reason=EndReason.TRANSPORT, failed=asked, error=str(failure))
        case BadPreset() | MissingSecret():
            return Ending(reason=EndReason.BAD_SETTINGS, failed=asked, error=str(failure))
        case RunBudgetSpent():
            return Ending(reason=EndReason.RUN_BUDGET, error=str(failure))
        case bug:
            what = f"{type(bug).__name__}: {bug}"
            return Ending(reason=EndReason.ENVIRONMENT_ERROR, error=what)


def in_words(ending: Ending, spec: EpisodeSpec, played: MatchResult | None) -> str:
    """The result as the scorecard says it, `played` being what the score says."""
    if ending.reason.is_void:
        return f"void ({ending.reason})"
    if ending.winner is None:
        return "tied"
    winner = spec.captain(ending.winner).name
    if ending.reason is EndReason.FORFEIT:
        return f"{winner} won by forfeit"
    assert played is not None
    return f"{winner} won {margin_in_words(played)}"


def ended(result: EpisodeResult) -> EpisodeEnded:
    """The last event of an episode."""
    return EpisodeEnded(
        end_reason=result.end_reason,
        winner=result.winner.value if result.winner else None,
        result=result.result,
        innings=result.innings,
        turns=result.turns,
        deliveries=result.deliveries,
        luck=result.luck,
        setup_luck=result.setup_luck,
        counts={seat.value: counts for seat, counts in result.counts.items()},
        error=result.error,
        record_digest=result.record_digest,
    )
