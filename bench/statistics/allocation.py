"""Whether pairs given where they tell most leave ratings unbiased, intervals and order right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.statistics.shares import DRAWS, RUNS, Share, fitted, holds, number_of
from bench.worlds import WORLDS, World
from tournaments.pairs import Pair
from tournaments.stats.allocation import next_pairs
from tournaments.stats.ranking import ranking_of
from tournaments.stats.scale import ELO_A_NAT


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocated:
    """`bias`: the furthest that a mean rating is off, in Elo, with its standard error and with the
    `spread` of the rating itself; `left`: the sum of all scores less what was expected.
    """

    bias: float
    bias_error: float
    spread: float
    left: float
    left_error: float
    coverage: float
    pairs: float
    order_right: float


def allocated(
    world: World, *, start: int, block: int, blocks: int, runs: int, adaptive: bool, less_luck: bool
) -> Allocated:
    """`start` pairs of every pairing, then blocks where they tell most, or evenly."""
    dice = np.random.default_rng(29)
    truth = {name: nats * ELO_A_NAT for name, nats in world.truth().items()}
    best_first = sorted(world.names, key=lambda n: -truth[n])
    off, left, share, right, count = [], [], Share(), Share(), []
    for _ in range(runs):
        every = world.play(start + block * blocks, dice)
        given = dict.fromkeys(_pairings(world), start)
        for _ in range(blocks):
            _give(given, _given(every, given), block, adaptive=adaptive, less_luck=less_luck)
        played = _given(every, given)
        found = fitted(played, less_luck=less_luck)
        elo = dict(zip(found.captains, found.strengths * ELO_A_NAT, strict=True))
        off.append([float(elo[name]) - truth[name] for name in world.names])
        right.add(sorted(world.names, key=lambda n: -elo[n]) == best_first)
        for one in ranking_of(found, adjusted=less_luck, draws=DRAWS).captains:
            share.add(holds(one.low, one.high, truth[one.captain]))
        count.append(len(played))
        left.append(_left_over(played, world))
    mean, spread = np.mean(off, axis=0), np.std(off, axis=0)
    worst = int(np.argmax(np.abs(mean)))
    return Allocated(
        bias=float(mean[worst]),
        bias_error=float(spread[worst] / np.sqrt(runs)),
        spread=float(spread[worst]),
        left=float(np.mean(left)),
        left_error=float(np.std(left) / np.sqrt(runs)),
        coverage=share.value,
        pairs=float(np.mean(count)),
        order_right=right.value,
    )


def _pairings(world: World) -> list[tuple[str, str]]:
    return [(world.names[one], world.names[other]) for one, other in world.pairings]


def _give(
    given: dict[tuple[str, str], int],
    played: Sequence[Pair],
    block: int,
    *,
    adaptive: bool,
    less_luck: bool,
) -> None:
    """Adds a block of pairs to those that each pairing is given."""
    if adaptive:
        found = fitted(played, less_luck=less_luck)
        more = next_pairs(found, list(given), block, adjusted=less_luck)
    else:
        more = dict.fromkeys(given, block // len(given))
    for pairing in given:
        given[pairing] += more.get(pairing, 0)


def _left_over(played: Sequence[Pair], world: World) -> float:
    """What the sum of the first captains' scores is above its expectation."""
    place = {name: number for number, name in enumerate(world.names)}
    expected = (world.expected(place[pair.first], place[pair.second]) for pair in played)
    return sum(pair.adjusted for pair in played) - sum(expected)


def _given(every: Sequence[Pair], given: dict[tuple[str, str], int]) -> list[Pair]:
    return [pair for pair in every if number_of(pair) < given[pair.first, pair.second]]


def allocations() -> dict[str, Any]:
    found: dict[str, Any] = {}
    world = WORLDS["captain x seed, spread"]
    for adaptive in (False, True):
        told = allocated(
            world, start=16, block=20, blocks=6, runs=RUNS // 4, adaptive=adaptive, less_luck=True
        )
        kind = "adaptive" if adaptive else "even"
        bias = f"{told.bias:+.1f} ± {told.bias_error:.1f} of {told.spread:.0f} Elo"
        left = f"{told.left:+.2f} ± {told.left_error:.2f}"
        found[f"{kind} allocation: bias, coverage, order right, score left over"] = (
            f"{bias} {told.coverage:.3f} {told.order_right:.3f} {left}"
        )
    return found
