"""The fold counts as a scorer does: hand-made innings give hand-counted numbers."""

import numpy as np
import pytest

from engine.chance import BallModel
from engine.cricket.outcomes import Dismissal
from engine.cricket.players import Game
from engine.fidelity import ODI, T20, Balls, Plan, Table, add_all, fold, simulate, tables_of
from engine.fidelity.simulation import play_batch
from tests.fidelity.support import ball, balls, out

PLAN = Plan.of_seasons(T20, Game.MEN, 60, 1, {2019: 1, 2024: 2})
PLAYED = play_batch(PLAN, BallModel.shipped(), PLAN.eras(), 1)


def table(name: str, deliveries: Balls) -> Table:
    return tables_of([fold(deliveries, T20)])[name]


def cell(found: Table, row: str, column: str) -> float:
    return float(found.values[found.rows.index(row), found.columns.index(column)])


def test_runs_wickets_and_extras_of_an_innings() -> None:
    made = balls(
        ball(bat=4),
        ball(wides=1),
        ball(no_balls=1, bat=6),
        ball(leg_byes=1),
        out(Dismissal.BOWLED),
        out(Dismissal.RETIRED_HURT),
    )
    found = table("innings", made)
    assert cell(found, "innings 1", "mean") == 13
    assert cell(found, "innings 1", "extras") == 3
    assert cell(found, "innings 1", "wickets") == 1


def test_a_wide_is_no_ball_of_the_over_and_is_told_per_legal_ball() -> None:
    found = table("phase", balls(ball(), ball(wides=1), ball(bat=1)))
    assert cell(found, "powerplay 1-6", "wide") == pytest.approx(0.5)
    assert cell(found, "powerplay 1-6", "p1") == pytest.approx(0.5)
    assert found.n[0] == 2


def test_a_run_out_with_a_run_is_a_wicket_not_a_single() -> None:
    found = table("phase", balls(out(Dismissal.RUN_OUT, bat=1)))
    assert cell(found, "powerplay 1-6", "wicket") == 1
    assert cell(found, "powerplay 1-6", "p1") == 0


def test_balls_faced_count_no_balls_but_not_wides() -> None:
    five = [ball(), ball(wides=1), ball(no_balls=1), ball(), ball(), ball(), ball(bat=4)]
    found = table("batting by balls faced", balls(*five))
    assert found.n[:2].tolist() == [5, 1]
    assert cell(found, "6-10", "four faced") == 1


def test_a_non_striker_run_out_is_not_the_strikers_wicket() -> None:
    found = table("batting by position", balls(out(Dismissal.RUN_OUT, striker_out=0)))
    assert cell(found, "1", "out") == 0
    assert (
        cell(
            table("phase", balls(out(Dismissal.RUN_OUT, striker_out=0))), "powerplay 1-6", "wicket"
        )
        == 1
    )


def test_the_required_rate_is_that_before_the_ball() -> None:
    rows = [ball(), ball(innings=2, bat=6), ball(innings=2)]
    found = table("required rate", balls(*rows, target=80))  # 80 from 120, then 74 from 119
    assert found.n[found.rows.index("4-6")] == 1
    assert found.n[found.rows.index("<4")] == 1
    assert cell(found, "4-6", "p6") == 1


def test_only_complete_overs_count_by_over() -> None:
    first = [ball(bat=1) for _ in range(6)]
    found = table("overs of innings 1", balls(*first, *[ball(over=1, bat=2) for _ in range(5)]))
    assert found.n[:2].tolist() == [1, 0]
    assert cell(found, "1", "runs") == 6


def test_a_tie_is_neither_a_chase_won_nor_lost() -> None:
    rows = [ball(match=m, bat=2) for m in range(3)]
    chase = [ball(match=m, innings=2, bat=b) for m, b in enumerate((1, 2, 4))]
    found = table("chases", balls(*rows, *chase, target=3))
    assert cell(found, "all", "success") == 0.5
    assert found.n[-1] == 2


def test_a_full_quota_is_rounded_up_to_overs() -> None:
    rows = [ball(over=o, bowler=11) for o in (0, 2, 4) for _ in range(6)]
    assert cell(table("innings", balls(*rows)), "innings 1", "full quota") == 0
    more = [*rows, ball(over=6, bowler=11), ball(over=7, bowler=12)]
    found = table("innings", balls(*more))
    assert cell(found, "innings 1", "full quota") == 1
    assert cell(found, "innings 1", "bowlers") == 2


@pytest.mark.parametrize(
    "name", ["phase", "wickets", "phase and wickets", "balls faced", "position", "required rate"]
)
def test_the_outcomes_of_legal_balls_sum_to_one(name: str) -> None:
    found = table(name, PLAYED)
    assert found.values[found.n > 0, :10].sum(axis=1) == pytest.approx(1.0)


@pytest.mark.parametrize("name", ["phase", "wickets", "balls faced", "position"])
def test_every_legal_ball_is_counted_once(name: str) -> None:
    assert table(name, PLAYED).n.sum() == PLAYED.legal.sum()


@pytest.mark.parametrize("name", ["wickets lost", "bowlers used", "kinds of dismissal"])
def test_a_distribution_sums_to_one(name: str) -> None:
    assert table(name, PLAYED).values.sum(axis=0) == pytest.approx(1.0)


def test_the_totals_are_those_of_the_deliveries() -> None:
    found = table("innings", PLAYED)
    runs = (PLAYED.bat + PLAYED.extras)[PLAYED.innings == 1].sum()
    assert found.values[0, 0] == pytest.approx(runs / PLAYED.matches)


def test_folds_of_parts_add_up_to_the_fold_of_all() -> None:
    late = np.arange(PLAYED.matches) >= 25
    whole = tables_of([fold(PLAYED, T20)])
    parts = add_all([fold(PLAYED.of_matches(~late), T20), fold(PLAYED.of_matches(late), T20)])
    for name, found in tables_of([parts]).items():
        assert found.values == pytest.approx(whole[name].values, nan_ok=True, rel=1e-5)


def test_standard_errors_are_those_of_a_mean() -> None:
    groups = simulate(Plan.of_seasons(T20, Game.MEN, 200, 3, {2022: 1}), BallModel.shipped())
    found = tables_of(groups)["innings"]
    assert found.se[0, 0] == pytest.approx(found.values[0, 1] / 200**0.5, rel=0.5)


def test_seasons_are_played_in_their_proportions() -> None:
    eras = Plan.of_seasons(ODI, Game.MEN, 1000, 1, {2019: 1, 2020: 3}).eras()
    assert np.mean(eras == 2020) == pytest.approx(0.75, abs=0.01)
