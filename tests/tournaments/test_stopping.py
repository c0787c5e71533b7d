"""Stopping rules over the pairs of a run: the same results say the same."""

from __future__ import annotations

import numpy as np
import pytest

from bench.worlds import World
from tests.tournaments.results import pair_with
from tournaments.pairs import Outcome
from tournaments.stats.ranked import GapState, RankedRule, RankedState
from tournaments.stats.sprt import Model, Sprt, State
from tournaments.stopping import RankedStop, SprtStop

W, D, L = Outcome
TEST = SprtStop(test=Sprt(elo0=0, elo1=200), first="a", second="b")
WON = [pair_with(seed=number, outcomes=(W, (L, D, W)[number % 3])) for number in range(60)]


def test_a_test_is_told_pair_by_pair_up_to_where_it_is_decided() -> None:
    track = TEST.track(WON)
    assert len(track) < len(WON)
    assert [step.state for step in track[:-1]] == [State.CONTINUE] * (len(track) - 1)
    assert track[-1].state is State.ACCEPT_H1


def test_what_is_played_after_the_decision_changes_nothing() -> None:
    lost = [pair_with(seed=100 + number, outcomes=(L, L)) for number in range(60)]
    assert TEST.decided([*WON, *lost]) == TEST.decided(WON)
    assert TEST.decided(WON[:2]) is None


def test_pairs_of_others_are_not_counted() -> None:
    others = [pair_with(seed=number, first="c", second="b", outcomes=(L, L)) for number in range(9)]
    assert TEST.track([*others, *WON]) == TEST.track(WON)


def test_a_test_may_be_on_luck_taken_out() -> None:
    test = SprtStop(
        test=Sprt(elo0=0, elo1=50, model=Model.LOGISTIC), first="b", second="a", adjusted=True
    )
    pairs = [pair_with(seed=number, adjusted=0.35 + 0.01 * (number % 9)) for number in range(40)]
    verdict = test.decided(pairs)
    assert verdict is not None
    assert verdict.state is State.ACCEPT_H1


LEAGUE = World(strengths=(0.8, 0.0, -0.8))
PLAYED = LEAGUE.play(40, np.random.default_rng(2))
RULE = RankedStop(rule=RankedRule(looks=(10, 20, 40)), adjusted=True)


def test_a_league_is_judged_at_its_looks_until_it_is_decided() -> None:
    verdict = RULE.decided(PLAYED)
    assert verdict is not None
    assert verdict.state is RankedState.RANKED
    assert [gap.state for gap in verdict.gaps] == [GapState.RESOLVED, GapState.RESOLVED]
    assert [step.look for step in RULE.track(PLAYED)] == [10, 20, 40][: len(RULE.track(PLAYED))]


def test_a_look_can_be_asked_for_alone() -> None:
    assert RULE.at(PLAYED, 10) == RULE.track(PLAYED)[0]
    assert RULE.at(PLAYED[:30], 40) is None


@pytest.mark.parametrize("left_out", [0, 45, -1])
def test_a_look_waits_for_every_pairing(left_out: int) -> None:
    first_ten = [pair for pair in PLAYED if int(pair.pair_id.rpartition("-")[2]) < 10]
    assert len(RULE.track(first_ten)) == 1
    some = [pair for pair in first_ten if pair is not first_ten[left_out % len(first_ten)]]
    assert RULE.track(some) == ()


def test_the_order_of_pairings_does_not_matter() -> None:
    turned = sorted(PLAYED, key=lambda pair: int(pair.pair_id.rpartition("-")[2]))
    one, other = RULE.decided(PLAYED), RULE.decided(turned)
    assert one is not None
    assert other is not None
    assert [gap.elo for gap in one.gaps] == pytest.approx([gap.elo for gap in other.gaps])


def test_nothing_played_decides_nothing() -> None:
    assert RULE.decided([]) is None
    assert TEST.decided([]) is None
