"""All occasions of one file, together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows import catalogue
from flows.cli import main
from flows.ledger import RunFolder
from flows.past import NoRun
from flows.play import Job, play_job
from flows.pooling import occasions_of, pool_path
from flows.report import Material, build
from flows.run import Order, open_run
from tests.flows.support import EPISODES_OF_SMALL, SMALL
from tournaments import parse_tournament


def night(runs: Path, occasion: str, text: str = SMALL) -> RunFolder:
    order = Order.of(parse_tournament(text, catalogue.known()), occasion)
    with open_run(order, runs) as run:
        specs = tuple(run.missing.values())
        run.add(play_job(Job(folder=run.folder.path, episodes=specs, attempts=1)))
        return run.folder


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> list[RunFolder]:
    runs = tmp_path_factory.mktemp("runs")
    night(runs, "1", SMALL.replace("seed: 3", "seed: 4"))  # the file as it was before
    return [night(runs, occasion) for occasion in ("2", "10", "1")]


def test_occasions_of_the_same_file_are_found_in_their_order(nights: list[RunFolder]) -> None:
    found = occasions_of(nights[0])
    assert [one.about()["occasion"] for one in found] == ["1", "2", "10"]
    assert {one.about()["file_digest"] for one in found} == {nights[0].about()["file_digest"]}


def test_a_pool_holds_every_pair_of_every_night_once(nights: list[RunFolder]) -> None:
    material = Material.of(*occasions_of(nights[0]))
    ids = [pair.pair_id for pair in material.pairs]
    assert len(ids) == len(set(ids)) == 3 * EPISODES_OF_SMALL // 2
    assert len({pair.seed for pair in material.pairs}) == 3 * 2
    alone = sum(len(Material.of(one).pairs) for one in nights)
    assert len(ids) == alone


def test_a_pooled_report_adds_up(nights: list[RunFolder]) -> None:
    told = build(Material.of(*occasions_of(nights[0])))
    assert told.episodes.planned == told.episodes.counted == 3 * EPISODES_OF_SMALL
    assert sum(row["played"] for row in told.standings) == 2 * told.episodes.counted
    assert told.occasion == "3 occasions, 1 to 10"
    assert told.reproduce.command.startswith("for o in 1 2 10; do captains run ")


def test_one_night_alone_is_its_own_pool(nights: list[RunFolder]) -> None:
    assert build(Material.of(nights[0])).occasion == "2"


def test_the_command_writes_it_beside_the_runs(
    nights: list[RunFolder], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(nights[0].path), "--pool", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["episodes"]["counted"] == 3 * EPISODES_OF_SMALL
    assert Path(told["page"]).parent == pool_path(nights[0])
    assert Path(told["page"]).is_file()
    assert not (pool_path(nights[0]) / "run.json").exists()


def test_what_is_no_run_has_no_occasions(tmp_path: Path) -> None:
    with pytest.raises(NoRun, match="no tournament's run"):
        occasions_of(RunFolder(tmp_path))
