"""What travels is taken home whole, once, and only where its seal and its match are right."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from engine.cricket.choices import Seat
from engine.errors import BrokenRecord
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from flows.gists import gists
from flows.ledger import RunFolder
from flows.parcels import Homecoming, Parcel, packed, parcel_of, take_home, unpacked
from flows.play import Job, play_job
from tests.flows.support import episode

SPECS = (episode("e1", seed=1), episode("e2", seed=2))


@pytest.fixture(scope="module")
def played(away: RunFolder) -> tuple[EpisodeResult, ...]:
    return play_job(Job(folder=away.path, episodes=SPECS, attempts=1))


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Where a worker plays them."""
    folder = RunFolder(tmp_path_factory.mktemp("worker") / "run")
    folder.open({})
    return folder


@pytest.fixture
def parcel(away: RunFolder, played: tuple[EpisodeResult, ...]) -> Parcel:
    return parcel_of(away, played, last=True)


@pytest.fixture
def home(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "run")
    folder.open({})
    return folder


def taken(
    home: RunFolder, parcel: Parcel, specs: tuple[EpisodeSpec, ...] = SPECS
) -> tuple[EpisodeResult, ...]:
    wanted = {spec.episode_id: spec for spec in specs}
    return take_home(Homecoming(folder=home.path, parcel=parcel, wanted=wanted))


def retold(parcel: Parcel, **otherwise: object) -> Parcel:
    """With other ledger lines for the same records."""
    lines = tuple(json.dumps(json.loads(line) | otherwise) for line in parcel.lines)
    return parcel.model_copy(update={"lines": lines})


def test_a_parcel_survives_the_way(parcel: Parcel) -> None:
    assert unpacked(packed(parcel), Parcel) == parcel


def test_half_a_parcel_is_none_yet(parcel: Parcel) -> None:
    assert unpacked(packed(parcel)[:-9], Parcel) is None


def test_home_is_as_if_it_had_been_played_here(
    home: RunFolder, away: RunFolder, parcel: Parcel, played: tuple[EpisodeResult, ...]
) -> None:
    results = taken(home, parcel)
    assert results == played
    assert list(away.attempts()) == list(home.attempts())
    for result in results:
        assert home.record_of(result).read_bytes() == away.record_of(result).read_bytes()
    assert len([*gists(home, ["e1", "e2"], from_records=False)]) == 2


def test_a_parcel_that_comes_twice_is_written_once(home: RunFolder, parcel: Parcel) -> None:
    first = taken(home, parcel)
    assert taken(home, parcel) == first
    assert len([*home.attempts()]) == 2


def test_what_nobody_waits_for_is_left(home: RunFolder, parcel: Parcel) -> None:
    assert [result.episode_id for result in taken(home, parcel, SPECS[:1])] == ["e1"]
    assert len([*home.records.glob("*.jsonl")]) == 1


def test_a_record_that_was_changed_on_the_way_is_refused(home: RunFolder, parcel: Parcel) -> None:
    other = {name: text.replace('"runs":1', '"runs":2', 1) for name, text in parcel.records.items()}
    assert other != parcel.records
    with pytest.raises(BrokenRecord):
        taken(home, parcel.model_copy(update={"records": other}))
    assert [*home.records.iterdir()] == []


@pytest.mark.parametrize(
    "asked",
    [
        {"seed": 3},
        {"overs": 2},
        {"squads": ("drawn", "strong")},
        {"pack": "other"},
        {"attempt": 2},
        {"away": SPECS[0].away.model_copy(update={"params": {"other": 1}})},
    ],
    ids=lambda asked: next(iter(asked)),
)
def test_another_match_is_refused(
    home: RunFolder, parcel: Parcel, asked: dict[str, object]
) -> None:
    with pytest.raises(BrokenRecord, match="of another match"):
        taken(home, parcel, (SPECS[0].model_copy(update=asked),))
    assert [*home.records.iterdir()] == []


def test_a_line_is_believed_only_what_no_record_has(
    home: RunFolder, parcel: Parcel, played: tuple[EpisodeResult, ...]
) -> None:
    results = taken(home, retold(parcel, winner=None, luck=9.0, turns=0, took_s=7.5, failed="away"))
    assert results == tuple(replace(one, failed=Seat.AWAY) for one in played)
    assert {one.took_s for one in results} == {7.5}


def test_what_is_here_already_counts(home: RunFolder, parcel: Parcel) -> None:
    first = taken(home, parcel)
    again = retold(parcel, luck=9.0, end_reason="transport", attempt=2)
    records = {name.replace(".1", ".2"): "{}" for name in parcel.records}
    assert taken(home, again.model_copy(update={"records": records})) == first


def test_a_record_of_another_attempt_than_its_line_is_refused(
    home: RunFolder, parcel: Parcel
) -> None:
    records = {name.replace(".1", ".2"): record for name, record in parcel.records.items()}
    with pytest.raises(BrokenRecord, match="not that of the result"):
        taken(home, retold(parcel, attempt=2).model_copy(update={"records": records}))


def test_a_line_without_its_record_is_refused(home: RunFolder, parcel: Parcel) -> None:
    with pytest.raises(BrokenRecord, match="without its record"):
        taken(home, parcel.model_copy(update={"records": {}}))
