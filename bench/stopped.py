"""What is said after a stop, measured by simulation: the Elo of a test that stopped by itself, and
a league that stopped by the rule of its file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bench.statistics.sequential import LAWS, around, shifted
from bench.worlds import WORLDS, World
from tournaments.growing import growing
from tournaments.pairs import Pair
from tournaments.stats.after_stop import after_stop
from tournaments.stats.counts import Counts, Sums
from tournaments.stats.ranked import GapState
from tournaments.stats.scale import ELO_A_NAT
from tournaments.stats.sprt import Model, Sprt, State
from tournaments.stop_spec import StopRanked
from tournaments.stopping import StopState

Draw = Callable[[np.random.Generator, int], np.ndarray[Any, Any]]
RUNS: Final = 300
_ROOM: Final = 3  # an adaptive rule may give a pairing more than its share


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """Of mean scores after a test: how often the interval held the truth, how often the estimate
    was above it, how far the estimate and the plain mean were off on average, in all and where H1
    was accepted; pairs on average.
    """

    coverage: float
    above: float
    bias: float
    plain_bias: float
    bias_at_h1: float
    plain_bias_at_h1: float
    pairs: float


def stopped_tests(
    test: Sprt, draw: Draw, truth: float, runs: int, *, every: int, most: int, adjusted: bool
) -> Stopped:
    """Tests that look after every so many pairs, at most so many in all."""
    dice = np.random.default_rng(31)
    held, off, plain, passed, pairs = [], [], [], [], []
    for _ in range(runs):
        scores, looks, state = _tested(test, draw, dice, every, most, adjusted=adjusted)
        found = after_stop(test, scores, looks, adjusted=adjusted)
        assert found.mean is not None
        assert found.low is not None
        assert found.high is not None
        held.append(found.low <= truth <= found.high)
        off.append(found.mean - truth)
        plain.append(float(np.mean(scores)) - truth)
        passed.append(state is State.ACCEPT_H1)
        pairs.append(len(scores))
    at_h1 = np.array(passed)
    return Stopped(
        coverage=float(np.mean(held)),
        above=float(np.mean(np.array(off) > 0)),
        bias=float(np.mean(off)),
        plain_bias=float(np.mean(plain)),
        bias_at_h1=float(np.mean(np.array(off)[at_h1])),
        plain_bias_at_h1=float(np.mean(np.array(plain)[at_h1])),
        pairs=float(np.mean(pairs)),
    )


def _tested(
    test: Sprt, draw: Draw, dice: np.random.Generator, every: int, most: int, *, adjusted: bool
) -> tuple[list[float], list[int], State]:
    scores, looks, state = list[float](), list[int](), State.CONTINUE
    while state is State.CONTINUE and len(scores) < most:
        scores += draw(dice, every).tolist()
        looks.append(len(scores))
        state = (
            test.of_adjusted(Sums.of_scores(scores))
            if adjusted
            else test.of_counts(Counts.of_scores(scores))
        ).state
    return scores, looks, state


def by_law(shares: Sequence[float]) -> Draw:
    """Pairs that score 0, ¼, ½, ¾, 1 with these chances."""
    return lambda dice, size: dice.choice(np.arange(5) / 4, size, p=shares)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByFile:
    """How often a gap was resolved the wrong way round (between equals: at all) or called tied
    though it is wider than the margin; how often the rule was done; pairs of a pairing on average.
    """

    wrong: float
    wrongly_tied: float
    decided: float
    pairs: float


def by_the_file(world: World, stop: StopRanked, first: int, runs: int, *, seed: int = 37) -> ByFile:
    """Leagues that a file's `stop: {when: ranked}` ends, as a run asks it."""
    dice = np.random.default_rng(seed)
    truth = {name: nats * ELO_A_NAT for name, nats in world.truth().items()}
    names = world.names
    pairings = [(names[one], names[other]) for one, other in world.pairings]
    wrong, tied, decided, pairs = [], [], [], []
    for _ in range(runs):
        found = growing(stop, first, pairings).after(
            _numbered(world.play(_ROOM * stop.max_pairs, dice))
        )
        gaps = [(g.state, truth[g.better] - truth[g.worse]) for g in found.stopping.gaps]
        wrong.append(any(s is GapState.RESOLVED and real <= 1e-6 for s, real in gaps))
        tied.append(any(s is GapState.TIED and abs(real) > stop.margin_elo for s, real in gaps))
        decided.append(found.stopping.state is StopState.RANKED)
        pairs.append(np.mean(list(found.pairs.values())))
    return ByFile(
        wrong=float(np.mean(wrong)),
        wrongly_tied=float(np.mean(tied)),
        decided=float(np.mean(decided)),
        pairs=float(np.mean(pairs)),
    )


def _numbered(pairs: Sequence[Pair]) -> Mapping[tuple[str, str], Mapping[int, Pair]]:
    found: dict[tuple[str, str], dict[int, Pair]] = {}
    for pair in pairs:
        number = int(pair.pair_id.rpartition("-")[2]) + 1
        found.setdefault((pair.first, pair.second), {})[number] = pair
    return found


def measure(runs: int) -> dict[str, Any]:
    """Of so many tests and leagues each."""
    return {**_tests(runs), **_leagues(runs)}


def _tests(runs: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for nelo in (0, 25, 50):
        law = shifted(LAWS["independent"], nelo)
        truth = float(np.arange(5) / 4 @ law)
        told = stopped_tests(
            Sprt(elo0=0, elo1=50), by_law(law), truth, runs, every=4, most=1_000, adjusted=False
        )
        found[f"after a test, raw, truth {nelo} nElo"] = _line(told)
    for elo in (0, 25, 50, 300):
        test = Sprt(elo0=0, elo1=50, model=Model.LOGISTIC)
        truth = float(1 / (1 + 10 ** (-elo / 400)))
        told = stopped_tests(test, around(elo), truth, runs, every=4, most=1_000, adjusted=True)
        found[f"after a test, adjusted, truth {elo} Elo"] = _line(told)
    return found


def _line(told: Stopped) -> str:
    return (
        f"holds {told.coverage:.3f}, above {told.above:.3f}, off {told.bias:+.4f} (plain "
        f"{told.plain_bias:+.4f}), at H1 {told.bias_at_h1:+.4f} (plain "
        f"{told.plain_bias_at_h1:+.4f}), {told.pairs:.0f} pairs"
    )


def _leagues(runs: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    worlds = {"even": World(strengths=(0.0,) * 3), "spread": WORLDS["captain x seed, spread"]}
    for name, world in worlds.items():
        for allocate in ("even", "adaptive"):
            stop = StopRanked(
                when="ranked",
                max_pairs=40,
                every=4,
                margin_elo=25,
                scores="adjusted",
                allocate="adaptive" if allocate == "adaptive" else "even",
            )
            told = by_the_file(world, stop, 4, runs)
            found[f"ranked by the file, adjusted, {name}, {allocate}"] = (
                f"wrong {told.wrong:.3f}, wrongly tied {told.wrongly_tied:.3f}, decided "
                f"{told.decided:.3f}, {told.pairs:.0f} pairs"
            )
    return found
