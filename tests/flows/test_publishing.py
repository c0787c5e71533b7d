"""Commands and a bus that is away, killed or late: it has every event in the end."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from engine.events import DecisionMade
from engine.record import read_record
from flows import catalogue
from flows.cli import main
from flows.ledger import RunFolder
from flows.opening import open_run
from flows.order import Order
from flows.play import play_until_it_counts
from flows.showing import Kept, keep_shown
from spectator.server import BusServer
from tests.flows.here import commanded
from tests.flows.support import (
    ALONE,
    DEADLINE_S,
    EPISODES_OF_SMALL,
    captains,
    episode,
    tournament_file,
)
from tests.remote.programs import Program, serving
from tests.spectator.matches import published
from tests.spectator.processes import TOKEN, bus_process, free_port
from tests.spectator.wire import stored, until

MATCH = ("heuristic", "random", "--overs", "1")
STALLS_AT = 12  # questions; some balls have been bowled by then


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPTAINS_BUS_TOKEN", TOKEN)


def play(runs: Path, url: str, *more: str) -> int:
    return main(["play", *MATCH, "--bus", url, "--runs", str(runs), "--json", *more])


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def as_seen(record: str) -> list[Any]:
    """A record's events as the bus has them."""
    match = published(list(read_record(Path(record)))).match
    return [json.loads(event.model_dump_json()) for event in match]


def lines(server: BusServer, stream: str) -> list[Any]:
    return asyncio.run(stored(server, stream))


def test_a_match_without_its_bus_is_played_and_delivered_with_the_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    assert play(tmp_path, url) == 0
    out, err = capsys.readouterr()
    first = json.loads(out)
    assert f"wait in {tmp_path / 'play' / 'spool'}" in err
    with BusServer(port=port, publish_token=TOKEN) as bus:
        assert play(tmp_path, url, "--seed", "2") == 0
        out, err = capsys.readouterr()
        second = json.loads(out)
        assert "wait" not in err
        for match in (first, second):
            assert lines(bus, f"{match['episode_id']}/1") == as_seen(match["record"])


def test_a_run_can_be_put_on_a_bus_afterwards(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port, folder = free_port(), str(tmp_path / "play")
    url = f"http://127.0.0.1:{port}"
    assert play(tmp_path, url) == 0
    spooled = told(capsys)
    assert main(["play", *MATCH, "--seed", "5", "--runs", str(tmp_path), "--json"]) == 0
    unseen = told(capsys)
    assert main(["publish", folder, "--bus", url, "--json"]) == 1
    assert told(capsys)["waiting"] > 0
    with BusServer(port=port, publish_token=TOKEN) as bus:
        for _ in range(2):
            assert main(["publish", folder, "--bus", url, "--json"]) == 0
            done = told(capsys)
            assert (done["matches"], done["lost"], done["waiting"]) == (2, 0, 0)
            for match in (spooled, unseen):
                stream = f"{match['episode_id']}/1"
                assert lines(bus, stream) == as_seen(match["record"])


def test_the_same_match_again_is_another_stream(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with BusServer(publish_token=TOKEN) as bus:
        for attempt in (1, 2):
            assert play(tmp_path, bus.url) == 0
            out, err = capsys.readouterr()
            match = json.loads(out)
            assert (match["attempt"], err.count("did not reach")) == (attempt, 0)
            assert lines(bus, f"{match['episode_id']}/{attempt}") == as_seen(match["record"])


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["publish", "nowhere", "--bus", "http://127.0.0.1:1"], "nowhere: no such run"),
        (
            ["publish", "demo", "--runs", "nowhere"],
            "demo: no such run; allowed: a run's folder, or",
        ),
        (["play", *MATCH, "--reasoning", "0"], "--reasoning 0: allowed: 1 to 1000"),
        (["play", *MATCH, "--reasoning", "soon"], "--reasoning"),
        (["play", *MATCH, "--balls-per-s", "2"], "--balls-per-s: only with --featured"),
        (
            ["play", *MATCH, "--featured", "--balls-per-s", "0.01"],
            "--balls-per-s 0.01: allowed: 0.1 to 1000",
        ),
    ],
)
def test_what_cannot_be_is_refused(
    arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert why in capsys.readouterr().err


@pytest.mark.parametrize("shown", ["live", "after", "never", "6"])
def test_a_command_says_when_what_was_thought_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], shown: str
) -> None:
    presets = tmp_path / "mine.yaml"
    with serving(Program) as far, BusServer(publish_token=TOKEN) as bus:
        presets.write_text(f"far: {{kind: remote, url: '{far}'}}\n", encoding="utf-8")
        options = ["--captains", str(presets), "--bus", bus.url, "--runs", str(tmp_path), "--json"]
        assert main(["play", "far", *MATCH[1:], *options, "--reasoning", shown]) == 0
        match = told(capsys)
        thoughts = lines(bus, f"reasoning:{match['episode_id']}/1")
        assert main(["publish", str(tmp_path / "play"), "--bus", bus.url, "--json"]) == 0
        capsys.readouterr()
        afterwards = lines(bus, f"reasoning:{match['episode_id']}/1")
    assert [thought["data"]["number"] for thought in afterwards] == [
        thought["data"]["number"] for thought in thoughts
    ]
    record = [event.data for event in read_record(Path(match["record"]))]
    called = [made.number for made in record if isinstance(made, DecisionMade) and made.calls]
    expected = [] if shown == "never" else called
    assert [thought["data"]["number"] for thought in thoughts] == expected
    assert called


