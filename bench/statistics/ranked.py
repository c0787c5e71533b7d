"""How often a league that is played until it is ranked is ranked wrongly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bench.statistics.shares import RUNS, Share, fitted, number_of
from bench.worlds import WORLDS, World, stepped
from tournaments.pairs import Pair
from tournaments.stats.looks import even_looks
from tournaments.stats.ranked import GapState, RankedRule, RankedState, judge
from tournaments.stats.scale import ELO_A_NAT

# Gaps of 3 Elo, easily turned round, and of 44, just too wide to be called level within 40.
HARD: Final = {
    "gaps of 3 Elo": World(strengths=stepped(0.01), seats=0.3),
    "gaps of 44 Elo": World(strengths=stepped(0.16), seats=0.3),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """How often a gap was said to be resolved the wrong way round, or tied though it is wider than
    the margin; how often the league was decided, and the pairs of a pairing on average.
    """

    wrong: float
    wrongly_tied: float
    decided: float
    pairs: float


def ranked_errors(world: World, rule: RankedRule, runs: int, *, less_luck: bool) -> Ranked:
    dice = np.random.default_rng(23)
    truth = {name: nats * ELO_A_NAT for name, nats in world.truth().items()}
    wrong, tied, decided, pairs = Share(), Share(), Share(), []
    for _ in range(runs):
        played = world.play(rule.looks[-1], dice)
        verdict = next(_verdicts(played, rule, less_luck=less_luck))
        gaps = [(gap.state, truth[gap.better] - truth[gap.worse]) for gap in verdict.gaps]
        wrong.add(any(s is GapState.RESOLVED and real <= 1e-6 for s, real in gaps))
        tied.add(any(s is GapState.TIED and abs(real) > rule.margin_elo for s, real in gaps))
        decided.add(verdict.state is RankedState.RANKED)
        pairs.append(verdict.look)
    return Ranked(
        wrong=wrong.value,
        wrongly_tied=tied.value,
        decided=decided.value,
        pairs=float(np.mean(pairs)),
    )


def _verdicts(played: Sequence[Pair], rule: RankedRule, *, less_luck: bool) -> Iterator[Any]:
    for look in rule.looks:
        so_far = [pair for pair in played if number_of(pair) < look]
        verdict = judge(fitted(so_far, less_luck=less_luck), rule, look, adjusted=less_luck)
        if verdict.state is not RankedState.CONTINUE:
            yield verdict


def ranked_leagues() -> dict[str, Any]:
    found: dict[str, Any] = {}
    rule = RankedRule(looks=even_looks(8, 8, 48), margin_elo=40)
    for name, world in {**WORLDS, **HARD}.items():
        for less_luck in (False, True):
            told = ranked_errors(world, rule, RUNS // 4, less_luck=less_luck)
            found[
                f"ranked, {name}, {'adjusted' if less_luck else 'raw'}: wrong, tied, decided, pairs"
            ] = f"{told.wrong:.3f} {told.wrongly_tied:.3f} {told.decided:.3f} {told.pairs:.0f}"
    return found
