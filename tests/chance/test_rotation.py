"""Who usually bowls: as varied as real sides, the same for everybody who asks.

Golden figures: ../shared/data/targets.md, "Bowling-change patterns", T20 majors 2019-24.
"""

import itertools
from functools import cache

import numpy as np
import pytest
from numpy.random import Generator, Philox

from engine.chance import draw_squad
from engine.chance.classes import Ints
from engine.chance.elevens import IS_SPIN, BulkSource, draw_elevens, elevens_of
from engine.chance.rotation import HABITS, SPIN_BY_OVER, plan_overs, usual_plan
from engine.chance.sides import Sides, sides_from
from engine.cricket.formats import T20, format_of
from engine.seeds import Streams
from tests.chance.contexts import MODEL


@cache
def sides() -> Sides:
    source = BulkSource(Generator(Philox(1)), 2000)
    return sides_from(draw_elevens(source, MODEL.coefficients.spreads), T20)


def overs_of_each() -> Ints:
    """Overs that each player of each squad bowls, (squads, 11)."""
    return np.stack([np.bincount(plan, minlength=11) for plan in sides().plan])


@pytest.mark.parametrize("overs", [1, 2, 3, 5, 7, 12, 20, 50])
@pytest.mark.parametrize("spinners", [0, 2, 6])
@pytest.mark.parametrize("bowlers", [6, 8])
def test_a_plan_keeps_to_quotas_and_never_gives_two_overs_running(
    overs: int, spinners: int, bowlers: int
) -> None:
    fmt = format_of(overs)
    for habit in range(HABITS):
        plan = plan_overs(fmt, tuple(k < spinners for k in range(bowlers)), habit)
        bowled = [plan.count(k) for k in range(bowlers)]
        assert all(a != b for a, b in itertools.pairwise(plan))
        assert max(bowled) <= fmt.quota + (fmt.bowlers_with_extra_over > 0)
        assert sum(n > fmt.quota for n in bowled) <= fmt.bowlers_with_extra_over


def test_five_six_or_seven_bowlers_are_used_as_often_as_in_the_data() -> None:
    used = (overs_of_each() > 0).sum(axis=1)
    shares = [float((used == n).mean()) for n in (5, 6, 7)]
    assert shares == pytest.approx([0.171, 0.633, 0.181], abs=0.04)


def test_about_three_bowlers_bowl_all_their_overs() -> None:
    assert (overs_of_each() == 4).sum(axis=1).mean() == pytest.approx(3.32, abs=0.2)


def test_spin_bowls_when_it_does_in_the_data() -> None:
    spin = np.take_along_axis(IS_SPIN[sides().style], sides().plan, axis=1).mean(axis=0)
    assert spin == pytest.approx(np.array(SPIN_BY_OVER), abs=0.06)


@pytest.mark.parametrize("seed", range(8))
def test_the_plan_of_a_squad_is_the_same_in_bulk_play(seed: int) -> None:
    squad = draw_squad(Streams(seed), "home")
    assert tuple(sides_from(elevens_of([squad]), T20).plan[0].tolist()) == usual_plan(squad, T20)
