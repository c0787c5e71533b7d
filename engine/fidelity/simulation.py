"""Baseline against baseline, thousands of times: the matches that are held against the real ones.

Squads, venue and day are drawn a match; the seasons in the proportions of the real matches. A match
belongs to one of `GROUPS` groups, for the standard errors of the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from numpy.random import Generator, Philox

from engine.chance import BallModel
from engine.chance.bulk import play_drawn
from engine.chance.classes import Ints
from engine.chance.elevens import IS_SPIN
from engine.chance.logs import InningsLog, Played
from engine.chance.sides import Seasons, Sides
from engine.cricket.formats import format_named
from engine.cricket.players import Game
from engine.fidelity.balls import Balls, of_outcomes
from engine.fidelity.fold import Fold, fold
from engine.fidelity.layout import BALLS_PER_OVER, Layout
from engine.fidelity.reference import shares_of_seasons
from engine.seeds import derive_seed

GROUPS: Final = 20
GOLDEN: Final = (sqrt(5.0) - 1.0) / 2.0  # its multiples, modulo one, fill the unit evenly (Weyl)
BATCH_BALLS: Final = 240_000  # at once: 2,000 T20 innings, fast in the caches, small in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to simulate. `seasons` how much of the matches is played in each."""

    layout: Layout
    game: Game
    matches: int
    seed: int
    seasons: Mapping[int, float]

    @classmethod
    def of_seasons(
        cls, layout: Layout, game: Game, matches: int, seed: int, seasons: Mapping[int, int]
    ) -> Plan:
        return cls(
            layout=layout,
            game=game,
            matches=matches,
            seed=seed,
            seasons=shares_of_seasons(seasons),
        )

    def eras(self) -> Ints:
        """The season of each match: as many of each as its share says, spread evenly."""
        years = np.array(list(self.seasons), dtype=np.intp)
        upto = np.cumsum(list(self.seasons.values()))
        place = (np.arange(self.matches) * GOLDEN) % 1.0
        return np.asarray(years[np.minimum(np.searchsorted(upto, place), len(years) - 1)])


def simulate(
    plan: Plan, model: BallModel, heard: Callable[[int], object] = lambda _: None
) -> list[Fold]:
    """The folds of the groups. `heard` is told how many matches have been played."""
    groups: list[Fold | None] = [None] * GROUPS
    done = 0
    for number, eras in enumerate(_batches(plan)):
        balls = play_batch(plan, model, eras, derive_seed("fidelity", plan.seed, number))
        turn = np.arange(balls.matches) % GROUPS
        for i in range(min(GROUPS, balls.matches)):
            piece = fold(balls.of_matches(turn == i), plan.layout)
            before = groups[i]
            groups[i] = piece if before is None else before + piece
        done += len(eras)
        heard(done)
    return [group for group in groups if group is not None]


def _batches(plan: Plan) -> Iterator[Ints]:
    eras, size = plan.eras(), BATCH_BALLS // plan.layout.balls
    for first in range(0, len(eras), size):
        yield eras[first : first + size]


def play_batch(plan: Plan, model: BallModel, eras: Ints, seed: int) -> Balls:
    """One match for each season in `eras`, by the vectorised simulator."""
    played = play_drawn(
        model,
        format_named(plan.layout.name),
        Seasons(era=eras, game=plan.game),
        Generator(Philox(seed)),
    )
    return balls_of(played)


def balls_of(played: Played) -> Balls:
    """The deliveries of both innings, those of the first of all matches in front."""
    first, second = played.sides
    parts = [_columns(played.logs.first, second, 1), _columns(played.logs.second, first, 2)]
    runs = played.logs.first.runs
    return of_outcomes(
        len(runs),
        runs + 1,
        {name: np.concatenate([part[name] for part in parts]) for name in parts[0]},
    )


def _columns(log: InningsLog, bowling: Sides, innings: int) -> dict[str, Ints]:
    """One entry a delivery, match by match."""
    bowled = (log.outcome >= 0).T
    match = np.nonzero(bowled)[0]
    outcome, legal, order, bowler = (
        column.T[bowled].astype(np.intp)
        for column in (log.outcome, log.legal, log.order, log.bowler)
    )
    return {
        "outcome": outcome,
        "match": match,
        "innings": np.full(len(match), innings, dtype=np.intp),
        "over": legal // BALLS_PER_OVER,
        "batter": order,
        "position": order,
        "bowler": bowler,
        "spin": IS_SPIN[bowling.style[match, bowler]].astype(np.intp),
    }
