"""How honestly each captain's results were come by: who decided, what it took, what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from copy import deepcopy
from typing import Final, Self

from pydantic import BaseModel

from engine.cricket.choices import Seat
from engine.events import EndReason, Spent
from engine.latency import percentile_ms
from engine.result import EpisodeResult

LEAST_COVERAGE: Final = 0.95
MOST_VOID: Final = 0.05

_COUNTED: Final = (
    *("decisions", "own", "rethinks", "illegal", "malformed", "fallbacks", "timeouts"),
)
_SPENT: Final = (
    *("calls", "from_cache", "tokens_in", "tokens_out", "tokens_cached", "tokens_reasoning"),
)


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


class Accounts:
    """The accounts of captains, one result after the other; keeps none of them."""

    def __init__(self, captains: Sequence[str]) -> None:
        self._led = {captain: _Led(captain) for captain in captains}

    def add(self, result: EpisodeResult) -> None:
        for seat, captain in _seats(result):
            if (led := self._led.get(captain)) is not None:
                led.add(result, seat)

    def joined(self, more: Iterable[EpisodeResult]) -> Self:
        """Those of these results too, which are not added here."""
        both = deepcopy(self)
        for result in more:
            both.add(result)
        return both

    def told(self) -> list[CaptainAccount]:
        """One a captain, in the order given."""
        return [led.account() for led in self._led.values()]


def accounts(captains: Sequence[str], results: Iterable[EpisodeResult]) -> list[CaptainAccount]:
    """One a captain, in the order given."""
    found = Accounts(captains)
    for result in results:
        found.add(result)
    return found.told()


def accounts_of_match(result: EpisodeResult) -> list[CaptainAccount]:
    """The home captain's and the away captain's, also where they have one name."""
    both = [(seat, _Led(captain)) for seat, captain in _seats(result)]
    for seat, led in both:
        led.add(result, seat)
    return [led.account() for _, led in both]


def silent(told: Sequence[CaptainAccount]) -> dict[str, str]:
    """Who decides too little for himself to be measured, and how little that is."""
    return {
        one.captain: f"{one.captain} made {_own(one)} of his decisions himself, below 95 %"
        for one in told
        if one.decisions and one.coverage < LEAST_COVERAGE
    }


def _own(one: CaptainAccount) -> str:
    """Rounded down: what is below the limit must not be told as the limit."""
    return f"{100 * one.own // one.decisions} %"


def unranked(told: Sequence[CaptainAccount], void: int, ended: int) -> list[str]:
    """Why the table is no ranking; empty where it is one."""
    why = [*silent(told).values()]
    if ended and void / ended > MOST_VOID:
        why.append(f"{void} of {ended} episodes are void, above 5 %")
    return why


def against_ranking(
    captains: Sequence[str], told: Sequence[CaptainAccount], results: Collection[EpisodeResult]
) -> list[str]:
    """As `unranked`, of all the results of a run; and who cannot play at all."""
    refused = {
        result.captain(result.failed)
        for result in results
        if result.end_reason is EndReason.BAD_SETTINGS and result.failed is not None
    }
    cannot = [f"{name} cannot play as he is set up" for name in captains if name in refused]
    void = sum(result.end_reason.is_void for result in results)
    return [*cannot, *unranked(told, void, len(results))]


def _seats(result: EpisodeResult) -> tuple[tuple[Seat, str], ...]:
    return (Seat.HOME, result.home), (Seat.AWAY, result.away)


class _Led:
    """What one captain has led, summed up."""

    def __init__(self, captain: str) -> None:
        self.captain = captain
        self.sums: Counter[str] = Counter()
        self.sources: Counter[str] = Counter()
        self.problems: Counter[str] = Counter()
        self.latencies: Counter[str] = Counter()
        self.spent: Counter[str] = Counter()
        self.usd, self.has_unpriced = 0.0, False
        self.cost_sources: set[str] = set()
        self.models: set[str] = set()
        self.digests: set[str] = set()

    def add(self, result: EpisodeResult, seat: Seat) -> None:
        counts, reason = result.counts[seat], result.end_reason
        self.sums.update({name: getattr(counts, name) for name in _COUNTED})
        self.sums["episodes"] += 1
        self.sums["void"] += reason.is_void
        self.sums["forfeits"] += reason is EndReason.FORFEIT and result.winner != seat
        self.sources.update(counts.sources)
        self.problems.update(counts.problems)
        self.latencies.update(counts.latencies_ms)
        self.cost_sources.update(counts.cost_sources)
        self.models.update(counts.models)
        self.digests.update(filter(None, [counts.prompt_digest]))
        if counts.spent is not None:
            self._pay(counts.spent)

    def _pay(self, spent: Spent) -> None:
        self.spent.update({name: getattr(spent, name) for name in _SPENT})
        self.has_unpriced |= spent.cost_usd is None
        self.usd += spent.cost_usd or 0.0

    def account(self) -> CaptainAccount:
        decisions, latencies = self.sums["decisions"], _sorted(self.latencies)
        return CaptainAccount(
            captain=self.captain,
            **{name: self.sums[name] for name in ("episodes", "void", "forfeits", *_COUNTED)},
            **{name: self.spent[name] for name in _SPENT},
            coverage=self.sums["own"] / decisions if decisions else 1.0,
            sources=_sorted(self.sources),
            problems=_sorted(self.problems),
            latency_ms_p50=percentile_ms(latencies, 50),
            latency_ms_p95=percentile_ms(latencies, 95),
            cost_usd=self._cost(),
            cost_sources=sorted(self.cost_sources),
            models=sorted(self.models),
            prompt_digests=sorted(self.digests),
        )

    def _cost(self) -> float | None:
        """None also for calls that nobody priced, such as a program's."""
        priced = any(self.cost_sources) or not self.spent["calls"]
        return round(self.usd, 9) if priced and not self.has_unpriced else None


def _sorted(counted: Counter[str]) -> dict[str, int]:
    return dict(sorted(counted.items()))
