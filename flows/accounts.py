"""How honestly each captain's results were come by: who decided, what it took, what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from pydantic import BaseModel

from engine.cricket.choices import Seat
from engine.events import EndReason, SeatCounts, Spent
from engine.result import EpisodeResult

LEAST_COVERAGE: Final = 0.95
MOST_VOID: Final = 0.05


class CaptainAccount(BaseModel):
    """Of every episode of one captain that ended. `coverage`: own answers ÷ decisions.

    `latency_ms_p50` is the median episode's, `latency_ms_p95` the worst episode's. `cost_usd` None:
    nobody knows.
    """

    captain: str
    episodes: int
    void: int
    forfeits: int
    decisions: int
    own: int
    coverage: float
    sources: dict[str, int]
    rethinks: int
    illegal: int
    malformed: int
    fallbacks: int
    timeouts: int
    problems: dict[str, int]
    latency_ms_p50: float | None
    latency_ms_p95: float | None
    calls: int
    from_cache: int
    tokens_in: int
    tokens_out: int
    tokens_cached: int
    tokens_reasoning: int
    cost_usd: float | None
    cost_sources: list[str]
    models: list[str]
    prompt_digests: list[str]


def accounts(captains: Sequence[str], results: Iterable[EpisodeResult]) -> list[CaptainAccount]:
    """One a captain, in the order given."""
    played = list(results)
    return [_account(captain, played) for captain in captains]


def unranked(told: Sequence[CaptainAccount], void: int, ended: int) -> list[str]:
    """Why the table is no ranking; empty where it is one."""
    why = [
        f"{one.captain} made {one.coverage:.0%} of his decisions himself, below 95 %"
        for one in told
        if one.decisions and one.coverage < LEAST_COVERAGE
    ]
    if ended and void / ended > MOST_VOID:
        why.append(f"{void} of {ended} episodes are void, above 5 %")
    return why


def _account(captain: str, played: Sequence[EpisodeResult]) -> CaptainAccount:
    seats = [
        (result, seat)
        for result in played
        for seat, name in ((Seat.HOME, result.home), (Seat.AWAY, result.away))
        if name == captain
    ]
    counts = [result.counts[seat] for result, seat in seats]
    spent = [one.spent for one in counts if one.spent is not None]
    decisions, own = sum(c.decisions for c in counts), sum(c.own for c in counts)
    return CaptainAccount(
        captain=captain,
        episodes=len(seats),
        void=sum(result.end_reason.is_void for result, _ in seats),
        forfeits=sum(
            result.end_reason is EndReason.FORFEIT and result.winner != seat
            for result, seat in seats
        ),
        decisions=decisions,
        own=own,
        coverage=own / decisions if decisions else 1.0,
        sources=_added(c.sources for c in counts),
        rethinks=sum(c.rethinks for c in counts),
        illegal=sum(c.illegal for c in counts),
        malformed=sum(c.malformed for c in counts),
        fallbacks=sum(c.fallbacks for c in counts),
        timeouts=sum(c.timeouts for c in counts),
        problems=_added(c.problems for c in counts),
        latency_ms_p50=_median(c.latency_ms_p50 for c in counts),
        latency_ms_p95=_most(c.latency_ms_p95 for c in counts),
        calls=sum(s.calls for s in spent),
        from_cache=sum(s.from_cache for s in spent),
        tokens_in=sum(s.tokens_in for s in spent),
        tokens_out=sum(s.tokens_out for s in spent),
        tokens_cached=sum(s.tokens_cached for s in spent),
        tokens_reasoning=sum(s.tokens_reasoning for s in spent),
        cost_usd=_cost(spent),
        cost_sources=sorted({source for c in counts for source in c.cost_sources}),
        models=sorted({model for c in counts for model in c.models}),
        prompt_digests=_digests(counts),
    )


def _added(each: Iterable[dict[str, int]]) -> dict[str, int]:
    total = Counter[str]()
    for counted in each:
        total.update(counted)
    return dict(sorted(total.items()))


def _median(values: Iterable[float | None]) -> float | None:
    known = sorted(value for value in values if value is not None)
    return known[len(known) // 2] if known else None


def _most(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _cost(spent: Sequence[Spent]) -> float | None:
    costs = [one.cost_usd for one in spent]
    known = [cost for cost in costs if cost is not None]
    return round(sum(known), 9) if len(known) == len(costs) else None


def _digests(counts: Sequence[SeatCounts]) -> list[str]:
    return sorted({c.prompt_digest for c in counts if c.prompt_digest is not None})
