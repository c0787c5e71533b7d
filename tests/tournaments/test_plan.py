"""Plans: ids, seeds and seats."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.options import EPISODE_ID
from engine.seeds import MAX_SEED
from tests.tournaments.support import captain_lists, spec_of
from tournaments import BadOccasion, FileDigest, TournamentPlan, TournamentSpec, plan_tournament
from tournaments.match_spec import MOST_PAIRS
from tournaments.names import LONGEST_SLUG, slugs
from tournaments.spec import MOST_CAPTAINS

DIGEST = FileDigest("3f2a1c" + "0" * 58)


def planned(occasion: str = "1", **changes: object) -> TournamentPlan:
    match = spec_of().match.model_copy(update=changes)
    return plan_tournament(spec_of().model_copy(update={"match": match}), DIGEST, occasion)


def test_ids_can_be_read() -> None:
    first = next(planned().episodes()).episode_id
    assert re.fullmatch(r"friday-night-[0-9a-f]{10}-r1-random-v-cautious-p01-a", first)


@given(names=captain_lists)
def test_episode_ids_are_unique(names: list[str]) -> None:
    spec = spec_of().model_copy(update={"captains": tuple(names)})
    ids = [episode.episode_id for episode in plan_tournament(spec, DIGEST).episodes()]
    assert len(ids) == len(set(ids)) == 3 * len(names) * (len(names) - 1)


@given(names=captain_lists)
def test_slugs_differ_and_are_safe(names: list[str]) -> None:
    made = slugs(names)
    assert len(set(made.values())) == len(names)
    assert all(re.fullmatch(rf"[a-z0-9_]{{1,{LONGEST_SLUG}}}", slug) for slug in made.values())


def test_the_longest_id_fits() -> None:
    names = tuple(f"{number:02d}" + "x" * 38 for number in range(MOST_CAPTAINS))
    match = {"overs": 1, "pairs": MOST_PAIRS}
    form = {"kind": "round_robin", "legs": 16}  # 1008 rounds: as many digits as the most have
    spec = TournamentSpec.model_validate(
        {"name": "n" * 40, "match": match, "format": form, "captains": list(names)}
    )
    plan = plan_tournament(spec, DIGEST, "o" * 40)
    last = plan.pair(plan.fixtures[-1], plan.fixtures[-1].pair_numbers[-1])[1]
    assert re.fullmatch(EPISODE_ID, last.episode_id)


def test_same_file_and_occasion_give_the_same_plan() -> None:
    assert list(planned().episodes()) == list(planned().episodes())


def test_a_pair_is_one_seed_with_the_seats_swapped() -> None:
    plan = planned()
    a, b = plan.pair(plan.fixtures[0], 1)
    assert (a.seed, a.home, a.away) == (b.seed, b.away, b.home)


def test_everybody_has_each_seat_equally_often() -> None:
    episodes = list(planned().episodes())
    assert Counter(e.home for e in episodes) == Counter(e.away for e in episodes)


def test_a_pair_number_has_the_same_seed_in_every_pairing() -> None:
    plan = planned()
    assert len({plan.match_seed(fixture, 2) for fixture in plan.fixtures}) == 1


def test_pairings_have_seeds_of_their_own_when_the_file_says_so() -> None:
    plan = planned(shared_seeds=False)
    assert len({plan.match_seed(fixture, 2) for fixture in plan.fixtures}) == len(plan.fixtures)


@given(occasion=st.sampled_from(["2", "20261127T200000Z"]))
def test_another_occasion_has_other_matches_and_other_ids(occasion: str) -> None:
    first, second = planned().episodes(), planned(occasion).episodes()
    for a, b in zip(first, second, strict=True):
        assert a.seed != b.seed
        assert a.episode_id != b.episode_id


def test_another_file_with_the_same_seed_has_the_same_matches() -> None:
    other = plan_tournament(spec_of(), FileDigest("0" * 64))
    assert [e.seed for e in other.episodes()] == [e.seed for e in planned().episodes()]


def test_two_captains_never_meet_twice_on_one_seed() -> None:
    form = spec_of().format.model_copy(update={"legs": 4})
    plan = plan_tournament(spec_of().model_copy(update={"format": form}), DIGEST)
    met = Counter((frozenset((e.home, e.away)), e.home, e.seed) for e in plan.episodes())
    assert set(met.values()) == {1}


def test_seeds_are_seeds() -> None:
    assert all(0 <= episode.seed <= MAX_SEED for episode in planned().episodes())


def test_a_million_pairs_are_planned_without_being_listed() -> None:
    assert planned(pairs=MOST_PAIRS).total_episodes == 6 * MOST_PAIRS


@pytest.mark.parametrize("occasion", ["", "../x", "a/b", "-x", "x" * 41, "a\n"])
def test_an_occasion_that_is_no_folder_name_is_refused(occasion: str) -> None:
    with pytest.raises(BadOccasion, match="allowed: 1 to 40 letters"):
        planned(occasion)
