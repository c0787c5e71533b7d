"""The numbers that several commands take, held to what is allowed. All raise `BadInput`."""

from __future__ import annotations

from typing import Final

from engine.eras import FIRST_ERA, LAST_ERA
from engine.seeds import MAX_SEED
from flows.cli.terminal import BadInput

MOST_PROCESSES: Final = 256
MOST_DELAY: Final = 1_000  # balls
LEAST_PACE, MOST_PACE = 0.1, 1_000  # balls a second


def check_seed(seed: int) -> None:
    _check("--seed", seed, 0, MAX_SEED)


def check_era(era: int | None) -> None:
    """None: that of the real matches."""
    _check("--era", era, FIRST_ERA, LAST_ERA)


def check_processes(processes: int | None) -> None:
    """None: one a core."""
    _check("--processes", processes, 1, MOST_PROCESSES)


def check_delay(reasoning: str | int) -> None:
    if isinstance(reasoning, int):
        _check("--reasoning", reasoning, 1, MOST_DELAY)


def check_pace(balls_per_s: float | None) -> None:
    _check("--balls-per-s", balls_per_s, LEAST_PACE, MOST_PACE)


def _check(option: str, given: float | None, least: float, most: float) -> None:
    if given is not None and not least <= given <= most:
        raise BadInput(f"{option} {given}: allowed: {least} to {most}")
