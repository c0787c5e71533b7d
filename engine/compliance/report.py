"""What a suite found out about a program."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    PASSED = "pass"
    FAILED = "fail"
    NOT_APPLICABLE = "n/a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing asked of the program. `seen` in a line, `allowed` what would pass; `requests` are
    the bodies, as sent, of those that failed it.
    """

    name: str
    verdict: Verdict
    seen: str
    allowed: str
    requests: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Of all answers that came, in milliseconds; None where none came."""

    answers: int
    p50_ms: float | None
    p95_ms: float | None
    most_ms: float | None

    def __str__(self) -> str:
        return f"p50 {self.p50_ms:g}, p95 {self.p95_ms:g} ms" if self.answers else "no answers"

    @classmethod
    def of(cls, took_s: Sequence[float]) -> Latency:
        ranked = [round(1000 * took, 1) for took in sorted(took_s)]

        def share(of_all: float) -> float | None:
            """The nearest rank."""
            return ranked[max(1, math.ceil(of_all * len(ranked))) - 1] if ranked else None

        return cls(answers=len(ranked), p50_ms=share(0.5), p95_ms=share(0.95), most_ms=share(1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`checks` in the order in which they were made."""

    checks: tuple[Check, ...]
    latency: Latency

    @property
    def passed(self) -> int:
        return sum(check.verdict is Verdict.PASSED for check in self.checks)

    @property
    def applicable(self) -> int:
        return sum(check.verdict is not Verdict.NOT_APPLICABLE for check in self.checks)
