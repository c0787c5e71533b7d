"""Two versions of a file: whose matches mean the same in both."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tournaments.support import GOOD, KNOWN, spec_of
from tournaments.digest import digest_of, file_digest, whole_meaning
from tournaments.sameness import changes, may_be_pooled, shared_captains


def meaning(text: str = GOOD, engine: str = "1", fit: str = "c") -> dict[str, Any]:
    return whole_meaning(spec_of(text), KNOWN, coefficients_digest=fit, engine_version=engine)


EVERYBODY = {"heuristic", "random", "cautious"}
SAME_GAME = {
    "pairs": GOOD.replace("pairs: 3", "pairs: 4"),
    "seeds of their own": GOOD.replace("pairs: 3", "pairs: 3, shared_seeds: false"),
    "legs": GOOD + "format: {kind: round_robin, legs: 2}\n",
    "points": GOOD + "points: {win: 3}\n",
    "order": GOOD.replace("heuristic, random", "random, heuristic"),
    "one more": GOOD.replace("cautious]", "cautious, aggressive]"),
}
OTHER_GAME = {
    "overs": GOOD.replace("overs: 5", "overs: 6"),
    "squads": GOOD.replace("pairs: 3", "pairs: 3, squads: drawn"),
    "era": GOOD.replace("pairs: 3", "pairs: 3, era: 2019"),
    "pack": GOOD.replace("pairs: 3", "pairs: 3, pack: chase").replace("overs: 5, ", ""),
    "super over": GOOD.replace("pairs: 3", "pairs: 3, super_over: true"),
}


@pytest.mark.parametrize("what", SAME_GAME)
def test_how_many_matches_there_are_changes_none_of_them(what: str) -> None:
    assert shared_captains(meaning(), meaning(SAME_GAME[what])) == EVERYBODY


@pytest.mark.parametrize("what", OTHER_GAME)
def test_another_match_is_shared_by_nobody(what: str) -> None:
    assert shared_captains(meaning(), meaning(OTHER_GAME[what])) == frozenset()


@pytest.mark.parametrize("other", [meaning(engine="2"), meaning(fit="d"), {}, {"file": None}])
def test_another_engine_or_ball_model_is_shared_by_nobody(other: dict[str, Any]) -> None:
    assert shared_captains(meaning(), other) == frozenset()


@pytest.mark.parametrize(
    "entry", ["{name: cautious, kind: random}", "{name: cautious, kind: heuristic, a: 1}", "bold"]
)
def test_a_captain_who_is_set_up_otherwise_is_not_shared(entry: str) -> None:
    text = GOOD.replace("cautious]", f"{entry.replace('bold', 'aggressive')}]")
    assert shared_captains(meaning(), meaning(text)) == EVERYBODY - {"cautious"}


FILES = [GOOD, *SAME_GAME.values(), *OTHER_GAME.values()]


@given(before=st.sampled_from(FILES), now=st.sampled_from(FILES))
def test_sharing_goes_both_ways_and_what_has_changed_is_said_where_something_has(
    before: str, now: str
) -> None:
    one, other = meaning(before), meaning(now)
    assert shared_captains(one, other) == shared_captains(other, one)
    assert bool([*changes(one, other)]) == (digest_of(one) != digest_of(other))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD.replace("cautious]", "aggressive]"), ["aggressive is new", "cautious is gone"]),
        (
            GOOD.replace("overs: 5, pairs: 3", "overs: 6, pairs: 4"),
            ["match.max_overs", "match.pairs"],
        ),
        (
            GOOD.replace("cautious]", "{name: cautious, kind: random}]"),
            ["cautious is set up otherwise"],
        ),
        (SAME_GAME["order"], ["the order of the captains"]),
    ],
)
def test_what_has_changed_is_told_in_the_files_words(text: str, told: list[str]) -> None:
    assert sorted(changes(meaning(), meaning(text))) == sorted(told)


def test_the_digest_is_that_of_the_whole_meaning() -> None:
    digest = file_digest(spec_of(), KNOWN, coefficients_digest="c", engine_version="1")
    assert digest == digest_of(meaning())


@pytest.mark.parametrize("what", SAME_GAME)
def test_nights_of_the_same_game_may_be_pooled(what: str) -> None:
    assert may_be_pooled(meaning(), meaning(SAME_GAME[what]))


@pytest.mark.parametrize("what", OTHER_GAME)
def test_nights_of_another_game_may_not(what: str) -> None:
    assert not may_be_pooled(meaning(), meaning(OTHER_GAME[what]))


def test_a_name_that_is_another_captain_by_now_spoils_a_pool() -> None:
    tuned = GOOD.replace("cautious]", "{name: cautious, kind: random}]")
    assert not may_be_pooled(meaning(), meaning(tuned))
    assert may_be_pooled(meaning(), meaning(GOOD.replace("cautious]", "aggressive]")))
