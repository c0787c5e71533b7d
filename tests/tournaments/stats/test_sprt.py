"""Sequential tests: published values, the laws of a likelihood ratio, and their error rates."""

from __future__ import annotations

from math import isfinite, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tournaments.stats.published import matches, pairs
from tournaments.stats.counts import Counts, Sums
from tournaments.stats.scale import FURTHEST_ELO
from tournaments.stats.sprt import LEAST_ADJUSTED, BadTest, Model, Sprt, State

# fastchess, app/tests/sprt_test.cpp; to six digits by fishtest's LLRcalc.
PUBLISHED = [
    (Model.NORMALIZED, matches(36433, 68692, 36027), 0, 2, 0.923293),
    (Model.NORMALIZED, matches(10871, 20431, 10650), -1.75, 0.25, 2.297500),
    (Model.NORMALIZED, matches(4250, 0, 0), 0, 10, 120.548268),
    (Model.LOGISTIC, matches(21404, 40708, 21184), 0.5, 2.5, -1.571889),
    (Model.LOGISTIC, matches(57433, 106593, 57030), 0, 2, -2.593024),
    (Model.BAYESIAN, matches(68965, 128429, 68526), 0, 2, -1.262156),
    (Model.BAYESIAN, matches(21629, 41111, 21484), 0.5, 2.5, -1.130642),
    (Model.NORMALIZED, pairs(365, 16618, 36029, 200, 16974, 390), 0, 2, 2.250368),
    (Model.NORMALIZED, pairs(127, 4883, 10311, 401, 5150, 104), -1.75, 0.25, 3.010154),
    (Model.NORMALIZED, pairs(0, 0, 0, 0, 0, 5550), 0, 5, 111.797555),
    (Model.LOGISTIC, pairs(223, 9863, 20279, 1000, 10037, 246), 0.5, 2.5, -3.074126),
    (Model.LOGISTIC, pairs(871, 26175, 55003, 980, 26678, 821), 0, 2, -4.978673),
]
counted = st.lists(st.integers(0, 500), min_size=5, max_size=5).filter(any)
models = st.sampled_from([Model.NORMALIZED, Model.LOGISTIC])


@pytest.mark.parametrize(("model", "counts", "elo0", "elo1", "llr"), PUBLISHED)
def test_published_values(
    model: Model, counts: Counts, elo0: float, elo1: float, llr: float
) -> None:
    found = Sprt(elo0=elo0, elo1=elo1, model=model).of_counts(counts)
    assert found.llr == pytest.approx(llr, abs=3e-6)


def test_the_bounds_are_walds() -> None:
    found = Sprt(elo0=0, elo1=5).of_counts(pairs(1, 1, 1, 1, 1, 1))
    assert (found.lower, found.upper) == pytest.approx((-log(19), log(19)))
    other = Sprt(elo0=0, elo1=5, alpha=0.01, beta=0.1)
    assert (other.lower, other.upper) == pytest.approx((log(0.1 / 0.99), log(90)))


@given(counts=counted, model=models)
def test_the_other_captain_sees_the_mirror(counts: list[int], model: Model) -> None:
    """Turned round, H0 and H1 change places."""
    one = Sprt(elo0=-10, elo1=30, model=model).of_counts(Counts(counts=tuple(counts)))
    other = Sprt(elo0=-30, elo1=10, model=model).of_counts(Counts(counts=tuple(reversed(counts))))
    assert one.llr == pytest.approx(-other.llr, abs=1e-4)


@given(counts=counted, model=models)
def test_around_nought_a_mirror_is_the_opposite(counts: list[int], model: Model) -> None:
    test = Sprt(elo0=-15, elo1=15, model=model)
    one = test.of_counts(Counts(counts=tuple(counts)))
    other = test.of_counts(Counts(counts=tuple(reversed(counts))))
    assert isfinite(one.llr)
    assert one.llr == pytest.approx(-other.llr, abs=1e-4)


@given(counts=counted.filter(all), model=models, times=st.integers(2, 9))
def test_as_much_again_tells_as_much_more(counts: list[int], model: Model, times: int) -> None:
    test = Sprt(elo0=0, elo1=20, model=model)
    once = test.of_counts(Counts(counts=tuple(counts))).llr
    more = test.of_counts(Counts(counts=tuple(n * times for n in counts))).llr
    assert more == pytest.approx(times * once, rel=1e-6, abs=1e-6)


@given(scores=st.lists(st.floats(-1, 2), min_size=LEAST_ADJUSTED, max_size=40), model=models)
def test_adjusted_scores_are_mirrored_too(scores: list[float], model: Model) -> None:
    test = Sprt(elo0=-25, elo1=25, model=model)
    other = test.of_adjusted(Sums.of_scores([1 - score for score in scores]))
    assert test.of_adjusted(Sums.of_scores(scores)).llr == pytest.approx(-other.llr, abs=1e-6)


def test_few_adjusted_pairs_decide_nothing() -> None:
    test = Sprt(elo0=0, elo1=50)
    assert test.of_adjusted(Sums.of_scores([0.9] * (LEAST_ADJUSTED - 1))).state is State.CONTINUE
    assert test.of_adjusted(Sums.of_scores([0.9] * 40)).state is State.ACCEPT_H1


FAR = st.tuples(st.floats(-FURTHEST_ELO, FURTHEST_ELO), st.floats(-FURTHEST_ELO, FURTHEST_ELO))


@given(counts=counted, model=models, elos=FAR.filter(lambda elos: elos[0] != elos[1]))
def test_however_far_off_a_hypothesis_is_the_ratio_is_a_number(
    counts: list[int], model: Model, elos: tuple[float, float]
) -> None:
    test = Sprt(elo0=min(elos), elo1=max(elos), model=model)
    assert isfinite(test.of_counts(Counts(counts=tuple(counts))).llr)


@given(
    counts=st.lists(st.integers(0, 10**6), min_size=3, max_size=3).filter(any),
    elo1=st.floats(1, FURTHEST_ELO),
)
def test_bayeselo_is_a_number_also_without_draws(counts: list[int], elo1: float) -> None:
    test = Sprt(elo0=0, elo1=elo1, model=Model.BAYESIAN)
    assert isfinite(test.of_counts(Counts(counts=tuple(counts))).llr)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"elo1": 0}, "elo0 below elo1"),
        ({"elo1": 1_001}, "-1,000 to 1,000"),
        ({"alpha": 0}, "alpha"),
        ({"beta": 0.5}, "beta"),
    ],
)
def test_a_test_that_cannot_be_is_refused(wrong: dict[str, float], said: str) -> None:
    with pytest.raises(BadTest, match=said):
        Sprt(
            elo0=0,
            elo1=wrong.get("elo1", 5),
            alpha=wrong.get("alpha", 0.05),
            beta=wrong.get("beta", 0.05),
        )


def test_pairs_have_no_bayeselo() -> None:
    with pytest.raises(BadTest, match="not with pairs"):
        Sprt(elo0=0, elo1=5, model=Model.BAYESIAN).of_counts(pairs(1, 1, 1, 1, 1, 1))


def test_sums_look_by_look_are_those_of_all_scores() -> None:
    scores = [0.31, 0.74, 1.12, -0.2, 0.5] * 3
    one_by_one = Sums.of_scores([])
    for score in scores:
        one_by_one = one_by_one.plus(Sums.of_scores([score]))
    whole = Sums.of_scores(scores)
    assert one_by_one.pairs == whole.pairs
    assert one_by_one.above == pytest.approx(whole.above)
    assert one_by_one.squares == pytest.approx(whole.squares)
