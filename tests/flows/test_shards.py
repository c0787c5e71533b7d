"""How a run is cut into shards, and how the next start knows which are out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.spec import EpisodeSpec
from engine.tool_captains.budgets import Sums
from flows import catalogue
from flows.deployments.wanted import CPU, LLM, PoolName
from flows.journal import Grant, Journal, Shard
from flows.opening import open_run
from flows.order import Order
from flows.play import Job, play_job
from flows.run import Run
from flows.shards import ENOUGH_S, LEAST_S, Cutter
from flows.spending import Told
from tests.flows.support import SMALL
from tournaments import parse_tournament

LEAGUE = SMALL.replace("pairs: 2", "pairs: 400") + "execution: {processes: 1, shard: 30s}\n"
EPISODES = 2_400
ASKED = """\
name: asked
match: {overs: 1, pairs: 240}
captains: [heuristic, {name: model, kind: llm, model: m, base_url: "http://127.0.0.1:9/v1"}]
execution: {mode: workers, open_episodes: 8, shard: 2m}
"""


def opened(folder: Path, text: str = LEAGUE) -> Iterator[Run]:
    with open_run(Order.of(parse_tournament(text, catalogue.known()), "1"), folder) as run:
        yield run


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    yield from opened(tmp_path)


def cutter(run: Run, journal: Journal | None = None, workers: int = 1) -> Cutter:
    return Cutter(run, journal or Journal(run.folder.path), lambda _: workers)


def taking(cutter: Cutter, run: Run, each_s: float, pool: PoolName = CPU) -> None:
    """As if an episode had taken so long."""
    spec = next(iter(run.missing.values()))
    (result,) = play_job(Job(folder=run.folder.path, episodes=(spec,), attempts=1))
    cutter.took(pool, [replace(result, took_s=each_s)])


def cut(cutter: Cutter, pool: PoolName = CPU) -> list[Shard]:
    return list(iter(lambda: cutter.next(pool), None))


@pytest.mark.parametrize(("each_s", "episodes"), [(0.5, 60), (10.0, 4), (100.0, 2)])
def test_a_shard_lasts_as_long_as_the_file_says(run: Run, each_s: float, episodes: int) -> None:
    one = cutter(run)
    taking(one, run, each_s)
    shard = one.next(CPU)
    assert shard is not None
    assert len(shard.episodes) == episodes


def test_all_of_it_is_cut_once_into_shares_of_what_is_left(tmp_path: Path) -> None:
    run = next(opened(tmp_path, LEAGUE.replace("shard: 30s", "shard: 10m")))
    one = cutter(run, workers=2)
    taking(one, run, 0.5)
    sizes = [len(shard.episodes) for shard in cut(one)]
    assert sizes[:3] == [600, 450, 338]  # a quarter of what is left, in whole pairs
    assert sum(sizes) == EPISODES


def test_what_is_left_is_not_cut_below_what_it_costs_to_begin(run: Run) -> None:
    one = cutter(run, workers=50)
    taking(one, run, 0.05)
    assert {len(shard.episodes) for shard in cut(one)} == {int(LEAST_S / 0.05)}


def test_where_each_worker_has_much_to_play_the_last_shards_are_no_smaller_than_enough(
    tmp_path: Path,
) -> None:
    run = next(opened(tmp_path, LEAGUE.replace("shard: 30s", "shard: 2m")))
    one = cutter(run, workers=3)
    taking(one, run, 0.05)
    *_, last, _rest = cut(one)
    assert len(last.episodes) == int(ENOUGH_S / 0.05)


@pytest.mark.parametrize(
    ("workers", "sizes"),
    [
        (1, [96] + [94] * 4),
        (2, [80] * 2 + [78] * 4),
        (3, [80] * 2 + [78] * 4),
        (4, [60] * 4 + [58] * 4),
    ],
)
def test_each_worker_waits_for_as_many_answers_as_another(
    tmp_path: Path, run: Run, workers: int, sizes: list[int]
) -> None:
    one = cutter(next(opened(tmp_path / "asked", ASKED)), workers=workers)
    first = one.next(LLM)  # of eight, at once: by them is seen how long they last
    taking(one, run, 9.0, LLM)
    assert first is not None
    assert len(first.episodes) == 8
    assert [len(shard.episodes) for shard in cut(one, LLM)] == sizes


def test_the_pairs_of_a_shard_are_whole(run: Run) -> None:
    for shard in cut(cutter(run)):
        legs = [spec.episode_id.rsplit("-", 1)[0] for spec in shard.episodes]
        assert legs[::2] == legs[1::2]


def test_nobody_is_waited_for_among_scripted_captains(run: Run) -> None:
    assert cutter(run).next(LLM) is None


def test_what_is_out_is_found_again_under_its_key(run: Run) -> None:
    journal = Journal(run.folder.path)
    shard = cutter(run, journal).next(CPU)
    assert shard is not None
    journal.begins(shard)
    again = cutter(run, Journal(run.folder.path))
    assert again.next(CPU) == shard
    assert sum(len(one.episodes) for one in cut(again)) == EPISODES - len(shard.episodes)


def test_a_shard_that_has_its_grant_is_found_before_one_that_may_have_to_wait_for_it(
    tmp_path: Path,
) -> None:
    run = next(opened(tmp_path, ASKED))
    journal = Journal(run.folder.path)
    one = cutter(run, journal)
    without, granted = one.next(LLM), one.next(LLM)
    assert without is not None
    assert granted is not None
    journal.begins(without)
    journal.begins(replace(granted, grant=Grant(most=Told.of(Sums()), whole=True)))
    found = cutter(run, Journal(run.folder.path)).next(LLM)
    assert found is not None
    assert found.key == granted.key


def test_what_is_over_is_not_found_again(run: Run) -> None:
    journal = Journal(run.folder.path)
    shard = cutter(run, journal).next(CPU)
    assert shard is not None
    journal.begins(shard)
    journal.ends(shard)
    assert list(Journal(run.folder.path).out(run.missing)) == []


def test_what_came_back_has_another_key_and_numbers_that_nobody_had(run: Run) -> None:
    journal = Journal(run.folder.path)
    one = cutter(run, journal)
    shard = one.next(CPU)
    assert shard is not None
    journal.begins(shard)
    one.back(shard, shard.episodes, 1)
    again = one.next(CPU)
    assert again is not None
    assert again.key != shard.key
    assert {spec.attempt for spec in again.episodes} == {1 + run.attempts}
    assert again.tries == 1


def test_a_torn_line_of_the_journal_is_passed_over(run: Run) -> None:
    journal = Journal(run.folder.path)
    shard = cutter(run, journal).next(CPU)
    assert shard is not None
    journal.begins(shard)
    with (run.folder.path / "shards.jsonl").open("a") as lines:
        lines.write('{"over": "' + shard.key[:5])
    assert [one.key for one in Journal(run.folder.path).out(run.missing)] == [shard.key]


def handed_out(folder: Path, text: str) -> Shard:
    """By a start that was then killed."""
    run = next(opened(folder, text))
    one = cutter(run, run.journal)
    taking(one, run, 0.5)
    shard = one.next(CPU)
    assert shard is not None
    run.journal.begins(shard)
    return shard


def featured(folder: Path, text: str) -> EpisodeSpec:
    """By the next start."""
    spec = next(opened(folder, text)).take_first()
    assert spec is not None
    return spec


def test_the_featured_match_is_one_that_no_worker_has(tmp_path: Path) -> None:
    league = LEAGUE.replace("processes: 1", "mode: workers, processes: 1")
    out = {spec.episode_id for spec in handed_out(tmp_path, league).episodes}
    assert featured(tmp_path, league).episode_id not in out


def test_who_goes_on_without_workers_plays_under_numbers_that_they_do_not_have(
    tmp_path: Path,
) -> None:
    out = {spec.episode_id: spec.attempt for spec in handed_out(tmp_path, LEAGUE).episodes}
    spec = featured(tmp_path, LEAGUE)
    tries = 3  # limits.attempts: the worker may try as often
    assert spec.attempt == out[spec.episode_id] + tries
