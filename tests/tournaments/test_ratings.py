"""Ratings of a league: both rankings, what is left open, what is warned of."""

from __future__ import annotations

import numpy as np
import pytest

from tests.tournaments.results import pair_with
from tournaments.pairs import Outcome, Pair
from tournaments.ratings import Ratings, rate
from tournaments.stats.bradley_terry import fit
from tournaments.stats.games import Game
from tournaments.stats.ranking import ranking_of

W, D, L = Outcome
NAMES = ("ann", "bob", "cy", "dee")


def league(
    strengths: dict[str, float], seeds: int, *, luck: float = 0.1, seed: int = 1
) -> list[Pair]:
    """Everybody against everybody on the same seeds; `luck` spreads the adjusted scores."""
    dice = np.random.default_rng(seed)
    pairs = []
    for number in range(seeds):
        for place, first in enumerate(strengths):
            for second in list(strengths)[place + 1 :]:
                chance = 1 / (1 + np.exp(strengths[second] - strengths[first]))
                outcomes = tuple(W if dice.random() < chance else L for _ in range(2))
                pairs.append(
                    pair_with(
                        seed=number,
                        first=first,
                        second=second,
                        adjusted=float(chance + luck * dice.normal()),
                        outcomes=(outcomes[0], outcomes[1]),
                    )
                )
    return pairs


@pytest.fixture(scope="module")
def rated() -> Ratings:
    return rate(league({"ann": 0.8, "bob": 0.1, "cy": 0.0, "dee": -0.9}, 40), NAMES)


def test_the_order_is_that_of_the_strengths(rated: Ratings) -> None:
    assert rated.adjusted is not None
    assert [one.captain for one in rated.adjusted.captains] == list(NAMES)
    assert [one.place for one in rated.adjusted.captains] == [1, 2, 3, 4]


def test_ratings_have_mean_nought_and_lie_in_their_intervals(rated: Ratings) -> None:
    for ranking in (rated.raw, rated.adjusted):
        assert ranking is not None
        assert sum(one.elo for one in ranking.captains) == pytest.approx(0, abs=1e-6)
        for one in ranking.captains:
            assert one.low is not None
            assert one.high is not None
            assert one.low < one.elo < one.high
            assert one.place_low <= one.place <= one.place_high


def test_the_chances_to_be_best_add_up(rated: Ratings) -> None:
    assert rated.raw is not None
    assert sum(one.p_best for one in rated.raw.captains) == pytest.approx(1)


def test_who_cannot_be_told_apart_is_tied(rated: Ratings) -> None:
    assert rated.raw is not None
    assert [set(group) for group in rated.raw.tied] == [{"bob", "cy"}]
    resolved = [gap.is_resolved for gap in rated.raw.gaps]
    assert resolved == [True, False, True]


def test_adjusted_matches_are_worth_more(rated: Ratings) -> None:
    assert rated.worth is not None
    assert rated.worth > 4


def test_it_does_not_matter_in_which_order_pairs_come(rated: Ratings) -> None:
    pairs = league({"ann": 0.8, "bob": 0.1, "cy": 0.0, "dee": -0.9}, 40)
    again = rate(reversed(pairs), NAMES)
    assert again.raw is not None
    assert rated.raw is not None
    assert {one.captain: one.elo for one in again.raw.captains} == pytest.approx(
        {one.captain: one.elo for one in rated.raw.captains}
    )


def test_who_won_every_match_has_a_lower_end_only() -> None:
    pairs = league({"bob": 0.1, "cy": 0.0}, 25)
    pairs += [
        pair_with(seed=seed, first="ann", second=other, outcomes=(W, W), adjusted=1.02)
        for seed in range(25)
        for other in ("bob", "cy")
    ]
    rated = rate(pairs)
    for ranking in (rated.raw, rated.adjusted):
        assert ranking is not None
        best = ranking.captains[0]
        assert (best.captain, best.high) == ("ann", None)
        assert best.low is not None
        assert 0 < best.low <= best.elo < 2_000
        assert ranking.gaps[0].is_resolved
    assert "ann won every match: the rating is a bound" in rated.warnings


