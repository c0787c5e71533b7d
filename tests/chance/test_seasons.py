"""Seasons and games: whose scoring a match is played with."""

from dataclasses import replace

import numpy as np
import pytest

from engine.chance import BallModel
from engine.chance.classes import BallClass
from engine.chance.coefficients import shipped_assumptions
from engine.chance.fitting.seasons import Damping, SeasonTable, backtest, extended, smoothed
from engine.cricket.errors import UnknownFormat
from engine.cricket.formats import ODI, T5, T20
from engine.cricket.players import Game
from engine.cricket.state import Conditions
from engine.eras import CURRENT_ERA
from tests.chance.contexts import MODEL, by_class, chase, context


def six(era: int, game: Game = Game.MEN) -> float:
    here = context(chase(legal_balls=60), conditions=Conditions(era=era, game=game))
    return float(by_class(here)[BallClass.SIX])


def test_sixes_have_grown_since_2014() -> None:
    assert six(2014) < six(2019) < six(2024)


def test_seasons_after_the_data_go_on_ever_more_slowly() -> None:
    years = [np.log(six(year)) for year in (2024, 2025, 2026, 2027)]
    steps = np.abs(np.diff(years))
    assert steps[0] >= steps[1] >= steps[2]


def test_women_hit_fewer_sixes_than_men() -> None:
    assert six(2022, Game.WOMEN) < 0.6 * six(2022)


def test_the_tables_of_a_season_do_not_depend_on_what_was_asked_before() -> None:
    fresh = BallModel(MODEL.coefficients, shipped_assumptions(), digest="")
    fresh.tables(T5, 2014)
    assert (fresh.tables(T5, 2021).base == MODEL.tables(T5, 2021).base).all()


def test_the_current_season_is_the_default() -> None:
    assert MODEL.tables(T20) is MODEL.tables(T20, CURRENT_ERA, Game.MEN)


def test_womens_one_day_matches_are_refused() -> None:
    with pytest.raises(UnknownFormat, match="women play 1 to 20 overs"):
        MODEL.tables(ODI, 2022, Game.WOMEN)


def table_of(levels: list[float]) -> SeasonTable:
    """A made-up table in which only sixes move."""
    whole = np.zeros((14, 3, 11))
    whole[: len(levels), :, BallClass.SIX] = np.array(levels)[:, None]
    counts = np.zeros_like(whole)
    counts[: len(levels)] = 5000.0
    return SeasonTable(levels=whole, counts=counts)


def test_a_damped_trend_adds_a_share_of_the_last_step() -> None:
    table = table_of([0.1 * i for i in range(11)])
    ahead = extended(table.levels, table.last, Damping(factor=0.5, window=5))
    assert ahead[10:, 0, BallClass.SIX] == pytest.approx([1.0, 1.05, 1.075, 1.0875])


def test_a_steady_trend_is_told_from_the_past() -> None:
    found = backtest(table_of([0.1 * i for i in range(11)]))
    assert found.damping.factor == 0.8
    assert found.runs[1] < 1.0


def test_a_season_of_few_balls_leans_on_its_neighbours() -> None:
    table = table_of([0.0, 0.2, 0.0, 0.2, 3.0, 0.1, 0.0])
    counts = table.counts.copy()
    counts[4] = 5.0
    level = smoothed(replace(table, counts=counts))[4, 0, BallClass.SIX]
    assert 0.0 < level < 1.0


def test_nobody_can_change_the_tables() -> None:
    with pytest.raises(ValueError, match="read-only"):
        MODEL.tables(T20).base[0, 0, 0, 0] = 1.0
