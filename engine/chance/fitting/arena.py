"""Where the fit plays baseline against baseline in bulk: drawn squads, conditions and seasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator, Philox

from engine.chance.bulk import play_innings
from engine.chance.classes import CLASS_OF, CLASSES, RUNS_OF, Floats
from engine.chance.coefficients import Coefficients
from engine.chance.conditions import spreads_of_conditions, towards_of
from engine.chance.design import BALLS_PER_OVER
from engine.chance.elevens import BulkSource, draw_elevens
from engine.chance.logs import InningsLog, MatchLogs
from engine.chance.model import BallModel
from engine.chance.sides import Seasons, Sides, sides_from
from engine.cricket.formats import Format, format_of
from engine.cricket.players import Game
from engine.seeds import derive_seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Arena:
    """Drawn squads, normal scores of conditions (4, matches) and seasons for a number of matches of
    one format.
    """

    fmt: Format
    sides: tuple[Sides, Sides]
    scores: Floats
    seasons: Seasons

    def towards(self, coefficients: Coefficients) -> Floats:
        """What conditions add, (2 innings, matches)."""
        spreads = spreads_of_conditions(coefficients, self.fmt, self.seasons.game)
        return towards_of(self.scores, spreads)


# The seasons of the T20 targets: matches of each year among 2,912.
REFERENCE_ERAS: Final = {2019: 470, 2020: 351, 2021: 464, 2022: 525, 2023: 530, 2024: 572}


def arena_of(
    coefficients: Coefficients,
    overs: int,
    matches: int,
    seed: int = 1,
    *,
    eras: Mapping[int, float] = REFERENCE_ERAS,
    game: Game = Game.MEN,
) -> Arena:
    """Draw squads for `matches` matches, spread over `eras` by their weights."""
    fmt, draws = format_of(overs), Generator(Philox(derive_seed("arena", seed)))
    source = BulkSource(draws, matches)
    first, second = (sides_from(draw_elevens(source, coefficients.spreads), fmt) for _ in range(2))
    ends = np.cumsum(list(eras.values())) / sum(eras.values())
    place = np.searchsorted(ends, (np.arange(matches) + 0.5) / matches)
    chosen = np.array(list(eras))[np.minimum(place, len(eras) - 1)]
    return Arena(
        fmt=fmt,
        sides=(first, second),
        scores=draws.standard_normal((4, matches)),
        seasons=Seasons(era=chosen, game=game),
    )


def play(model: BallModel, arena: Arena, seed: int) -> MatchLogs:
    """All matches of an arena, the first side batting first."""
    draws, when = Generator(Philox(seed)), arena.seasons
    towards = arena.towards(model.coefficients)
    home, away = arena.sides
    first = play_innings(model, arena.fmt, home, away, towards[0], draws, seasons=when)
    second = play_innings(
        model, arena.fmt, away, home, towards[1], draws, first.runs + 1, seasons=when
    )
    return MatchLogs(first=first, second=second)


def class_counts(log: InningsLog, overs: int) -> Floats:
    """Simulated deliveries by (over, class)."""
    used = log.outcome >= 0
    over = np.minimum(log.legal[used] // BALLS_PER_OVER, overs - 1)
    counts = np.zeros((overs, CLASSES))
    np.add.at(counts, (over, CLASS_OF[log.outcome[used]]), 1.0)
    return counts


def half_way(log: InningsLog, balls: int) -> Floats:
    """Runs (matches) made off the first `balls` legal balls."""
    counted = (log.outcome >= 0) & (log.legal < balls)
    return np.asarray(np.where(counted, RUNS_OF[log.outcome], 0).sum(axis=0), dtype=np.float64)
