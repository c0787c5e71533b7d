"""What the statistics claim, measured by simulation: how often 95 % intervals hold the truth, how
often tests err. `python -m bench statistics` takes a quarter of an hour; tests run parts of it.
"""

from __future__ import annotations

from typing import Any

from bench.statistics.allocation import allocations
from bench.statistics.coverage import coverages
from bench.statistics.ranked import ranked_leagues
from bench.statistics.sequential import sequential_tests

__all__ = ["measure"]


def measure() -> dict[str, Any]:
    """Coverage in per cent of all, and errors likewise."""
    return {**coverages(), **sequential_tests(), **ranked_leagues(), **allocations()}
