"""How long answers took, as counts that add up: percentiles of several matches cannot be had from
each match's percentiles.

A latency is counted with those within `ERROR` of it, under a number of milliseconds that stands
for them all: a grid in which each number is a fixed factor above the one below. An episode of 500
answers between a tenth of a second and a minute needs at most 82 numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

ERROR: Final = 0.05  # relative, at most
# The grid's own error is 4 %; what is left allows for three digits a number.
_GRID_ERROR: Final = 0.04
_FACTOR: Final = (1 + _GRID_ERROR) / (1 - _GRID_ERROR)
LEAST_MS: Final = 0.1  # what took less is counted with this


def counted(latencies_ms: Iterable[float]) -> dict[str, int]:
    """How many took about how long: `{"812": 3}` is three answers within 5 % of 812 ms."""
    counts: dict[float, int] = {}
    for latency_ms in latencies_ms:
        near = _near(latency_ms)
        counts[near] = counts.get(near, 0) + 1
    return {f"{near:.10g}": count for near, count in sorted(counts.items())}


def percentile_ms(counts: Mapping[str, int], percent: int) -> float | None:
    """Of `percent` of the answers none took longer, within `ERROR` (nearest rank); None of none."""
    rank = math.ceil(sum(counts.values()) * percent / 100)
    for near, count in sorted((float(near), count) for near, count in counts.items()):
        rank -= count
        if rank <= 0:
            return near
    return None


def _near(latency_ms: float) -> float:
    """The number that stands for it: three digits."""
    step = math.ceil(math.log(max(latency_ms, LEAST_MS) / LEAST_MS, _FACTOR))
    middle = LEAST_MS * _FACTOR**step * 2 / (1 + _FACTOR)
    return float(f"{middle:.3g}")
