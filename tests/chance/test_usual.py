"""The usual sides: who is in, and what is worth how much beside them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from engine.chance.bulk import play_drawn
from engine.chance.classes import Floats
from engine.chance.crease import Crease
from engine.chance.design import ORDERS, WICKETS, faced_bin
from engine.chance.kinds import batters_of, bowlers_of
from engine.chance.logs import InningsLog
from engine.chance.sides import Seasons
from engine.chance.solving import CHASE, FIRST, solved
from engine.chance.usual import Stage, Usual
from engine.chance.worth import worth_of
from engine.cricket.formats import SUPER_OVER, T20
from engine.cricket.outcomes import OUTCOME_INDEX
from engine.cricket.players import Game
from engine.cricket.state import ALL_OUT, Innings
from engine.eras import CURRENT_ERA
from tests.chance.contexts import MODEL, average_value, chase

STAGE = Stage(format=T20, era=CURRENT_ERA, game=Game.MEN)
MATCHES = 4_000
SPREADS = MODEL.coefficients.spreads


@cache
def crease() -> Crease:
    return Usual(STAGE, MODEL, ALL_OUT).crease


@cache
def first_innings() -> InningsLog:
    played = play_drawn(MODEL, T20, Seasons.current(MATCHES), np.random.default_rng(5))
    return played.logs.first


def _seen(where: npt.NDArray[np.integer[Any]], size: int) -> Floats:
    """How often each value of `where` was seen, whoever batted, as shares."""
    return np.asarray(np.bincount(where, minlength=size) / len(where))


@pytest.mark.parametrize("balls", [range(6), range(6, 36), range(36, 96), range(96, 120)])
def test_who_faces_is_who_faces_in_play(balls: range) -> None:
    log = first_innings()
    now = (log.outcome >= 0) & (log.legal >= balls.start) & (log.legal < balls.stop)
    told = crease().facing[log.legal[now], np.minimum(log.lost[now], WICKETS - 1)]
    by_bin, by_place = told.sum(axis=(2, 3)).mean(axis=0), told.sum(axis=(1, 3)).mean(axis=0)
    assert _seen(faced_bin(log.faced[now].astype(np.intp)), len(by_bin)) == pytest.approx(
        by_bin, abs=0.015
    )
    assert _seen(log.order[now] - 1, ORDERS) == pytest.approx(by_place, abs=0.015)


def test_there_are_always_two_at_the_crease() -> None:
    before = crease().before
    for told in (before.faced, before.places):
        count = told.sum(axis=-1)
        assert np.allclose(count[count > 0.0], 1.0)


def test_those_who_are_still_in_have_been_hard_to_get_out() -> None:
    survival = crease().before.skills[..., 1].mean(axis=-1)
    assert survival[90, 2] > survival[60, 2] > survival[30, 2] > survival[30, 4] > 0.0


def test_kinds_spread_as_players_do() -> None:
    bowlers = bowlers_of(SPREADS)
    assert bowlers.mean(axis=0) == pytest.approx([0.0, 0.0])
    assert bowlers.std(axis=0) == pytest.approx([SPREADS.economy, SPREADS.strike])
    last = batters_of(SPREADS)[-1]
    assert np.corrcoef(last.T)[0, 1] == pytest.approx(SPREADS.batting_correlation)
    assert last.std(axis=0) == pytest.approx([SPREADS.scoring[-1], SPREADS.survival[-1]])


@pytest.mark.parametrize("innings", [FIRST, CHASE])
def test_better_conditions_add_more_than_worse_ones_take(innings: int) -> None:
    worth = worth_of(STAGE, MODEL, ALL_OUT, innings)
    better, worse = (worth.in_conditions(120, 0, towards) for towards in (0.3, -0.3))
    assert better > -worse > 0.0


def test_a_free_hit_is_worth_a_run_or_so() -> None:
    worth = solved(STAGE, MODEL, ALL_OUT).free_hits[FIRST].runs[1:, :-1]
    assert 0.3 < worth.min() < worth.max() < 2.0
    assert 0.7 < worth[60:110, 1:5].mean() < 1.2


@pytest.mark.parametrize(("legal_balls", "needed"), [(40, 110), (100, 32), (117, 5), (119, 3)])
def test_a_free_hit_to_come_is_in_the_value_of_a_no_ball_and_of_a_wide_after_it(
    legal_balls: int, needed: int
) -> None:
    value = average_value(20)
    plain = chase(legal_balls=legal_balls, runs=130, target=130 + needed, wickets=4)
    free = replace(plain, free_hit=True)
    wide, no_ball = OUTCOME_INDEX["wd1"], OUTCOME_INDEX["nb1"]
    assert 1.0 > value.of(free) > value.of(plain)
    assert value.after(plain)[no_ball] == value.after(free)[no_ball] == value.after(free)[wide]
    assert value.after(free)[wide] > value.after(plain)[wide]


@pytest.mark.parametrize("innings", [chase(target=9), chase(legal_balls=5, target=4)])
def test_a_free_hit_in_a_super_over_is_worth_what_is_made_of_it(innings: Innings) -> None:
    value, free = average_value(5), _super_over(replace(innings, free_hit=True))
    no_ball, six = OUTCOME_INDEX["nb1"], OUTCOME_INDEX["6"]
    assert value.of(free) > value.of(_super_over(innings)) + 0.05
    before = replace(_super_over(innings), target=innings.target and innings.target + 1)
    assert value.after(before)[no_ball] == value.of(free)
    assert value.after(free)[six] > value.of(free)


def _super_over(innings: Innings) -> Innings:
    return replace(innings, number=4, format=SUPER_OVER, max_wickets=2)


def test_a_settled_batter_is_worth_more_where_he_faces() -> None:
    settled = worth_of(STAGE, MODEL, ALL_OUT, FIRST).settled
    faces, waits = settled[1, 5, :, 30]
    assert faces > 0.0 == waits
    assert settled[40, 5, 0, 30] > settled[40, 5, 0, 0]
