"""From a plan to batches: everything once, in order, pairs together."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from engine.spec import EpisodeSpec
from flows import catalogue
from flows.work import batch_size, batches, captains_of, episode_spec, squad_names
from tests.flows.support import SMALL, episode
from tournaments import TournamentPlan, TournamentSpec, parse_tournament, plan_tournament
from tournaments.digest import FileDigest

SPEC: TournamentSpec = parse_tournament(SMALL.replace("pairs: 2", "pairs: 7"), catalogue.known())
PLAN: TournamentPlan = plan_tournament(SPEC, FileDigest("0" * 64))
CAPTAINS = captains_of(SPEC, catalogue.known())
ALL: Mapping[str, EpisodeSpec] = {
    str(e.episode_id): episode_spec(e, SPEC.match, CAPTAINS, attempt=1) for e in PLAN.episodes()
}


@given(played=st.sets(st.sampled_from(sorted(ALL))), processes=st.integers(1, 8))
def test_every_missing_episode_is_in_one_batch_in_the_plans_order(
    played: set[str], processes: int
) -> None:
    missing = {key: spec for key, spec in ALL.items() if key not in played}
    found = [e for b in batches("x", PLAN, missing, processes=processes) for e in b.episodes]
    assert found == list(missing.values())


@given(processes=st.integers(1, 8))
def test_the_two_legs_of_a_pair_stay_together(processes: int) -> None:
    for batch in batches("x", PLAN, ALL, processes=processes):
        seeds = [(e.seed, frozenset((e.home.name, e.away.name))) for e in batch.episodes]
        assert all(seeds.count(seed) == 2 for seed in seeds)


def test_a_title_says_who_plays_and_which_pairs() -> None:
    title = next(batches("friday", PLAN, ALL, processes=1)).title
    assert title == "friday · round 1 · random v baseline · pairs 1–4"


def test_long_matches_are_not_grouped() -> None:
    assert batch_size([episode(overs=50)] * 1000, processes=1) < 10


def test_squads_by_word_and_by_name() -> None:
    assert squad_names("drawn") == ("drawn", "drawn")
    assert squad_names("built-in") == ("saltmarsh", "redstone")
    assert squad_names(("a", "b")) == ("a", "b")
