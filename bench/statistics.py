"""What the statistics claim, measured by simulation: how often 95 % intervals hold the truth, how
often tests err. `python -m bench statistics` takes a quarter of an hour; tests run parts of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np

from bench.worlds import WORLDS, World, stepped
from tournaments.pairs import Pair
from tournaments.ratings import adjusted_games, raw_games
from tournaments.stats.allocation import next_pairs
from tournaments.stats.bradley_terry import Fit, fit
from tournaments.stats.counts import Counts
from tournaments.stats.gaps import gap_between
from tournaments.stats.head_to_head import adjusted, head_to_head
from tournaments.stats.looks import even_looks
from tournaments.stats.ranked import GapState, RankedRule, RankedState, judge
from tournaments.stats.ranking import ranking_of
from tournaments.stats.scale import ELO_A_NAT, NELO_A_SIGMA, elo_of, score_at
from tournaments.stats.sprt import Model, Sprt, State

RUNS: Final = 800
SEEDS: Final = (8, 20, 60)
_DRAWS: Final = 400


@dataclass(slots=True)
class Share:
    """How often something was so."""

    hits: int = 0
    tries: int = 0

    def add(self, hit: bool) -> None:
        self.hits += hit
        self.tries += 1

    @property
    def value(self) -> float:
        return self.hits / self.tries if self.tries else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Of the ratings, of the gaps between all captains, and of the ranges of places (where all are
    level, any place is true, so that says little); half a rating's interval in Elo.
    """

    ratings: float
    gaps: float
    places: float
    width: float


def holds(low: float | None, high: float | None, truth: float) -> bool:
    """Whether an interval holds it; an open end holds all."""
    return (low is None or low <= truth) and (high is None or truth <= high)


def league_coverage(world: World, seeds: int, runs: int, *, less_luck: bool) -> Coverage:
    dice = np.random.default_rng(seeds)
    truth = world.truth()
    place = {name: rank for rank, name in enumerate(sorted(truth, key=lambda n: -truth[n]), 1)}
    rated, apart, placed, widths = Share(), Share(), Share(), []
    for _ in range(runs):
        found = fitted(world.play(seeds, dice), less_luck=less_luck)
        for one in ranking_of(found, adjusted=less_luck, draws=_DRAWS).captains:
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


def fitted(pairs: Sequence[Pair], *, less_luck: bool) -> Fit:
    return fit(adjusted_games(pairs) if less_luck else raw_games(pairs))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """How often H1 was accepted, how often H0, and pairs on average."""

    accepted_h1: float
    accepted_h0: float
    pairs: float


def sprt_errors(
    test: Sprt, shares: Sequence[float], runs: int, *, every: int = 1, least: int = 4
) -> Tested:
    """Pairs that score 0, ¼, ½, ¾, 1 with these chances, until the test is decided."""
    dice = np.random.default_rng(17)
    ended = [_until_decided(test, shares, dice, every, least) for _ in range(runs)]
    return _tested(ended)


def _until_decided(
    test: Sprt, shares: Sequence[float], dice: np.random.Generator, every: int, least: int
) -> tuple[State, int]:
    counts = np.zeros(5)
    pairs = 0
    while True:
        step = every if pairs >= least else least
        counts += dice.multinomial(step, shares)
        pairs += step
        state = test.of_counts(Counts(counts=tuple(counts.tolist()))).state
        if state is not State.CONTINUE:
            return state, pairs


def adjusted_sprt_errors(
    test: Sprt, draw: Callable[[np.random.Generator, int], np.ndarray[Any, Any]], runs: int
) -> Tested:
    """Adjusted scores of pairs as `draw` gives them, until the test is decided."""
    dice = np.random.default_rng(19)
    ended = []
    for _ in range(runs):
        scores: list[float] = []
        state = State.CONTINUE
        while state is State.CONTINUE:
            scores += draw(dice, 1).tolist()
            state = test.of_adjusted(scores).state
        ended.append((state, len(scores)))
    return _tested(ended)


def _tested(ended: Sequence[tuple[State, int]]) -> Tested:
    return Tested(
        accepted_h1=float(np.mean([state is State.ACCEPT_H1 for state, _ in ended])),
        accepted_h0=float(np.mean([state is State.ACCEPT_H0 for state, _ in ended])),
        pairs=float(np.mean([pairs for _, pairs in ended])),
    )


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


