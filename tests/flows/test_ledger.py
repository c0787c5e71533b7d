"""The laws of a run's folder: records decide, lines are whole, one process plays."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from shutil import rmtree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import EndReason
from engine.record import record_path
from engine.result import EpisodeResult
from flows.holding import RunBusy
from flows.ledger import RunFolder
from flows.play import play_once, play_until_it_counts
from flows.played import result_of_record
from tests.flows.support import episode


def opened(path: Path) -> RunFolder:
    folder = RunFolder(path / "run")
    folder.open({"name": "x"})
    return folder


def result(episode_id: str, attempt: int, reason: EndReason) -> EpisodeResult:
    return EpisodeResult(
        episode_id=episode_id,
        attempt=attempt,
        seed=1,
        home="a",
        away="b",
        winner=None,
        end_reason=reason,
        result="",
        innings=(),
        turns=0,
        deliveries=0,
        luck=0.0,
        counts={},
        record_digest="",
        error=None,
        cards=(),
    )


RESULTS = st.lists(
    st.builds(
        result,
        st.sampled_from(["e1", "e2", "e3"]),
        st.integers(1, 4),
        st.sampled_from(EndReason),
    ),
    max_size=8,
)


@given(results=RESULTS)
def test_what_is_appended_is_read_back_in_order(results: list[EpisodeResult]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = opened(Path(name))
        for one in results:
            folder.append(one)
        assert list(folder.attempts()) == results


@given(results=RESULTS, more=RESULTS, cut=st.integers(1, 400))
def test_a_torn_line_costs_only_itself(
    results: list[EpisodeResult], more: list[EpisodeResult], cut: int
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = opened(Path(name))
        for one in results:
            folder.append(one)
        folder.append(result("torn", 1, EndReason.COMPLETED))
        size = folder.ledger.stat().st_size
        line = len(folder.ledger.read_bytes().splitlines()[-1])
        with folder.ledger.open("r+b") as ledger:
            ledger.truncate(size - 1 - min(cut, line))
        for one in more:
            folder.append(one)
        assert list(folder.attempts()) == [*results, *more]


@given(results=RESULTS)
def test_a_line_without_a_record_does_not_count(results: list[EpisodeResult]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = opened(Path(name))
        for one in results:
            folder.append(one)
        played = folder.played()
        assert [played.sealed(e) for e in ("e1", "e2", "e3")] == [None] * 3
        assert played.attempts == {
            e: max(r.attempt for r in results if r.episode_id == e)
            for e in {r.episode_id for r in results}
        }


def test_a_record_without_a_line_counts(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    told = asyncio.run(play_once(folder, episode(), []))
    read = folder.played().sealed("e1")
    assert read is not None
    assert read.record_digest == told.record_digest


def test_a_record_states_the_result_that_the_ledger_states(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    told = asyncio.run(play_until_it_counts(folder, episode(), attempts=1))
    (line,) = folder.attempts()
    read = result_of_record(record_path(folder.records, "e1"))
    assert read.record_digest == line.record_digest == told.record_digest
    assert (read.winner, read.innings, read.counts) == (line.winner, line.innings, line.counts)
    assert read.toss == line.toss == told.toss is not None


def test_a_sealed_episode_is_not_played_again(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    for _ in range(2):
        asyncio.run(play_until_it_counts(folder, episode(), attempts=1))
    assert len(list(folder.attempts())) == 1


def test_a_second_process_is_told_who_plays(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    with folder.held(), pytest.raises(RunBusy, match=r"process \d+ on "), folder.held():
        pass


def test_a_run_that_has_ended_leaves_the_folder_free(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    for _ in range(2):
        with folder.held():
            pass


def test_starting_over_keeps_what_was_played_aside(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    folder.append(result("e1", 1, EndReason.COMPLETED))
    first = folder.set_aside()
    assert first is not None
    assert RunFolder(first).ledger.exists()
    assert not folder.path.exists()
    assert folder.set_aside() is None


def test_what_is_set_aside_last_comes_first_where_some_of_it_was_deleted(tmp_path: Path) -> None:
    def set_aside() -> Path:
        place = opened(tmp_path).set_aside()
        assert place is not None
        return place

    deleted, earlier = set_aside(), set_aside()
    rmtree(deleted)
    last = set_aside()
    assert [one.path for one in RunFolder(tmp_path / "run").aside()] == [last, earlier]