def test_one_pair_is_rated_without_a_claim() -> None:
    rated = rate([pair_with(first="ann", second="bob", outcomes=(W, W))])
    assert rated.raw is not None
    assert rated.raw.tied == (("ann", "bob"),)
    assert [(one.low, one.high) for one in rated.raw.captains] == [(None, None)] * 2


def test_who_has_played_one_seed_leaves_the_others_as_sure_as_they_were() -> None:
    pairs = league({"bob": 0.3, "cy": 0.0}, 40)
    joined = rate([*pairs, pair_with(seed=0, first="ann", second="cy", outcomes=(W, W))])
    alone = rate(pairs)
    assert joined.raw is not None
    assert alone.raw is not None
    ann = next(one for one in joined.raw.captains if one.captain == "ann")
    assert (ann.low, ann.high) == (None, None)
    bob = next(one for one in joined.raw.captains if one.captain == "bob")
    assert bob.width is not None
    assert bob.width < 400
    assert not any(gap.is_resolved for gap in joined.raw.gaps if "ann" in (gap.better, gap.worse))


def test_without_pairs_nothing_is_rated() -> None:
    rated = rate([], NAMES)
    assert (rated.raw, rated.adjusted, rated.worth) == (None, None, None)
    assert rated.warnings == ("not rated, as no pair of theirs is whole: ann, bob, cy, dee",)


def test_captains_who_never_met_are_not_compared() -> None:
    rated = rate([pair_with(first="ann", second="bob"), pair_with(first="cy", second="dee")])
    assert rated.raw is None
    assert "nothing compares them: ann, bob; cy, dee" in rated.warnings[0]


def test_few_seeds_are_warned_of() -> None:
    pairs = league({"ann": 0.5, "bob": 0.0}, 19)
    assert any("only 19 seeds" in warning for warning in rate(pairs).warnings)


def test_a_play_that_repeats_counts_once() -> None:
    pairs = league({"ann": 0.5, "bob": 0.0}, 20)
    one = pair_with(seed=99, first="ann", second="bob", digests=("x", "y"))
    rated = rate([*pairs, one, one])
    assert rated.pairs == 21
    assert any("1 pairs repeat a play" in warning for warning in rated.warnings)


def test_a_side_that_helps_is_seen() -> None:
    pairs = league({"ann": 0.0, "bob": 0.0}, 60)
    home = [pair_with(seed=200 + n, first="ann", second="bob", outcomes=(W, L)) for n in range(60)]
    rated = rate([*pairs, *home])
    assert rated.raw is not None
    assert rated.raw.side is not None
    assert rated.raw.side.low > 50
    assert rated.raw.toss is None


def test_reasons_against_a_ranking_stay_with_it() -> None:
    assert rate([], unranked=["5 of 9 episodes are void"]).unranked == ("5 of 9 episodes are void",)


def test_a_rating_on_one_seed_is_no_root_of_less_than_nought() -> None:
    """Rounding took a variance of nought to just below it."""
    games = [
        Game(first="a", second="b", score=1.0, cluster=0, side=1),
        Game(first="a", second="b", score=1.0, cluster=0),
        Game(first="c", second="b", score=0.0, cluster=0, side=1),
        Game(first="c", second="b", score=0.0, cluster=0, side=-1, toss=-1),
    ]
    assert [one.captain for one in ranking_of(fit(games), draws=10).captains] == ["a", "b", "c"]


@pytest.mark.parametrize("seeds", [20, 100, 500])
def test_a_group_that_scores_more_than_all_is_not_infinitely_better(seeds: int) -> None:
    """With the luck taken out who is far better may score more than 1 on average."""
    dice, pairs = np.random.default_rng(3), []
    for seed in range(seeds):
        for first, second, mean in (
            *(("ann", "bob", 0.5), ("cy", "dee", 0.5)),
            *((strong, weak, 1.002) for strong in NAMES[:2] for weak in NAMES[2:]),
        ):
            score = mean + dice.normal(0, 0.05)
            pairs.append(
                pair_with(seed=seed, first=first, second=second, adjusted=score, outcomes=(W, W))
            )
    adjusted = rate(pairs).adjusted
    assert adjusted is not None
    assert {one.captain for one in adjusted.captains[:2]} == set(NAMES[:2])
    assert all(150 < abs(one.elo) < 900 for one in adjusted.captains)
    for one in adjusted.captains[:2]:
        assert one.high is None
        assert one.low is not None
        assert 0 < one.low < one.elo
    assert {one.low for one in adjusted.captains[2:]} == {None}
    between, across, below = adjusted.gaps
    assert (across.high, across.is_resolved) == (None, True)
    assert across.low is not None
    assert 150 < across.low < across.elo
    for gap in (between, below):  # of two on one side both ends are known
        assert gap.low is not None
        assert gap.high is not None
        assert gap.low < 0 < gap.high < 100


