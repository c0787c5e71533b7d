"""Many matches at full speed into two files with those columns of the real data that apply.

Match *i* (from 1) has the seed `derive_seed(seed, i)`, which it names in its `seed` column:
`captains play` with that seed, the same captains, format and squads gives the same deliveries. The
files do not depend on how many processes wrote them: matches are played in blocks of a fixed size,
each a gzip member of its own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from engine.seeds import derive_seed
from flows.play import warm_up
from flows.pool import ProcessPool
from flows.simulation_files import Files, packed
from flows.simulation_rows import DELIVERY_COLUMNS, MATCH_COLUMNS, play_match_rows
from flows.single import SingleMatch

BLOCK: Final = 25  # matches; a block is a second or so of work for a process


class SimulationSummary(BaseModel):
    """The JSON of `captains simulate --json`. `played_per_s` matches a second without the writing,
    where it can be told apart.
    """

    matches: int
    deliveries: int
    seconds: float
    matches_per_s: float
    played_per_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What to play: `match` without its seed, as often as `matches` says."""

    match: SingleMatch
    matches: int
    seed: int

    def numbers(self) -> Iterator[range]:
        """The matches' numbers, block by block."""
        for first in range(1, self.matches + 1, BLOCK):
            yield range(first, min(first + BLOCK, self.matches + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some matches as two compressed pieces of CSV."""

    matches: bytes
    deliveries: bytes
    balls: int


async def simulate(simulation: Simulation, out: Path, processes: int) -> SimulationSummary:
    """Play it all; both files appear under `out` when the last match has been played."""
    started_s = time.perf_counter()
    balls = 0
    with ExitStack() as stack:
        files = stack.enter_context(Files(out))
        pool = stack.enter_context(ProcessPool(processes, warm_up)) if processes > 1 else None
        files.write(packed([MATCH_COLUMNS]), packed([DELIVERY_COLUMNS]))
        async for block in _blocks(simulation, pool):
            files.write(block.matches, block.deliveries)
            balls += block.balls
    seconds = time.perf_counter() - started_s
    return SimulationSummary(
        matches=simulation.matches,
        deliveries=balls,
        seconds=round(seconds, 3),
        matches_per_s=round(simulation.matches / seconds, 2),
    )


async def _blocks(simulation: Simulation, pool: ProcessPool | None) -> Any:
    """The blocks in order; a few are played ahead of the one that is waited for."""
    numbers = simulation.numbers()
    if pool is None:
        for block in numbers:
            yield await play_block(simulation, block)
        return
    ahead: list[asyncio.Task[Block]] = []
    try:
        for block in numbers:
            ahead.append(asyncio.create_task(pool.run(_play_block, simulation, block)))
            if len(ahead) > 2 * pool.processes:
                yield await ahead.pop(0)
        while ahead:
            yield await ahead.pop(0)
    finally:
        for task in ahead:
            task.cancel()
        await asyncio.gather(*ahead, return_exceptions=True)


def _play_block(simulation: Simulation, numbers: range) -> Block:
    return asyncio.run(play_block(simulation, numbers))


async def play_block(simulation: Simulation, numbers: range) -> Block:
    """Play the matches of these numbers."""
    matches: list[Sequence[Any]] = []
    deliveries: list[Sequence[Any]] = []
    for number in numbers:
        seed = derive_seed(simulation.seed, number)
        rows = await play_match_rows(simulation.match, number, seed)
        matches.append(rows.match)
        deliveries += rows.deliveries
    return Block(matches=packed(matches), deliveries=packed(deliveries), balls=len(deliveries))
