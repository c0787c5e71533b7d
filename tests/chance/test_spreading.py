"""The calibration of how far conditions spread."""

from functools import cache

import numpy as np
import pytest

from engine.chance import BallModel
from engine.chance.coefficients import ConditionSpreads
from engine.chance.design import ODI_FAMILY
from engine.chance.fitting.arena import arena_of, play
from engine.chance.fitting.calibration import ROUNDS, SETTLED, step_of
from engine.chance.fitting.checks import half_way_correlation
from engine.chance.fitting.margins import Margins
from engine.chance.fitting.spreading import moved_spreads
from engine.chance.fitting.targets import RealTable
from engine.chance.logs import MatchLogs

MATCHES = 500
COEFFICIENTS = BallModel.shipped().coefficients
SHIPPED = COEFFICIENTS.families["odi"].conditions
ARENA = arena_of(COEFFICIENTS, ODI_FAMILY.overs, MATCHES)


@cache
def logs() -> MatchLogs:
    return play(BallModel.shipped(), ARENA, seed=3)


def moved(*, sd: float = 1.0, correlation: float = 1.0) -> ConditionSpreads:
    """The spreads after a round, where the real figures are so many times the simulated ones."""
    real = RealTable(
        shares=np.zeros(0),
        sd=sd * float(logs().first.runs.std()),
        correlation=correlation * half_way_correlation(logs(), ODI_FAMILY.overs),
        mean=0.0,
        second_mean=0.0,
        wickets=0.0,
        chases=0.0,
        eras={},
        margins=Margins(counts={}),
    )
    towards = ARENA.towards(COEFFICIENTS)[0]
    return moved_spreads(SHIPPED, ODI_FAMILY, real, logs(), towards, step=1.0)


def test_spreads_that_give_the_real_figures_stay() -> None:
    assert moved().model_dump() == pytest.approx(SHIPPED.model_dump(), abs=3e-3)


def test_innings_that_are_less_alike_share_less_and_have_more_of_their_own() -> None:
    found = moved(correlation=0.7)
    assert found.venue < SHIPPED.venue
    assert found.day < SHIPPED.day
    assert found.innings > SHIPPED.innings


def test_totals_that_differ_more_have_more_of_their_own() -> None:
    found = moved(sd=1.1)
    assert found.innings > SHIPPED.innings
    assert found.venue == pytest.approx(SHIPPED.venue, abs=3e-3)


def test_venue_and_day_keep_their_proportion() -> None:
    found = moved(correlation=0.7)
    assert found.venue / found.day == pytest.approx(SHIPPED.venue / SHIPPED.day, rel=1e-2)


def test_steps_shrink_once_the_calibration_has_settled() -> None:
    steps = [step_of(turn) for turn in range(ROUNDS)]
    assert steps[:SETTLED] == [1.0] * SETTLED
    assert all(a > b > 0.0 for a, b in zip(steps[SETTLED - 1 :], steps[SETTLED:], strict=False))
