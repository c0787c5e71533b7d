"""How honestly each captain's results were come by: who decided, what it took, what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from pydantic import BaseModel

from engine.cricket.choices import Seat
from engine.events import EndReason, SeatCounts, Spent
from engine.latency import percentile_ms
from engine.result import EpisodeResult

LEAST_COVERAGE: Final = 0.95
MOST_VOID: Final = 0.05

_Led = tuple[EpisodeResult, Seat]


class CaptainAccount(BaseModel):
    """Of every episode of one captain that ended. `coverage`: own answers ÷ decisions.

    Latencies are of his answers in all of them, within 5 %; None where he was not waited for.
    `cost_usd` None: nobody knows.
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
    led: dict[str, list[_Led]] = {captain: [] for captain in captains}
    for result in results:
        for seat, captain in _seats(result):
            if captain in led:
                led[captain].append((result, seat))
    return [_account(captain, seats) for captain, seats in led.items()]


def accounts_of_match(result: EpisodeResult) -> list[CaptainAccount]:
    """The home captain's and the away captain's, also where they have one name."""
    return [_account(captain, [(result, seat)]) for seat, captain in _seats(result)]


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


def _seats(result: EpisodeResult) -> tuple[tuple[Seat, str], ...]:
    return (Seat.HOME, result.home), (Seat.AWAY, result.away)


def _account(captain: str, seats: Sequence[_Led]) -> CaptainAccount:
    counts = [result.counts[seat] for result, seat in seats]
    spent = [one.spent for one in counts if one.spent is not None]
    latencies = _added(c.latencies_ms for c in counts)
    sources = {source for c in counts for source in c.cost_sources}
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
        latency_ms_p50=percentile_ms(latencies, 50),
        latency_ms_p95=percentile_ms(latencies, 95),
        calls=sum(s.calls for s in spent),
        from_cache=sum(s.from_cache for s in spent),
        tokens_in=sum(s.tokens_in for s in spent),
        tokens_out=sum(s.tokens_out for s in spent),
        tokens_cached=sum(s.tokens_cached for s in spent),
        tokens_reasoning=sum(s.tokens_reasoning for s in spent),
        cost_usd=_cost(spent, sources),
        cost_sources=sorted(sources),
        models=sorted({model for c in counts for model in c.models}),
        prompt_digests=_digests(counts),
    )


def _added(each: Iterable[dict[str, int]]) -> dict[str, int]:
    total = Counter[str]()
    for counted in each:
        total.update(counted)
    return dict(sorted(total.items()))


def _cost(spent: Sequence[Spent], sources: Iterable[str]) -> float | None:
    """None also for calls that nobody priced, such as a program's."""
    costs = [one.cost_usd for one in spent]
    known = [cost for cost in costs if cost is not None]
    priced = any(sources) or not any(one.calls for one in spent)
    return round(sum(known), 9) if priced and len(known) == len(costs) else None


def _digests(counts: Sequence[SeatCounts]) -> list[str]:
    return sorted({c.prompt_digest for c in counts if c.prompt_digest is not None})
