"""The sentence on top of a report."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from flows.report.answer import answer
from tests.tournaments.results import pair_with
from tournaments.ratings import Ranking, RatedCaptain, Ratings, rate
from tournaments.stats.gaps import Gap

NOBODY = "nobody can be told apart from the first."


def told(chances: dict[str, float], *, p: float = 0.5, behind: Collection[str] = ()) -> str:
    """Of captains who may be the first by their places, but for those `behind`, with these chances;
    `p` is that of the gap between the first two.
    """
    captains = tuple(
        _captain(name, chance, 2 if name in behind else 1) for name, chance in chances.items()
    )
    better, worse = list(chances)[:2]
    gap = Gap(better=better, worse=worse, elo=56, low=20.0, high=92.0, p=p)
    ranking = Ranking(captains=captains, gaps=(gap,), tied=(), side=None, toss=None, warnings=())
    ratings = Ratings(
        raw=None, adjusted=ranking, pairs=9, seeds=3, worth=None, warnings=(), unranked=()
    )
    return answer(ratings)


def _captain(name: str, p_best: float, place_low: int) -> RatedCaptain:
    return RatedCaptain(
        captain=name,
        elo=0.0,
        low=-50.0,
        high=50.0,
        place=1,
        place_low=place_low,
        place_high=3,
        p_best=p_best,
        score=0.5,
        games=18,
    )


@pytest.mark.parametrize(
    ("chances", "sentence"),
    [
        (
            {"ann": 0.6, "bob": 0.3, "c": 0.1},
            f"ann (60 %), bob (30 %) and c (10 %) may be the best: {NOBODY}",
        ),
        (
            {"ann": 0.6, "bob": 0.38, "cy": 0.02},
            "ann (60 %) and bob (38 %) may be the best; cy hardly.",
        ),
        (
            {"ann": 0.92, "bob": 0.03, "lost-all": 0.05},
            "ann (92 %) is probably the best; bob and lost-all hardly.",
        ),
        ({"ann": 0.97, "bob": 0.03}, "ann (97 %) is probably the best; bob hardly."),
    ],
)
def test_who_hardly_has_a_chance_is_not_named_as_who_may_be_the_best(
    chances: dict[str, float], sentence: str
) -> None:
    assert told(chances) == sentence


def test_of_many_equals_nobody_is_left_out() -> None:
    equals = {f"c{number}": 0.02 for number in range(50)}
    assert told(equals).endswith(NOBODY)


def test_a_gap_that_is_resolved_is_an_answer() -> None:
    first = told({"ann": 0.99, "bob": 0.01}, p=0.001)
    assert first.startswith("ann is better than bob: 56 Elo (20 to 92) ahead")


def test_who_is_tied_with_the_next_is_not_called_the_best() -> None:
    said = told({"ann": 0.98, "bob": 0.02}, p=0.08, behind=("bob",))
    assert said == "ann (98 %) is probably the best; bob hardly."


def test_a_third_who_has_played_little_and_may_be_the_best_is_named() -> None:
    said = told({"ann": 0.7, "bob": 0.0, "cy": 0.3}, p=0.001, behind=("bob",))
    assert said == "ann (70 %) and cy (30 %) may be the best; bob hardly."


def test_of_captains_who_have_not_met_it_is_not_said_that_nothing_was_played() -> None:
    met = [pair_with(first="ann", second="bob"), pair_with(first="cy", second="dee")]
    assert answer(rate(met)).startswith("No ranking yet: some captains have not met")