def of_two_groups(mean: float, seeds: int, spread: float = 0.02) -> Ratings:
    """Two captains who score `mean` against two others, luck taken out."""
    dice, pairs = np.random.default_rng(5), []
    for seed in range(seeds):
        for first, second, score in (
            *(("ann", "bob", 0.5), ("cy", "dee", 0.5)),
            *((strong, weak, mean) for strong in NAMES[:2] for weak in NAMES[2:]),
        ):
            drawn = score + dice.normal(0, spread)
            pairs.append(
                pair_with(seed=seed, first=first, second=second, adjusted=drawn, outcomes=(W, W))
            )
    return rate(pairs)


@pytest.mark.parametrize("seeds", [20, 100])
def test_a_hair_of_the_score_is_not_hundreds_of_elo(seeds: int) -> None:
    found = [of_two_groups(mean, seeds).adjusted for mean in (0.999, 0.9999, 1.0, 1.0001, 1.01)]
    best = [ranking.captains[0].elo for ranking in found if ranking]
    assert max(best) - min(best) < 20
    assert max(best) < 900


def test_a_group_that_surely_does_not_win_all_has_both_ends() -> None:
    found = of_two_groups(0.95, 100).adjusted
    assert found is not None
    assert all(one.low is not None and one.high is not None for one in found.captains)
    assert found.gaps[1].high is not None
    truth = 400 * np.log10(0.95 / 0.05)
    assert found.gaps[1].low is not None
    assert found.gaps[1].low < truth < found.gaps[1].high


def test_who_nearly_always_wins_and_surely_loses_some_is_rated_as_he_scored() -> None:
    """Half a win short of all would be 0.955; but it is no chance that he did not score all."""
    pairs = [
        pair_with(seed=seed, first="ann", second="bob", adjusted=0.96 + 0.01 * (-1) ** seed)
        for seed in range(10)
    ]
    found = rate(pairs).adjusted
    assert found is not None
    (gap,) = found.gaps
    assert gap.elo == pytest.approx(400 * np.log10(0.96 / 0.04), abs=1)


@pytest.mark.parametrize(("seeds", "most"), [(3, 0.03), (8, 0.003)])
def test_who_lost_every_match_is_hardly_the_best(seeds: int, most: float) -> None:
    pairs = league({"ann": 0.3, "bob": 0.1, "cy": 0.0}, seeds)
    pairs += [
        pair_with(seed=seed, first=other, second="dee", outcomes=(W, W), adjusted=0.99)
        for seed in range(seeds)
        for other in NAMES[:3]
    ]
    for ranking in (rate(pairs).raw, rate(pairs).adjusted):
        assert ranking is not None
        last = ranking.captains[-1]
        assert (last.captain, last.low) == ("dee", None)
        assert last.p_best < most


def test_a_gap_without_an_end_is_not_resolved() -> None:
    """Two seeds that scored nearly alike by chance."""
    games = [
        Game(first="a", second="b", score=score, cluster=cluster, side=1)
        for cluster, score in enumerate((0.614, 0.655))
    ]
    (gap,) = ranking_of(fit(games), adjusted=True).gaps
    assert (gap.low, gap.is_resolved) == (None, False)


def test_who_has_played_little_leaves_the_places_of_the_others_as_they_are() -> None:
    """By the fewest seeds of any captain, all would be drawn from a t of one degree of freedom."""
    known = league({"ann": 0.9, "bob": 0.3, "cy": -0.3, "dee": -0.9}, 40)
    late = league({"eve": -9.0, "dee": 0.0}, 2)
    places = [
        {one.captain: (one.place_low, one.place_high) for one in ranking.captains[:2]}
        for ranking in (rate(known).adjusted, rate([*known, *late]).adjusted)
        if ranking is not None
    ]
    assert places == 2 * [{"ann": (1, 1), "bob": (2, 2)}]
