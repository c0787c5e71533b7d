"""The books of a captain who is asked through tools: what his answers took in a match, and where
they came from.
"""

from __future__ import annotations

from collections import Counter
from statistics import quantiles
from typing import Any, Final

from engine.latency import counted
from engine.reporter import Answered
from engine.tool_captains.account import Account

_DECIMALS: Final = 3  # of a millisecond


class Books:
    """Sums up a match; `closed` is what a result adds to the seat's counts."""

    def __init__(self) -> None:
        self._account = Account()
        self._sources: Counter[str] = Counter()
        self._latencies_ms: list[float] = []
        self._standing = 0

    def stood(self) -> None:
        """A ball was played by a standing order."""
        self._standing += 1

    def take(self, account: Account) -> None:
        """What one question took, answered or not."""
        self._account.add(account)

    def answered(self, answered: Answered) -> None:
        self._sources[answered.source] += 1
        if answered.latency_ms is not None and answered.source != "cache":
            self._latencies_ms.append(answered.latency_ms)

    def closed(self) -> dict[str, Any]:
        account = self._account
        return {
            "sources": dict(sorted(self._sources.items())),
            "standing": self._standing,
            "problems": {p.value: n for p, n in sorted(account.problems.items())},
            "latency_ms_p50": _percentile(self._latencies_ms, 50),
            "latency_ms_p95": _percentile(self._latencies_ms, 95),
            "latencies_ms": counted(self._latencies_ms),
            "spent": account.spent(),
            "cost_sources": tuple(sorted(account.cost_sources)),
            "prompt_digest": account.prompt_digest,
            "models": tuple(sorted(account.models)),
            "rungs": dict(sorted(account.rungs.items())),
        }


def _percentile(values: list[float], percent: int) -> float | None:
    if not values:
        return None
    if len(values) == 1:
        return round(values[0], _DECIMALS)
    return round(quantiles(values, n=100, method="inclusive")[percent - 1], _DECIMALS)
