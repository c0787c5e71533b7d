"""What the intervals and tests claim, by simulation on fixed seeds. `bench.statistics` measures
more of the same; docs/statistics.md has its figures.
"""

from __future__ import annotations

import pytest

from bench.statistics.allocation import allocated
from bench.statistics.coverage import league_coverage, pair_coverage
from bench.statistics.ranked import ranked_errors
from bench.statistics.sequential import LAWS, adjusted_sprt_errors, around, shifted, sprt_errors
from bench.worlds import EVEN, WORLDS, World
from tournaments.stats.looks import even_looks
from tournaments.stats.ranked import RankedRule
from tournaments.stats.sprt import Model, Sprt


@pytest.mark.parametrize("less_luck", [False, True])
@pytest.mark.parametrize("name", ["ties", "captain x seed, spread"])
def test_ratings_of_a_league_hold_the_truth(name: str, less_luck: bool) -> None:
    """Twenty seeds that all pairings share."""
    found = league_coverage(WORLDS[name], 20, 160, less_luck=less_luck)
    assert 0.93 <= found.ratings <= 0.97
    assert 0.93 <= found.gaps <= 0.97


@pytest.mark.parametrize("less_luck", [False, True])
@pytest.mark.parametrize("name", ["ties", "captain x seed, spread"])
def test_the_elo_of_two_captains_holds_the_truth(name: str, less_luck: bool) -> None:
    assert 0.93 <= pair_coverage(WORLDS[name], 20, 1_000, less_luck=less_luck) <= 0.97


def test_matches_on_a_seed_that_all_share_are_not_taken_for_more() -> None:
    """As if every pair had luck of its own, the intervals would be too narrow by a third."""
    shared = league_coverage(WORLDS["captain x seed"], 20, 60, less_luck=True)
    own = World(strengths=EVEN, seed=0.5, shared_seeds=False)
    assert shared.width > 1.25 * league_coverage(own, 20, 30, less_luck=True).width


@pytest.mark.parametrize("law", LAWS)
def test_a_sequential_test_errs_as_seldom_as_it_says(law: str) -> None:
    """At most 5 % each, and the chance of 80 runs on top."""
    test = Sprt(elo0=0, elo1=100)
    assert sprt_errors(test, shifted(LAWS[law], 0), 80, every=4).accepted_h1 <= 0.10
    assert sprt_errors(test, shifted(LAWS[law], 100), 80, every=4).accepted_h0 <= 0.10


def test_a_sequential_test_on_adjusted_pairs_errs_as_seldom() -> None:
    test = Sprt(elo0=0, elo1=50, model=Model.LOGISTIC)
    assert adjusted_sprt_errors(test, around(0), 400).accepted_h1 <= 0.075
    assert adjusted_sprt_errors(test, around(50), 400).accepted_h0 <= 0.075


def test_luck_taken_out_decides_sooner() -> None:
    raw = sprt_errors(Sprt(elo0=0, elo1=50), shifted(LAWS["independent"], 50), 40, every=4)
    test = Sprt(elo0=0, elo1=50, model=Model.LOGISTIC)
    assert adjusted_sprt_errors(test, around(50), 100).pairs < raw.pairs / 3


RULE = RankedRule(looks=even_looks(8, 8, 40), margin_elo=60)


def test_level_captains_are_seldom_said_to_differ() -> None:
    found = ranked_errors(WORLDS["even"], RULE, 40, less_luck=True)
    assert found.wrong <= 0.1
    assert found.decided == 1
    assert found.pairs < 40


def test_captains_who_differ_are_seldom_said_to_be_level() -> None:
    world = World(strengths=(0.5, 0.0, -0.5), seats=0.3)
    found = ranked_errors(world, RULE, 40, less_luck=True)
    assert (found.wrong, found.wrongly_tied) == (0, 0)
    assert found.decided == 1


def test_pairs_where_they_tell_most_order_more_often_right_and_leave_no_score_over() -> None:
    even, adaptive = (
        allocated(
            WORLDS["captain x seed, spread"],
            start=16,
            block=20,
            blocks=3,
            runs=50,
            adaptive=adaptive,
            less_luck=True,
        )
        for adaptive in (False, True)
    )
    assert adaptive.pairs == even.pairs
    assert abs(adaptive.left) < 3.5 * adaptive.left_error
    assert abs(adaptive.bias) < adaptive.spread
    assert 0.92 <= adaptive.coverage <= 0.98
    assert adaptive.order_right >= even.order_right
