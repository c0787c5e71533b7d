"""What crosses a border of a run: into a Prefect task, into and out of a process."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

from prefect.utilities.annotations import opaque
from prefect.utilities.collections import visit_collection

from engine.spec import EpisodeSpec
from flows.ledger import RunFolder
from flows.play import Job, play_job, play_timed
from flows.tournament import closed
from flows.work import Batch
from tests.flows.support import episode

BATCH = Batch(title="two", episodes=(episode("e1"), episode("e2", seed=2)))


def job_in(folder: Path, *, cards: bool) -> Job:
    RunFolder(folder).open({})
    return Job(folder=folder, episodes=BATCH.episodes, attempts=1, cards=cards)


def test_prefect_does_not_look_into_a_batch() -> None:
    seen: list[object] = []
    visit_collection(closed(BATCH), visit_fn=seen.append, return_data=False)
    assert BATCH in seen
    assert not any(isinstance(one, EpisodeSpec) for one in seen)


def test_a_task_is_given_the_batch_itself() -> None:
    given = visit_collection(
        opaque(BATCH), visit_fn=lambda one: one, return_data=True, remove_annotations=True
    )
    assert given is BATCH


def test_a_job_comes_out_of_a_process_as_it_went_in(tmp_path: Path) -> None:
    job = job_in(tmp_path, cards=False)
    assert pickle.loads(pickle.dumps(job)) == job


def test_results_come_out_of_a_process_as_they_went_in(tmp_path: Path) -> None:
    played = play_timed(job_in(tmp_path, cards=True))
    assert all(result.cards for result in played.results)
    assert played.cpu_s > 0
    assert pickle.loads(pickle.dumps(played)) == played


def test_without_scorecards_a_result_is_what_the_ledger_tells(tmp_path: Path) -> None:
    results = play_job(job_in(tmp_path, cards=False))
    assert results == tuple(RunFolder(tmp_path).attempts())


def test_scorecards_are_all_that_is_left_out(tmp_path: Path) -> None:
    whole = play_job(job_in(tmp_path / "whole", cards=True))
    slim = play_job(job_in(tmp_path / "slim", cards=False))
    assert slim == tuple(replace(result, cards=()) for result in whole)
