"""Simulation: the same engine and the same matches as `play`."""

from __future__ import annotations

import asyncio
import csv
import gzip
from pathlib import Path

import pytest

from engine.captains import resolve
from engine.episode import play_episode
from engine.events import DeliveryEvent, TossEvent
from engine.seeds import derive_seed
from flows.simulate import DELIVERY_COLUMNS, MATCH_COLUMNS, Simulation, simulate
from flows.single import SingleMatch
from tests.doubles import Remembering

MATCH = SingleMatch(home=resolve("baseline"), away=resolve("heuristic"), overs=2, seed=0)
SIMULATION = Simulation(match=MATCH, matches=30, seed=5)


def rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sim")
    summary = asyncio.run(simulate(SIMULATION, out, processes=1))
    assert summary.matches == len(rows(out / "matches.csv.gz")) == 30
    assert summary.deliveries == len(rows(out / "deliveries.csv.gz"))
    return out


@pytest.mark.parametrize("number", [1, 17, 30])
def test_play_with_a_matchs_seed_gives_its_deliveries(simulated: Path, number: int) -> None:
    (match,) = [m for m in rows(simulated / "matches.csv.gz") if m["match_id"] == str(number)]
    assert int(match["seed"]) == derive_seed(5, number)
    heard = Remembering()
    asyncio.run(play_episode(MATCH.with_seed(int(match["seed"])).spec(), observers=[heard]))
    played = [e.data for e in heard.events if isinstance(e, DeliveryEvent)]
    written = [d for d in rows(simulated / "deliveries.csv.gz") if d["match_id"] == str(number)]
    assert [(str(d.innings), str(d.bat), bool(d.wicket)) for d in played] == [
        (d["inn"], d["rb"], bool(d["wk"])) for d in written
    ]
    (toss,) = [e.data for e in heard.events if isinstance(e, TossEvent)]
    assert match["toss_t"] == {"home": "1", "away": "2"}[toss.winner]
    assert match["toss_decision"] == toss.elected


def test_totals_add_up(simulated: Path) -> None:
    runs: dict[tuple[str, str], int] = {}
    for d in rows(simulated / "deliveries.csv.gz"):
        of_ball = sum(int(d[c] or 0) for c in ("rb", "wd", "nb", "by", "lb", "pen"))
        key = d["match_id"], d["inn"]
        runs[key] = runs.get(key, 0) + of_ball
    for m in rows(simulated / "matches.csv.gz"):
        assert runs[m["match_id"], "1"] == int(m["i1_runs"])
        assert runs[m["match_id"], "2"] == int(m["i2_runs"])


def test_more_processes_write_the_same_bytes(simulated: Path, tmp_path: Path) -> None:
    asyncio.run(simulate(SIMULATION, tmp_path, processes=2))
    for name in ("matches.csv.gz", "deliveries.csv.gz"):
        assert (tmp_path / name).read_bytes() == (simulated / name).read_bytes()


def test_the_columns_are_those_of_the_real_data() -> None:
    assert {"match_id", "inn", "over", "ball", "batter", "rb", "wk", "seed"} <= {*DELIVERY_COLUMNS}
    assert {"match_id", "winner_t", "i1_runs", "i2_target", "seed"} <= {*MATCH_COLUMNS}


def test_the_luck_of_a_match_is_that_of_its_balls_and_of_its_other_draws(simulated: Path) -> None:
    of_balls: dict[str, float] = {}
    for d in rows(simulated / "deliveries.csv.gz"):
        of_balls[d["match_id"]] = of_balls.get(d["match_id"], 0.0) + float(d["luck"])
    for m in rows(simulated / "matches.csv.gz"):
        luck = of_balls[m["match_id"]] + float(m["luck_other"])
        assert float(m["luck"]) == pytest.approx(luck, abs=1e-6)
        assert float(m["adjusted"]) == pytest.approx(float(m["home_score"]) - luck, abs=1e-6)


def test_the_home_score_is_the_result(simulated: Path) -> None:
    for m in rows(simulated / "matches.csv.gz"):
        winner = m["winner_t"] if m["winner_t"] != "0" else m["eliminator_t"]
        assert float(m["home_score"]) == {"1": 1.0, "2": 0.0, "0": 0.5, "": 0.5}[winner]
