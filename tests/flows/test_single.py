"""Single matches: each attempt has its number and its record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.captains import resolve
from engine.record import earlier_path, ending_of, record_of_attempt, record_path
from engine.spec import EpisodeSpec
from flows.config import EpisodeConfig
from flows.episode import report_of
from flows.played import Tried, tried_in
from flows.server import Server
from flows.single import SingleMatch, play_single, singles_folder

MATCH = SingleMatch(home=resolve("heuristic"), away=resolve("baseline"), overs=1, seed=3).spec()


def again(**changes: object) -> EpisodeSpec:
    return MATCH.model_copy(update=changes)


async def test_the_record_of_an_earlier_play_of_the_same_match_stays(tmp_path: Path) -> None:
    folder = singles_folder(tmp_path)
    first = await play_single(folder, MATCH, [])
    second = await play_single(folder, again(attempt=2, seed=4), [])  # as a model may answer anew
    earlier = record_of_attempt(folder.records, MATCH.episode_id, 1)
    assert earlier is not None
    assert ending_of(earlier).data.record_digest == first.record_digest
    sealed = record_path(folder.records, MATCH.episode_id)
    assert ending_of(sealed).data.record_digest == second.record_digest


async def test_the_same_play_is_kept_once(tmp_path: Path) -> None:
    folder = singles_folder(tmp_path)
    for attempt in (1, 2):
        await play_single(folder, again(attempt=attempt), [])
    assert not [*(folder.records / "earlier").iterdir()]


@pytest.mark.parametrize("left", ["", "what a killed process has named already"])
async def test_where_no_file_has_two_names_the_earlier_play_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    def link(*_: object) -> None:
        raise FileExistsError if left else PermissionError

    folder = singles_folder(tmp_path)
    first = await play_single(folder, MATCH, [])
    sealed = record_path(folder.records, MATCH.episode_id)
    if left:
        kept = earlier_path(folder.records, MATCH.episode_id, 1, first.record_digest)
        kept.parent.mkdir()
        kept.write_bytes(sealed.read_bytes())
    monkeypatch.setattr("os.link", link)
    await play_single(folder, again(attempt=2, seed=4), [])
    (earlier,) = (folder.records / "earlier").iterdir()
    assert ending_of(earlier).data.record_digest == first.record_digest


def test_two_that_wait_for_the_same_match_have_numbers_of_their_own(tmp_path: Path) -> None:
    folder = singles_folder(tmp_path)
    with folder.attempt(MATCH) as one, folder.attempt(MATCH) as other:
        assert (one.attempt, other.attempt) == (1, 2)
    assert not [*folder.records.iterdir()]


def test_the_number_of_one_that_was_killed_while_it_waited_is_not_had_again(tmp_path: Path) -> None:
    folder = singles_folder(tmp_path)
    with folder.attempt(MATCH):
        (claim,) = folder.records.iterdir()
        left = claim.name
    (folder.records / left).touch()
    with folder.attempt(MATCH) as spec:
        assert spec.attempt == 2


def test_the_number_of_one_that_ends_while_the_ledger_is_read_is_not_had_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = singles_folder(tmp_path)
    claim = folder.records / f"{MATCH.episode_id}.1.claim.part"
    claim.touch()

    def tried(ledger: Path) -> Iterator[Tried]:
        yield from tried_in(ledger)
        claim.unlink()  # by now his line is there, behind what was read

    monkeypatch.setattr("flows.ledger.tried_in", tried)
    with folder.attempt(MATCH) as spec:
        assert spec.attempt == 2


@pytest.mark.prefect
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # Prefect's, at a test's end
async def test_a_deployment_that_runs_again_plays_the_next_attempt(
    on_server: Server, tmp_path: Path
) -> None:
    config = EpisodeConfig(home="heuristic", away="baseline", overs=1, runs=str(tmp_path))
    assert [(await report_of(config)).attempt for _ in range(2)] == [1, 2]