@pytest.mark.parametrize("shown", ["live", "after", "never"])
def test_a_run_that_never_shows_what_was_thought_does_not_afterwards(
    tmp_path: Path, shown: str
) -> None:
    folder = RunFolder(tmp_path)
    folder.open({"tournament": {"spectate": {"reasoning": shown}}})
    assert Kept.of(folder).of_stream("e/1") == ("never" if shown == "never" else "live")
    assert Kept.of(RunFolder(tmp_path / "another")).of_stream("e/1") == "live"


@pytest.mark.parametrize("about", ["", "{", "{}", "[1]", '{"tournament": 1}', '{"tournament": {}}'])
def test_what_a_broken_file_may_have_forbidden_is_not_shown(tmp_path: Path, about: str) -> None:
    (tmp_path / "run.json").write_text(about, encoding="utf-8")
    assert Kept.of(RunFolder(tmp_path)).of_stream("e/1") == "never"


def test_a_run_from_before_reasoning_could_be_kept_is_shown(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"tournament": {"spectate": {}}}', encoding="utf-8")
    assert Kept.of(RunFolder(tmp_path)).of_stream("e/1") == "live"


def test_the_last_word_on_a_single_match_holds(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    spec, words = episode("e"), []
    for asked in ("live", "never", "never", "after", "never"):
        keep_shown(folder, spec, asked)
        words.append(Kept.of(folder).of_stream("e/1"))
    assert words == ["live", "never", "never", "live", "never"]
    assert Kept.of(folder).of_stream("e/2") == "live"


@pytest.mark.parametrize(
    "line", ['{"stream": "e', "[]", '{"stream": "e/1"}', b"\xff".decode("latin1")]
)
def test_a_line_that_cannot_be_read_may_have_forbidden_it(tmp_path: Path, line: str) -> None:
    (tmp_path / "shown.jsonl").write_text(f"{line}\n", encoding="latin1")
    assert Kept.of(RunFolder(tmp_path)).of_stream("e/1") == "never"


class Stalling(Program):
    """Goes quiet once, in mid-match."""

    def answer_to(self, request: dict[str, Any], body: bytes) -> None:
        if len(self.server.asked) == STALLS_AT:
            self.server.is_over.wait(60)
        super().answer_to(request, body)


async def test_what_a_killed_command_had_told_is_there_after_the_same_command_again(
    tmp_path: Path,
) -> None:
    port, asked = free_port(), list[dict[str, Any]]()
    presets, spool = tmp_path / "mine.yaml", tmp_path / "play" / "spool"
    with serving(Stalling, asked) as far:
        presets.write_text(f"far: {{kind: remote, url: '{far}'}}\n", encoding="utf-8")
        command = ["play", "far", *MATCH[1:], "--bus", f"http://127.0.0.1:{port}", "--json"]
        command += ["--captains", str(presets), "--runs", str(tmp_path)]
        first = captains(command, {"CAPTAINS_BUS_TOKEN": TOKEN})

        async def stalls() -> bool:
            return len(asked) == STALLS_AT and len(_spooled(spool)) == 2

        await until(stalls)
        await asyncio.sleep(0)
        first.send_signal(signal.SIGKILL)
        await asyncio.to_thread(first.communicate)
        before = _spooled(spool)
        with bus_process(":memory:", port=port) as bus:
            second = captains(command, {"CAPTAINS_BUS_TOKEN": TOKEN})
            out, err = await asyncio.to_thread(second.communicate, timeout=DEADLINE_S)
            assert second.returncode == 0, err
            match = json.loads(out)
            assert match["attempt"] == 2
            name = match["episode_id"]
            assert await stored(bus, f"{name}/1") == before[f"{name}/1"]
            assert await stored(bus, f"reasoning:{name}/1") == before[f"reasoning:{name}/1"]
            assert await stored(bus, f"{name}/2") == as_seen(match["record"])
    assert _spooled(spool) == {}


def _spooled(spool: Path) -> dict[str, list[Any]]:
    """The spool's events by stream."""
    found = {}
    for path in spool.glob("*.jsonl"):
        events = [json.loads(line) for line in path.read_bytes().splitlines()]
        if events:
            found[f"{events[0]['episode_id']}/{events[0]['attempt']}"] = events
    return found


def test_an_attempt_that_was_killed_keeps_its_number(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.open({"name": "x"})
    (folder.records / "e.v1.3.ab_cd123.part").write_text("{}\n")
    assert folder.played().attempts == {"e.v1": 3}
    for _ in range(2):
        with folder.held():
            assert list(folder.records.glob("*.part")) == []
            assert folder.played().attempts == {"e.v1": 3}
    assert [path.name for path in (folder.records / "void").iterdir()] == ["e.v1.3.ab_cd123.part"]


def test_a_run_that_is_started_over_has_numbers_that_no_bus_has_seen(tmp_path: Path) -> None:
    order = Order.of(catalogue.load(str(tournament_file(tmp_path))), "1")

    def numbers(*, fresh: bool, plays: bool) -> tuple[int, set[int]]:
        with open_run(order, tmp_path, fresh=fresh) as run:
            found = run.starts, {spec.attempt for spec in run.missing.values()}
            if plays and (spec := run.take_first()):
                asyncio.run(play_until_it_counts(run.folder, spec, attempts=1))
        return found

    assert numbers(fresh=False, plays=True) == (1, {1})
    assert numbers(fresh=True, plays=False) == (2, {2})
    assert numbers(fresh=False, plays=True) == (3, {2})
    assert numbers(fresh=False, plays=False) == (4, {2})
    assert numbers(fresh=True, plays=False) == (5, {3})
    assert numbers(fresh=True, plays=False) == (6, {3})


@pytest.mark.prefect
@pytest.mark.usefixtures("on_server")
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # Prefect's, at a test's end
async def test_a_run_without_its_bus_is_delivered_by_the_same_command(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """Scripted matches, which processes of the pool publish and leave behind."""
    port, runs = free_port(), tmp_path / "runs"
    url = f"http://127.0.0.1:{port}"
    file = tournament_file(tmp_path, ALONE.replace("none", "all"))
    command = ["run", str(file), "--runs", str(runs), "--bus", url, "--json"]
    with_token = {**environment, "CAPTAINS_BUS_TOKEN": TOKEN}
    code, out, err = await commanded(command, with_token)
    assert code == 0, err
    folder = RunFolder(Path(json.loads(out)["run_dir"]))
    assert f"wait in {folder.spool}" in err
    with BusServer(port=port, publish_token=TOKEN) as bus:
        code, again, err = await commanded(command, with_token)
        assert code == 0, err
        assert json.loads(again)["episodes"]["resumed"] == EPISODES_OF_SMALL
        assert "wait" not in err
        records = [str(path) for path in folder.records.glob("*.jsonl")]
        assert len(records) == EPISODES_OF_SMALL
        for record in records:
            assert await stored(bus, f"{Path(record).stem}/1") == as_seen(record)
        first_start = await stored(bus, f"run:{run_id(folder)}/1")
        assert first_start[-1]["type"] == "tournament.ended"


def run_id(folder: RunFolder) -> str:
    return str(json.loads((folder.path / "run.json").read_text(encoding="utf-8"))["run_id"])
