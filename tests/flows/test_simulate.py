"""Simulation: the same engine and the same matches as `play`."""

from __future__ import annotations

import asyncio
import csv
import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from engine.captains import resolve
from engine.episode import play_episode
from engine.events import DeliveryEvent, TossEvent
from engine.fidelity import T20, TABLES, fold, tables_of
from engine.fidelity.reading import RealMatch, read_balls
from engine.fidelity.simulation import balls_of
from engine.seeds import derive_seed
from flows.cli import main
from flows.simulate import Simulation, simulate
from flows.simulation_files import Files
from flows.simulation_rows import DELIVERY_COLUMNS, MATCH_COLUMNS, MatchBrokeOff
from flows.single import SingleMatch
from flows.vectorised import Vectorised, play_batch, simulate_vectorised
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


def test_a_match_that_breaks_off_is_told_and_no_row_of_it_is_written(tmp_path: Path) -> None:
    silent = resolve({"name": "silent", "kind": "recorded", "decisions": []})
    order = replace(SIMULATION, match=replace(MATCH, home=silent))
    with pytest.raises(MatchBrokeOff, match=r"match 1 \(seed \d+\) broke off: environment_error"):
        asyncio.run(simulate(order, tmp_path, processes=1))
    assert list(tmp_path.iterdir()) == []


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


@pytest.mark.parametrize("squads", ["drawn", "drawn-women"])
def test_squads_that_are_drawn_have_new_players_every_match(squads: str, tmp_path: Path) -> None:
    match = replace(MATCH, squads=squads)
    asyncio.run(simulate(replace(SIMULATION, match=match, matches=2), tmp_path, processes=1))
    players: dict[str, set[str]] = {"1": set(), "2": set()}
    for d in rows(tmp_path / "deliveries.csv.gz"):
        players[d["match_id"]] |= {d["batter"], d["nonstr"], d["bowler"]}
    assert not players["1"] & players["2"]


# --- the vectorised simulator --------------------------------------------------------------------

BULK = Vectorised(matches=40, overs=3, squads=("drawn", "drawn"), era=2023, seed=9)


@pytest.fixture(scope="module")
def vectorised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bulk")
    summary = simulate_vectorised(BULK, out)
    assert summary.deliveries == len(rows(out / "deliveries.csv.gz"))
    return out


def test_vectorised_totals_add_up(vectorised: Path) -> None:
    made: dict[tuple[str, str], list[int]] = {}
    for d in rows(vectorised / "deliveries.csv.gz"):
        of_ball = sum(int(d[c] or 0) for c in ("rb", "wd", "nb", "by", "lb", "pen"))
        made.setdefault((d["match_id"], d["inn"]), []).append(of_ball)
    matches = rows(vectorised / "matches.csv.gz")
    assert [m["match_id"] for m in matches] == [str(i) for i in range(1, 41)]
    for m in matches:
        for innings in ("1", "2"):
            assert sum(made[m["match_id"], innings]) == int(m[f"i{innings}_runs"])


def test_a_vectorised_winner_made_more_runs(vectorised: Path) -> None:
    for m in rows(vectorised / "matches.csv.gz"):
        first, second = int(m["i1_runs"]), int(m["i2_runs"])
        winner = m["i1_team"] if first > second else m["i2_team"]
        assert m["winner_t"] == ("0" if first == second else winner)
        assert m["home_score"] == {"0": "0.5", "1": "1.0", "2": "0.0"}[m["winner_t"]]
        assert m["toss_t"] == m["i2_team"]


def test_vectorised_players_are_those_of_their_sides(vectorised: Path) -> None:
    sides = {m["match_id"]: m["i1_team"] for m in rows(vectorised / "matches.csv.gz")}
    for d in rows(vectorised / "deliveries.csv.gz"):
        first_id = 1 + 22 * int(d["match_id"])
        home_bats = (sides[d["match_id"]] == "1") == (d["inn"] == "1")
        batting, bowling = (0, 11) if home_bats else (11, 0)
        assert 0 <= int(d["batter"]) - first_id - batting < 11
        assert 0 <= int(d["nonstr"]) - first_id - batting < 11
        assert 0 <= int(d["bowler"]) - first_id - bowling < 11
        assert d["batter"] != d["nonstr"]


def test_vectorised_files_are_the_same_again(vectorised: Path, tmp_path: Path) -> None:
    simulate_vectorised(BULK, tmp_path)
    for name in ("matches.csv.gz", "deliveries.csv.gz"):
        assert (vectorised / name).read_bytes() == (tmp_path / name).read_bytes()


def test_named_squads_play_as_they_are(tmp_path: Path) -> None:
    order = replace(BULK, squads=("saltmarsh", "redstone"), matches=5)
    simulate_vectorised(order, tmp_path)
    assert {m["team1"] for m in rows(tmp_path / "matches.csv.gz")} == {"saltmarsh home"}
    assert max(int(d["batter"]) for d in rows(tmp_path / "deliveries.csv.gz")) <= 22


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--home", "random"], "baseline against baseline"),
        (["--super-over"], "no super overs"),
        (["--processes", "2"], "one core"),
    ],
)
def test_the_vectorised_simulator_says_what_it_does_not_play(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["simulate", "--vectorised", "--matches", "5", "--out", str(tmp_path / "x")]
    assert main([*command, *arguments]) == 2
    assert said in capsys.readouterr().err


def test_written_deliveries_are_read_and_folded_as_real_ones_are(vectorised: Path) -> None:
    played = balls_of(play_batch(BULK, 1, BULK.matches).played)
    matches = {
        m["match_id"]: RealMatch(year=2023, target=int(m["i2_target"]))
        for m in rows(vectorised / "matches.csv.gz")
    }
    with gzip.open(vectorised / "deliveries.csv.gz", "rt", newline="") as lines:
        written = read_balls(lines, matches)
    mine, theirs = (tables_of([fold(balls, T20)]) for balls in (played, written))
    for name in TABLES:
        if name != "spin by over":  # the files do not say how a bowler bowls
            assert theirs[name].values == pytest.approx(mine[name].values, nan_ok=True)


@pytest.mark.parametrize("fast", [(), ("--vectorised",)])
@pytest.mark.parametrize("out", ["new/" + "x" * 300, "file/below", "taken", "held/matches"])
def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_left(
    tmp_path: Path, out: str, fast: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "taken" / "matches.csv.gz").mkdir(parents=True)
    (tmp_path / "held" / "matches" / "deliveries.csv.gz.part").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    command = ["simulate", "--overs", "1", "--matches", "1", "--out", str(tmp_path / out), *fast]
    assert main([*command, *(() if fast else ("--processes", "1"))]) == 2
    told = capsys.readouterr().err
    assert "cannot be written: " in told
    assert "allowed: a folder" in told
    assert len(told.splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_a_simulation_that_is_broken_off_leaves_nothing(tmp_path: Path) -> None:
    files = Files(tmp_path / "a" / "b")
    files.write(b"x", b"y")
    files.__exit__(KeyboardInterrupt)
    assert list(tmp_path.iterdir()) == []
