"""Baseline against baseline, thousands of times: the matches that are held against the real ones.

Squads, venue and day are drawn a match; the seasons in the proportions of the real matches. A match
belongs to one of `GROUPS` groups, for the standard errors of the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.random import Generator, Philox

from engine.chance import BallModel, draw_conditions, draw_squad
from engine.chance.bulk import InningsLog, MatchLogs, Sides, play_matches, sides_of
from engine.chance.classes import Ints
from engine.cricket.formats import format_named
from engine.cricket.players import Bowling, Game
from engine.fidelity.balls import Balls, of_outcomes
from engine.fidelity.fold import Fold, fold
from engine.fidelity.layout import Layout
from engine.fidelity.reference import shares_of_seasons
from engine.seeds import Streams, derive_seed

GROUPS: Final = 20
BATCH: Final = 1000  # matches at once
_IS_SPIN: Final = np.array([bowling.is_spin for bowling in Bowling])


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
        place = (np.arange(self.matches) * 0.6180339887498949) % 1.0
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
    eras = plan.eras()
    for first in range(0, len(eras), BATCH):
        yield eras[first : first + BATCH]


def play_batch(plan: Plan, model: BallModel, eras: Ints, seed: int) -> Balls:
    """One match for each season in `eras`, by the vectorised simulator."""
    fmt = format_named(plan.layout.name)
    streams = [Streams(derive_seed(seed, i)) for i in range(len(eras))]
    first, second = (
        sides_of([draw_squad(s, name, model.coefficients) for s in streams], fmt)
        for name in ("home", "away")
    )
    conditions = [
        replace(draw_conditions(s, model.coefficients), era=int(era), game=plan.game)
        for s, era in zip(streams, eras, strict=True)
    ]
    logs = play_matches(model, fmt, (first, second), conditions, Generator(Philox(seed)))
    return balls_of(logs, (first, second))


def balls_of(logs: MatchLogs, sides: Sequence[Sides]) -> Balls:
    """The deliveries of both innings, the first side batting first."""
    parts = [_columns(logs.first, sides[1], 1), _columns(logs.second, sides[0], 2)]
    return of_outcomes(
        len(logs.first.runs),
        logs.first.runs + 1,
        {name: np.concatenate([part[name] for part in parts]) for name in parts[0]},
    )


def _columns(log: InningsLog, bowling: Sides, innings: int) -> dict[str, Ints]:
    """One entry a delivery, match by match."""
    bowled = (log.outcome >= 0).T
    match = np.nonzero(bowled)[0]
    bowler = log.bowler.T[bowled]
    return {
        "outcome": log.outcome.T[bowled],
        "match": match,
        "innings": np.full(len(match), innings, dtype=np.intp),
        "over": log.legal.T[bowled] // 6,
        "batter": log.order.T[bowled],
        "position": log.order.T[bowled],
        "bowler": bowler,
        "spin": _IS_SPIN[bowling.style[match, bowler]].astype(np.intp),
    }
