"""From a plan to batches: everything once, in order, pairs together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.spec import EpisodeSpec
from flows import catalogue
from flows.work import (
    BATCH_S,
    LEAST_S,
    Batch,
    Lengths,
    batch_size,
    batches,
    captains_of,
    episode_spec,
    guessed_s,
    squad_names,
)
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
    found = [e for b in grouped(missing, processes) for e in b.episodes]
    assert found == list(missing.values())


@given(processes=st.integers(1, 8))
def test_the_two_legs_of_a_pair_stay_together(processes: int) -> None:
    for batch in grouped(ALL, processes):
        seeds = [(e.seed, frozenset((e.home.name, e.away.name))) for e in batch.episodes]
        assert all(seeds.count(seed) == 2 for seed in seeds)


def test_a_title_says_who_plays_and_which_pairs() -> None:
    title = next(grouped(ALL, 1)).title
    assert title == "x · round 1 · random v baseline · pairs 1 to 7"


def test_a_title_of_two_fixtures_says_where_it_begins_and_ends() -> None:
    missing = dict(list(ALL.items())[12:])  # from the last pair of the first fixture on
    title = next(grouped(missing, 1)).title
    expected = "random v baseline pair 7 to heuristic v random pair 4 · 2 fixtures"
    assert title == f"x · rounds 1 to 2 · {expected}"


@pytest.mark.parametrize("episode_s", [0.01, 0.025, 0.5])
def test_a_batch_of_a_long_run_lasts_as_it_should(episode_s: float) -> None:
    size = batch_size(10_000, 10_000, processes=2, episode_s=episode_s)
    assert 0.9 * BATCH_S < size * episode_s <= BATCH_S


@given(total=st.integers(1, 100_000), processes=st.integers(1, 64))
def test_an_episode_that_lasts_longer_than_a_batch_has_one_of_its_own(
    total: int, processes: int
) -> None:
    assert batch_size(total, total, processes=processes, episode_s=60.0) == 1


@given(total=st.integers(2, 500), processes=st.integers(2, 8))
def test_every_process_has_work_for_as_long_as_there_is_enough(total: int, processes: int) -> None:
    assert batch_size(total, total, processes=processes, episode_s=0.001) * processes <= max(
        total, processes
    )


def test_the_last_batches_are_small_but_worth_a_task() -> None:
    last = batch_size(50, 10_000, processes=2, episode_s=0.025)
    assert LEAST_S <= last * 0.025 < BATCH_S / 2


def test_a_batch_is_as_large_as_earlier_ones_turned_out_to_last() -> None:
    lengths = iter([BATCH_S / 2, *[BATCH_S / 4] * len(ALL)])
    found = batches("x", PLAN, ALL, processes=1, lasts_s=lambda _: next(lengths))
    assert [len(batch.episodes) for batch in found][:2] == [2, 4]


def test_an_episodes_length_is_guessed_until_it_is_measured() -> None:
    lengths, spec = Lengths(), episode(overs=5)
    assert lengths.of(spec) == guessed_s(spec)
    lengths.note(100, 3.0)
    lengths.note(100, 1.0)
    assert lengths.of(spec) == 0.02


def test_long_matches_are_not_grouped() -> None:
    long = guessed_s(episode(overs=50))
    assert batch_size(1_000, 1_000, processes=1, episode_s=long) <= 20


def grouped(missing: Mapping[str, EpisodeSpec], processes: int) -> Iterator[Batch]:
    return batches("x", PLAN, missing, processes=processes, lasts_s=guessed_s)


def test_squads_by_word_and_by_name() -> None:
    assert squad_names("drawn") == ("drawn", "drawn")
    assert squad_names("built-in") == ("saltmarsh", "redstone")
    assert squad_names(("a", "b")) == ("a", "b")
