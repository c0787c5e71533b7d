"""The strength ladder: who beats whom, by how much, and how sure that is.

`python -m bench.ladder [--pairs N] [--overs 20] [--processes P]` plays swapped pairs (one seed,
each captain in each seat) and prints one line a rung: the score of the upper captain (1 a win, ½ a
tie) with its 95 % interval, raw and with luck taken out, and whether the rung holds. Rungs with a
bound must reach it by the raw score.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from engine.captains import resolve
from engine.cricket.choices import Seat
from engine.episode import play_episode
from engine.seeds import derive_seed
from engine.spec import EpisodeSpec

Floats = npt.NDArray[np.float64]

PAIRS: Final = 2_000
BLOCK: Final = 20  # pairs; a second or two of work for a process
LEVEL: Final = 0.5
# The upper captain, the lower one, and the raw score that the upper one must reach.
RUNGS: Final = (
    ("optimal", "heuristic", 0.60),
    ("heuristic", "cautious", LEVEL),
    ("heuristic", "aggressive", LEVEL),
    ("cautious", "random", LEVEL),
    ("aggressive", "random", LEVEL),
    ("heuristic", "random", 0.90),
    ("heuristic", "baseline", LEVEL),
    ("baseline", "empirical", LEVEL),
)
_NORMAL_975: Final = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """The mean score of `upper` over a pair, 0…1, and half the width of its interval."""

    upper: str
    lower: str
    bound: float
    pairs: int
    raw: float
    raw_within: float
    adjusted: float
    adjusted_within: float

    @property
    def holds(self) -> bool:
        return self.raw >= self.bound and self.adjusted - self.adjusted_within > LEVEL

    @property
    def told(self) -> str:
        return (
            f"{self.raw:.3f} ± {self.raw_within:.3f}, luck out {self.adjusted:.3f}"
            f" ± {self.adjusted_within:.3f}, {'holds' if self.holds else 'does not hold'}"
        )


def _nobody(_: str) -> None:
    return None


def climb(upper: str, lower: str, bound: float, *, pairs: int, overs: int, processes: int) -> Rung:
    """Plays one rung."""
    seeds = [derive_seed("ladder", upper, lower, pair) for pair in range(pairs)]
    blocks = [seeds[start : start + BLOCK] for start in range(0, pairs, BLOCK)]
    played = np.concatenate(list(_mapped(partial(_block, upper, lower, overs), blocks, processes)))
    mean = played.mean(axis=0)
    within = _NORMAL_975 * played.std(axis=0, ddof=1) / np.sqrt(pairs)
    return Rung(
        upper=upper,
        lower=lower,
        bound=bound,
        pairs=pairs,
        raw=float(mean[0]),
        raw_within=float(within[0]),
        adjusted=float(mean[1]),
        adjusted_within=float(within[1]),
    )


def _mapped(work: Any, blocks: Sequence[Sequence[int]], processes: int) -> Iterator[Floats]:
    if processes == 1:
        yield from map(work, blocks)
        return
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(work, blocks)


def _block(upper: str, lower: str, overs: int, seeds: Sequence[int]) -> Floats:
    """(pair, 2): the upper captain's mean score of the pair's matches, raw and with luck out."""

    async def scores() -> list[list[float]]:
        return [await _pair(upper, lower, overs, seed) for seed in seeds]

    return np.array(asyncio.run(scores()))


async def _pair(upper: str, lower: str, overs: int, seed: int) -> list[float]:
    at_home = await _score(upper, lower, overs, seed)
    away = await _score(lower, upper, overs, seed)
    return [(home + 1.0 - other) / 2.0 for home, other in zip(at_home, away, strict=True)]


async def _score(home: str, away: str, overs: int, seed: int) -> tuple[float, float]:
    """The home captain's."""
    spec = EpisodeSpec(
        episode_id="ladder", seed=seed, overs=overs, home=resolve(home), away=resolve(away)
    )
    result = await play_episode(spec, with_events=False)
    score = 0.5 if result.winner is None else float(result.winner is Seat.HOME)
    return score, score - result.luck


def measure(
    pairs: int = PAIRS,
    overs: int = 20,
    processes: int | None = None,
    tell: Callable[[str], object] = _nobody,
) -> dict[str, str]:
    """What `python -m bench ladder` reports; `tell` hears every rung as it is played."""
    found = {}
    for upper, lower, bound in RUNGS:
        rung = climb(
            upper,
            lower,
            bound,
            pairs=pairs,
            overs=overs,
            processes=processes or os.cpu_count() or 1,
        )
        found[f"{upper} v {lower}"] = rung.told
        tell(f"{upper} v {lower}: {rung.told}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.ladder", description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--overs", type=int, default=20)
    parser.add_argument("--processes", type=int, default=None)
    options = parser.parse_args()
    measure(
        options.pairs,
        options.overs,
        options.processes,
        tell=lambda line: sys.stdout.write(f"{line}\n") and sys.stdout.flush(),
    )


if __name__ == "__main__":
    main()
