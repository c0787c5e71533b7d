"""The sentence on top of a report."""

from __future__ import annotations

import pytest

from flows.report.answer import answer
from tournaments.ratings import Ranking, RatedCaptain, Ratings
from tournaments.stats.gaps import Gap

NOBODY = "nobody can be told apart from the first."


def told(chances: dict[str, float], *, p: float = 0.5) -> str:
    """Of captains who may all be the first by their places, with these chances of being the best;
    `p` is that of the gap between the first two.
    """
    captains = tuple(_captain(name, chance) for name, chance in chances.items())
    better, worse = list(chances)[:2]
    gap = Gap(better=better, worse=worse, elo=56, low=20.0, high=92.0, p=p)
    ranking = Ranking(captains=captains, gaps=(gap,), tied=(), side=None, toss=None, warnings=())
    ratings = Ratings(
        raw=None, adjusted=ranking, pairs=9, seeds=3, worth=None, warnings=(), unranked=()
    )
    return answer(ratings)


def _captain(name: str, p_best: float) -> RatedCaptain:
    return RatedCaptain(
        captain=name,
        elo=0.0,
        low=-50.0,
        high=50.0,
        place=1,
        place_low=1,
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