def number_of(pair: Pair) -> int:
    """Of the pair in its pairing, from 0."""
    return int(pair.pair_id.rpartition("-")[2])


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
    truth = world.truth()
    names = world.names
    pairings = [(names[one], names[other]) for one, other in world.pairings]
    off, left, share, right, count = [], [], Share(), Share(), []
    most = start + block * blocks
    for _ in range(runs):
        every = world.play(most, dice)
        given = dict.fromkeys(pairings, start)
        for _ in range(blocks):
            found = fitted(_given(every, given), less_luck=less_luck)
            more = (
                next_pairs(found, pairings, block, adjusted=less_luck)
                if adaptive
                else dict.fromkeys(pairings, block // len(pairings))
            )
            given = {pairing: given[pairing] + more.get(pairing, 0) for pairing in pairings}
        played = _given(every, given)
        found = fitted(played, less_luck=less_luck)
        elo = dict(zip(found.captains, found.strengths * ELO_A_NAT, strict=True))
        off.append([float(elo[name]) - truth[name] * ELO_A_NAT for name in names])
        right.add(sorted(names, key=lambda n: -elo[n]) == sorted(names, key=lambda n: -truth[n]))
        for one in ranking_of(found, adjusted=less_luck, draws=_DRAWS).captains:
            share.add(holds(one.low, one.high, truth[one.captain] * ELO_A_NAT))
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


def _left_over(played: Sequence[Pair], world: World) -> float:
    """What the sum of the first captains' scores is above its expectation."""
    place = {name: number for number, name in enumerate(world.names)}
    expected = (world.expected(place[pair.first], place[pair.second]) for pair in played)
    return sum(pair.adjusted for pair in played) - sum(expected)


def _given(every: Sequence[Pair], given: dict[tuple[str, str], int]) -> list[Pair]:
    return [pair for pair in every if number_of(pair) < given[pair.first, pair.second]]


# Pairs that score 0, ¼, ½, ¾, 1: independent legs without ties, legs that share their luck, draws.
LAWS: Final = {
    "independent": (0.25, 0.0, 0.5, 0.0, 0.25),
    "shared luck": (0.1, 0.0, 0.8, 0.0, 0.1),
    "draws": (0.05, 0.25, 0.4, 0.25, 0.05),
}


def shifted(law: Sequence[float], nelo: float) -> tuple[float, ...]:
    """The law with its mean moved to that normalized Elo, by exponential tilting."""
    scores = np.arange(5) / 4
    shares = np.array(law)
    moved, low, high = shares, -50.0, 50.0
    for _ in range(80):
        tilt = (low + high) / 2
        moved = shares * np.exp(tilt * (scores - 0.5))
        moved /= moved.sum()
        mean = float(moved @ scores)
        sigma = float(np.sqrt(moved @ (scores - mean) ** 2))
        reached = (mean - 0.5) / (sigma * np.sqrt(2)) * NELO_A_SIGMA
        low, high = (tilt, high) if reached < nelo else (low, tilt)
    return tuple(float(share) for share in moved)


def around(elo: float) -> Callable[[np.random.Generator, int], np.ndarray[Any, Any]]:
    """Adjusted scores of a pair as they are in play: mostly close, at times far off."""

    def draw(dice: np.random.Generator, size: int) -> np.ndarray[Any, Any]:
        wide = np.where(dice.random(size) < 0.1, 0.4, 0.08)
        return score_at(elo) + wide * dice.standard_normal(size)

    return draw


def measure() -> dict[str, Any]:
    """Coverage in per cent of all, and errors likewise."""
    return {**_coverages(), **_sequential(), **_ranked(), **_allocation()}


def _coverages() -> dict[str, Any]:
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


def _sequential() -> dict[str, Any]:
    test = Sprt(elo0=0, elo1=50)
    found: dict[str, Any] = {}
    for name, law in LAWS.items():
        for nelo in (0, 25, 50):
            told = sprt_errors(test, shifted(law, nelo), RUNS // 4)
            found[f"sprt [0, 50] nElo, {name}, truth {nelo}: H1, pairs"] = (
                f"{told.accepted_h1:.3f} {told.pairs:.0f}"
            )
    for elo in (0, 25, 50):
        told = adjusted_sprt_errors(
            Sprt(elo0=0, elo1=50, model=Model.LOGISTIC), around(elo), RUNS // 2
        )
        found[f"sprt [0, 50] Elo, adjusted, truth {elo}: H1, pairs"] = (
            f"{told.accepted_h1:.3f} {told.pairs:.0f}"
        )
    return found


# Gaps of 3 Elo, easily turned round, and of 44, just too wide to be called level within 40.
HARD: Final = {
    "gaps of 3 Elo": World(strengths=stepped(0.01), seats=0.3),
    "gaps of 44 Elo": World(strengths=stepped(0.16), seats=0.3),
}


def _ranked() -> dict[str, Any]:
    found: dict[str, Any] = {}
    rule = RankedRule(looks=even_looks(8, 8, 48), margin_elo=40)
    for name, world in {**WORLDS, **HARD}.items():
        for less_luck in (False, True):
            told = ranked_errors(world, rule, RUNS // 4, less_luck=less_luck)
            found[
                f"ranked, {name}, {'adjusted' if less_luck else 'raw'}: wrong, tied, decided, pairs"
            ] = f"{told.wrong:.3f} {told.wrongly_tied:.3f} {told.decided:.3f} {told.pairs:.0f}"
    return found


def _allocation() -> dict[str, Any]:
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
