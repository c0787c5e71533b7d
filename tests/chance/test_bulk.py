"""Bulk play reads the same chances as the ball model, and reproduces the data.

Golden figures: ../shared/data/targets.md, "T20 men, major, TRAIN 2019-2024" (2,912 clean matches).
"""

from functools import cache

import numpy as np
import pytest
from numpy.random import Generator, Philox

from engine.chance import BallModel
from engine.chance.bulk import _Play
from engine.chance.classes import CLASS_OF, IS_LEGAL, BallClass, Floats
from engine.chance.elevens import elevens_of
from engine.chance.fitting.arena import arena_of, play
from engine.chance.fitting.checks import half_way_correlation
from engine.chance.logs import MatchLogs
from engine.chance.sides import sides_from
from engine.chance.squads import draw_squad
from engine.cricket.formats import T20
from engine.cricket.outcomes import OUTCOMES
from engine.cricket.players import Hand
from engine.cricket.state import Conditions
from engine.seeds import Streams
from tests.chance.contexts import MODEL, by_class, chase, context

PHASES = {"powerplay": (0, 36), "middle": (36, 90), "death": (90, 120)}
GOLDEN = {  # shares of legal balls: dot, one, two, four, six, wicket
    "powerplay": (0.4039, 0.2841, 0.0480, 0.1526, 0.0411, 0.0448),
    "middle": (0.2644, 0.4661, 0.0700, 0.0864, 0.0477, 0.0474),
    "death": (0.2083, 0.3849, 0.0957, 0.1159, 0.0797, 0.0869),
}
COLUMNS = [
    *(BallClass.DOT, BallClass.ONE, BallClass.TWO),
    *(BallClass.FOUR, BallClass.SIX, BallClass.WICKET),
]


@cache
def logs(overs: int = 20, matches: int = 2000) -> MatchLogs:
    model = BallModel.shipped()
    return play(model, arena_of(model.coefficients, overs, matches, seed=7), seed=7)


@pytest.mark.parametrize("target", [None, 180])
def test_bulk_play_has_the_chances_of_the_ball_model(target: int | None) -> None:
    squads = [draw_squad(Streams(seed), name) for seed in (1, 2) for name in ("home", "away")]
    bat, bowl = (sides_from(elevens_of(squads[n::2]), T20) for n in (0, 1))
    goals = None if target is None else np.array([target, target])
    many = _Play(MODEL, T20, bat, bowl, np.array([0.1, -0.2]), goals)
    draws = Generator(Philox(1))
    for _ in range(40):
        many.ball(draws.random((2, 2)))
    match, striker = 0, int(many.striker[0])
    state = {"legal_balls": many.legal[0], "wickets": many.lost[0], "runs": many.runs[0]}
    one = context(
        chase(**{k: int(v) for k, v in state.items()}, **({"target": target} if target else {})),
        striker=squads[0][striker],
        striker_order=striker + 1,
        balls_faced=int(many.faced[striker]),
        bowler=squads[1][int(bowl.plan[0, many.legal[0] // 6])],
        conditions=Conditions(venue=0.1),
    )
    assert many.free[0] == 0
    assert many.chances()[match] == pytest.approx(by_class(one), abs=1e-9)


@pytest.mark.parametrize("phase", PHASES)
def test_outcome_shares_by_phase(phase: str) -> None:
    assert _shares(*PHASES[phase]) == pytest.approx(GOLDEN[phase], rel=0.06)


def _shares(start: int, end: int) -> Floats:
    counts = np.zeros(len(BallClass))
    for log in (logs().first, logs().second):
        seen = (log.outcome >= 0) & (log.legal >= start) & (log.legal < end)
        drawn = log.outcome[seen]
        counts += np.bincount(CLASS_OF[drawn[IS_LEGAL[drawn]]], minlength=len(BallClass))
    return np.asarray(counts[COLUMNS] / counts.sum())


def test_the_first_innings_of_a_t20() -> None:
    first = logs().first
    assert first.runs.mean() == pytest.approx(167.7, abs=2.5)
    assert first.runs.std() == pytest.approx(32.6, rel=0.08)
    assert first.wickets.mean() == pytest.approx(6.57, abs=0.25)


def test_chases_succeed_half_the_time() -> None:
    assert logs().chase_score.mean() == pytest.approx(0.51, abs=0.035)


def test_the_halves_of_a_match_share_venue_and_day() -> None:
    assert half_way_correlation(logs(), 20) == pytest.approx(0.31, abs=0.08)


@pytest.mark.parametrize(("overs", "mean", "within"), [(5, 57.6, 8), (10, 93.0, 10), (50, 268, 12)])
def test_other_formats_are_in_range(overs: int, mean: float, within: float) -> None:
    # Short matches: rain-reduced ones, targets.md "Short matches" (15 of 5 overs, 28 of 9 and 10).
    assert logs(overs, 400).first.runs.mean() == pytest.approx(mean, abs=within)


def test_hands_are_told_in_the_order_of_the_table() -> None:
    squad = draw_squad(Streams(3), "home")
    hands = sides_from(elevens_of([squad]), T20).hand[0]
    assert [tuple(Hand)[h] for h in hands] == [p.bats for p in squad.players]


def test_nothing_counts_after_the_winning_run() -> None:
    played = logs(overs=1)
    chase, target = played.second, played.first.runs + 1
    last = (chase.outcome >= 0).sum(axis=0) - 1
    hits = [OUTCOMES[place] for place in chase.outcome[last, np.arange(len(last))]]
    won = [
        (hit, runs - goal)
        for hit, runs, goal in zip(hits, chase.runs, target, strict=True)
        if runs >= goal
    ]
    assert all(surplus == 0 for hit, surplus in won if not (hit.boundary or hit.penalty))
    assert not any(hit.is_wicket for hit, _ in won)
