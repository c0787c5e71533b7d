"""How often 95 % intervals of ratings, of gaps and of places hold the truth."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np

from bench.statistics.shares import DRAWS, RUNS, Share, fitted, holds
from bench.worlds import WORLDS, World
from tournaments.stats.counts import Counts
from tournaments.stats.gaps import gap_between
from tournaments.stats.head_to_head import adjusted, head_to_head
from tournaments.stats.ranking import ranking_of
from tournaments.stats.scale import ELO_A_NAT, elo_of

SEEDS: Final = (8, 20, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Of the ratings, of the gaps between all captains, and of the ranges of places (where all are
    level, any place is true, so that says little); half a rating's interval in Elo.
    """

    ratings: float
    gaps: float
    places: float
    width: float


def league_coverage(world: World, seeds: int, runs: int, *, less_luck: bool) -> Coverage:
    dice = np.random.default_rng(seeds)
    truth = world.truth()
    place = {name: rank for rank, name in enumerate(sorted(truth, key=lambda n: -truth[n]), 1)}
    rated, apart, placed, widths = Share(), Share(), Share(), []
    for _ in range(runs):
        found = fitted(world.play(seeds, dice), less_luck=less_luck)
        for one in ranking_of(found, adjusted=less_luck, draws=DRAWS).captains:
            placed.add(one.place_low <= place[one.captain] <= one.place_high)
            rated.add(holds(one.low, one.high, truth[one.captain] * ELO_A_NAT))
            widths.append(one.width or 0.0)
        for one_name, other in combinations(found.captains, 2):
            gap = gap_between(found, one_name, other)
            apart.add(holds(gap.low, gap.high, (truth[one_name] - truth[other]) * ELO_A_NAT))
    return Coverage(
        ratings=rated.value,
        gaps=apart.value,
        places=placed.value,
        width=float(np.mean(widths)) / 2,
    )


def pair_coverage(world: World, pairs: int, runs: int, *, less_luck: bool) -> float:
    """Of the Elo of the first of two captains against the second."""
    dice = np.random.default_rng(pairs)
    two = World(
        strengths=world.strengths[:2],
        seed=world.seed,
        seats=world.seats,
        ties=world.ties,
        surprise=world.surprise,
    )
    truth = elo_of(two.expected(0, 1))
    assert truth is not None
    share = Share()
    for _ in range(runs):
        played = two.play(pairs, dice)
        if less_luck:
            told = adjusted(played, "c0")
            assert told is not None
            share.add(holds(told.elo.low, told.elo.high, truth))
        else:
            elo = head_to_head(Counts.of_pairs(played, "c0")).elo
            share.add(holds(elo.low, elo.high, truth))
    return share.value


def coverages() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, world in WORLDS.items():
        for seeds in SEEDS:
            for less_luck in (False, True):
                kind = "adjusted" if less_luck else "raw"
                runs = RUNS // 4
                league = league_coverage(world, seeds, runs, less_luck=less_luck)
                covers = f"{league.ratings:.3f} {league.gaps:.3f} {league.places:.3f}"
                found[f"{name}, {seeds} seeds, {kind}: rating, gap, place"] = (
                    f"{covers} (± {league.width:.0f} Elo)"
                )
                pair = pair_coverage(world, seeds, RUNS, less_luck=less_luck)
                found[f"{name}, {seeds} pairs of two, {kind}"] = f"{pair:.3f}"
    return found
