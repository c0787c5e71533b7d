"""Does the engine behave like cricket, is the vectorised simulator the engine, and how fast is it?

Speed is CPU time of one process, the best of a few rounds: a shared machine only ever adds to it.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Any

import numpy as np
from numpy.random import Generator, Philox

from bench.equality import p_values
from engine.chance import BallModel
from engine.chance.bulk import play_drawn
from engine.chance.sides import Seasons
from engine.cricket.formats import T20
from engine.cricket.players import Game
from engine.fidelity import Balls, of_matches
from engine.fidelity.simulation import balls_of
from flows.cores import cores
from flows.fidelity import MATCHES, EngineMatch, Wanted, check, play_engine_match
from flows.pool import ProcessPool

ERA = 2022
BATCH = 2000
ROUNDS = 7
ENGINE_MATCHES = 3000
PIECE = 50


def measure() -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name, wanted in {
        "t20": Wanted(format="T20", game=Game.MEN, matches=MATCHES["T20"], seed=1),
        "odi": Wanted(format="ODI", game=Game.MEN, matches=MATCHES["ODI"], seed=1),
        "t20_women": Wanted(format="T20", game=Game.WOMEN, matches=MATCHES["T20"], seed=1),
    }.items():
        checked = check(wanted)
        figures |= {
            f"{name}_lines_passed": checked.report.passed,
            f"{name}_lines_failed": checked.report.failed,
            f"{name}_failing": "; ".join(line.what for line in checked.failed) or "none",
        }
    return figures | _speed() | _equality()


def _speed() -> dict[str, Any]:
    """T20 matches a second of CPU, squads and conditions drawn for each."""
    _seconds(0)
    return {"vectorised_t20_per_s": BATCH / min(_seconds(seed) for seed in range(ROUNDS))}


def _seconds(seed: int) -> float:
    started = time.process_time()
    _play(BATCH, seed)
    return time.process_time() - started


def _play(matches: int, seed: int) -> Any:
    when = Seasons(era=np.full(matches, ERA), game=Game.MEN)
    return play_drawn(BallModel.shipped(), T20, when, Generator(Philox(seed)))


def _equality() -> dict[str, Any]:
    """The least likely of the differences to thousands of the engine's matches, and how likely the
    least of so many is.
    """
    engine = asyncio.run(_through_engine())
    found = p_values(engine, balls_of(_play(20_000, 1)))
    least = min(found, key=lambda name: found[name])
    return {
        "engine_matches_compared": ENGINE_MATCHES,
        "statistics_compared": len(found),
        "least_p_value": found[least],
        "least_p_value_of_all": 1.0 - (1.0 - found[least]) ** len(found),
        "least_likely": least,
    }


async def _through_engine() -> Balls:
    with ProcessPool(cores(), BallModel.shipped) as pool:
        pieces = await asyncio.gather(
            *(
                pool.run(partial(_piece, range(first, first + PIECE)))
                for first in range(0, ENGINE_MATCHES, PIECE)
            )
        )
    return Balls.joined(pieces)


def _piece(seeds: range) -> Balls:
    return of_matches(
        play_engine_match(EngineMatch(seed=seed, overs=20, era=ERA, game=Game.MEN))
        for seed in seeds
    )
