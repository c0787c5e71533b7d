"""The rule that ends a league, and where the next pairs go."""

from __future__ import annotations

import numpy as np
import pytest

from bench.worlds import World
from tests.tournaments.results import pair_with
from tournaments.ratings import adjusted_games, raw_games
from tournaments.stats.allocation import next_pairs
from tournaments.stats.bradley_terry import Fit, fit
from tournaments.stats.ranked import BadRule, GapState, RankedRule, RankedState, judge

LEAGUE = World(strengths=(0.9, 0.02, 0.0, -0.9))
PAIRINGS = [(LEAGUE.names[one], LEAGUE.names[other]) for one, other in LEAGUE.pairings]


def found_after(pairs: int) -> Fit:
    return fit(adjusted_games(LEAGUE.play(pairs, np.random.default_rng(4))))


def test_gaps_are_told_apart_tied_or_open() -> None:
    found = found_after(40)
    states = [gap.state for gap in judge(found, RankedRule(looks=(40,), margin_elo=60), 40).gaps]
    assert states == [GapState.RESOLVED, GapState.TIED, GapState.RESOLVED]


def test_with_no_margin_who_is_level_stays_open_to_the_end() -> None:
    rule = RankedRule(looks=(20, 40), margin_elo=0)
    assert judge(found_after(20), rule, 20).state is RankedState.CONTINUE
    verdict = judge(found_after(40), rule, 40)
    assert verdict.state is RankedState.EXHAUSTED
    assert len(verdict.open_gaps) == 1


def test_an_early_look_asks_for_more() -> None:
    rule = RankedRule(looks=(10, 20, 40))
    confidences = [rule.confidence(look, 3) for look in rule.looks]
    assert confidences == sorted(confidences, reverse=True)
    assert confidences[-1] > 1 - 0.05 / 3
    assert RankedRule(looks=(40,)).confidence(40, 1) == pytest.approx(0.95)


def test_the_next_look_is_the_first_that_is_not_over() -> None:
    rule = RankedRule(looks=(10, 20, 40))
    assert [rule.next_look(pairs) for pairs in (0, 10, 39, 40)] == [10, 20, 40, None]


@pytest.mark.parametrize(
    ("looks", "margin", "alpha", "said"),
    [
        ((), 25, 0.05, "rising numbers of pairs from 2"),
        ((20, 10), 25, 0.05, "rising"),
        ((10,), -1, 0.05, "from 0 Elo"),
        ((10,), 25, 0.5, "below 0.5"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    looks: tuple[int, ...], margin: float, alpha: float, said: str
) -> None:
    with pytest.raises(BadRule, match=said):
        RankedRule(looks=looks, margin_elo=margin, alpha=alpha)


def test_the_next_pairs_go_where_neighbours_are_near() -> None:
    given = next_pairs(found_after(12), PAIRINGS, 24)
    assert sum(given.values()) == 24
    assert max(given, key=lambda pairing: given[pairing]) == ("c1", "c2")


def test_no_pairing_falls_below_half_of_its_even_share() -> None:
    found = found_after(4)
    given = next_pairs(found, PAIRINGS, 60)
    assert min(4 + given.get(pairing, 0) for pairing in PAIRINGS) >= (24 + 60) / 6 / 2


def test_when_all_gaps_are_settled_there_are_no_more() -> None:
    either_way = [*PAIRINGS, *((other, one) for one, other in PAIRINGS)]
    assert next_pairs(found_after(12), PAIRINGS, 9, settled=either_way) == {}


def test_where_nothing_has_varied_yet_nothing_is_decided() -> None:
    """Every pair the same: the spread that would tell has not been seen."""
    drawn = [
        pair_with(seed=seed, first=one, second=other)
        for seed in range(9)
        for one, other in (("a", "b"), ("b", "c"), ("a", "c"))
    ]
    verdict = judge(fit(raw_games(drawn)), RankedRule(looks=(9, 18)), 9)
    assert {gap.state for gap in verdict.gaps} == {GapState.OPEN}
