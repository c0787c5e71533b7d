"""What is kept of a match's play is what its record says."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from engine.cricket.choices import Seat
from engine.phases import Part
from engine.record import ending_of, read_record
from flows import gists
from flows.gists import FILE, SWINGS, Gist, gist_of_record
from flows.ledger import RunFolder
from tests.flows.support import SMALL, played

LONG = SMALL.replace("overs: 1, pairs: 2", "overs: 10, pairs: 1, super_over: true")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return played(tmp_path_factory.mktemp("runs"), LONG)


def ids(folder: RunFolder) -> list[str]:
    return sorted(path.stem for path in folder.records.glob("*.jsonl"))


def by_id(found: list[Gist]) -> dict[str, Gist]:
    return {gist.episode_id: gist for gist in found}


def test_a_match_leaves_a_line_as_it_ends(folder: RunFolder) -> None:
    lines = (folder.path / FILE).read_bytes().splitlines()
    assert sorted(Gist.model_validate_json(line).episode_id for line in lines) == ids(folder)


def test_a_line_that_is_torn_or_missing_is_read_from_the_record(
    folder: RunFolder, tmp_path: Path
) -> None:
    kept = by_id(list(gists.gists(folder, ids(folder))))
    other = RunFolder(tmp_path)
    (tmp_path / "records").symlink_to(folder.records)
    lines = (folder.path / FILE).read_bytes().splitlines(keepends=True)
    (tmp_path / FILE).write_bytes(b"".join(lines[1:-1]) + lines[-1][:30])
    assert by_id(list(gists.gists(other, ids(folder)))) == kept


def test_a_record_that_is_gone_is_passed_over(tmp_path: Path) -> None:
    assert list(gists.gists(RunFolder(tmp_path), ["e1"])) == []


def test_the_phases_of_a_captain_add_up_to_his_result(folder: RunFolder) -> None:
    for path in folder.records.glob("*.jsonl"):
        gist, counts = gist_of_record(path), ending_of(path).data.counts
        decided = [e.data for e in read_record(path) if e.type == "decision"]
        for seat in Seat:
            aside = [m for m in decided if m.seat == seat and not 1 <= m.innings <= 2]
            stated = sum(kind.total for kind in counts[seat.value].costs.values())
            phases = gist.costs[seat].values()
            told = sum(phase.total for phase in phases) + sum(m.cost or 0.0 for m in aside)
            assert told == pytest.approx(stated, abs=1e-6)
            assert gist.costs[seat].keys() <= {part.value for part in Part}


def test_the_swings_are_the_largest_of_the_match(folder: RunFolder) -> None:
    for path in folder.records.glob("*.jsonl"):
        balls = [e.data for e in read_record(path) if e.type == "delivery"]
        (toss,) = [e.data for e in read_record(path) if e.type == "toss"]
        chances = [toss.win_probability, *(ball.win_probability for ball in balls)]
        sizes = sorted((abs(b - a) for a, b in pairwise(chances)), reverse=True)
        swings = gist_of_record(path).swings
        assert [swing.size for swing in swings] == pytest.approx(sizes[:SWINGS])


def test_a_place_names_one_ball(folder: RunFolder) -> None:
    for path in folder.records.glob("*.jsonl"):
        places = [swing.place for swing in gist_of_record(path).swings]
        assert len(set(places)) == len(places)
