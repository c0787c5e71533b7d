"""`captains up` in a process of its own, asked as its page asks: real matches in real processes, on
the featured channel of a real Prefect server.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from engine.record import ending_of
from engine.replay import replay_record
from flows.cli import main
from tests.flows.here import commanded
from tests.flows.support import DEADLINE_S, SMALL, tournament_file
from tests.flows.upping import QUICK, SLOW, Up, begin, until_gone, up
from tests.human.person import Person, present
from tests.spectator.matches import match_events
from tests.spectator.wire import body

pytestmark = [
    *(pytest.mark.prefect, pytest.mark.slow),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]

ADA = {"captain": {"person": "ada"}, "opponent": "random", "overs": 1, "balls_per_s": 1000}

OPEN = ("queued", "starting", "playing")


@pytest.fixture
async def own(tmp_path: Path, environment: dict[str, str]) -> AsyncIterator[Up]:
    async with up(tmp_path, environment) as found:
        yield found


async def test_a_match_is_played_under_the_id_that_was_told(running: Up) -> None:
    accepted = (await running.post(QUICK)).json()
    ended = await running.until(accepted["id"], "ended", "failed")
    shown = await running.until_shown(accepted["id"])
    assert (ended["state"], ended["where"]) == ("ended", "here")
    assert ended["result"]["text"] == shown["result"]
    assert ended["result"]["end_reason"] == shown["end_reason"] == "completed"
    assert (await replay_record(running.record(accepted["id"]))).identical


async def test_the_same_match_again_is_a_stream_of_its_own(running: Up) -> None:
    first = await running.start(QUICK, seed=3)
    await running.until(first, "ended")
    second = await running.start(QUICK, seed=3)
    await running.until(second, "ended")
    assert (first.rpartition("/")[0], second) == (second.rpartition("/")[0], f"{first[:-1]}2")


async def test_a_double_click_starts_one_match(running: Up) -> None:
    key = {"Idempotency-Key": "one-wish"}
    clicks = await asyncio.gather(*(running.post(SLOW, **key) for _ in range(3)))
    listed = (await running.http.get("/custom/episodes")).json()["episodes"]
    (one,) = {click.json()["id"] for click in clicks}
    assert [start["id"] for start in listed if start["state"] in OPEN] == [one]


async def test_who_finds_the_channel_busy_is_told_what_is_on_and_may_queue(running: Up) -> None:
    first = await running.start(SLOW)
    await running.until(first, "playing")
    busy = await running.post(QUICK)
    assert (busy.status_code, busy.json()["may_queue"]) == (409, True)
    assert busy.json()["on_air"]["id"] == first
    second, third = [await running.start(QUICK, queue=True) for _ in range(2)]
    places = [(await running.told(one))["place"] for one in (second, third)]
    assert places == [1, 2]
    await running.cancel(first)
    assert (await running.until(second, "ended"))["result"]
    assert (await running.until(third, "ended"))["result"]


async def test_a_cancelled_match_is_sealed_and_gives_the_channel_back(running: Up) -> None:
    person = ADA | {"captain": {"person": "ada", "deadline_s": 600}}
    first = await running.start(person)
    await running.until(first, "playing")
    await running.cancelled(first)
    assert ending_of(running.void_record(first)).data.end_reason == "cancelled"
    shown = await running.until_shown(first)
    assert (shown["state"], shown["end_reason"]) == ("ended", "cancelled")
    await running.until(await running.start(QUICK), "ended")


async def test_a_cancelled_show_leaves_no_match_live(running: Up) -> None:
    first = await running.start(SLOW)
    await running.until(first, "playing")
    await running.cancelled(first)
    shown = await running.until_shown(first)
    assert shown["state"] == "ended"


async def test_a_match_that_waits_can_be_cancelled(running: Up) -> None:
    first = await running.start(SLOW)
    second = await running.start(QUICK, queue=True)
    await running.cancelled(second)
    assert (await running.told(first))["state"] in ("starting", "playing")


async def test_a_killed_match_has_failed_and_gives_the_channel_back(running: Up) -> None:
    first = await running.start(SLOW)
    await running.until(first, "playing")
    for child in running.children():
        os.kill(child, signal.SIGKILL)
    failed = await running.until(first, "failed")
    assert "killed by signal 9" in failed["reason"]
    await running.until_shown(first)  # it had been played to its end: that is told
    await running.until(await running.start(QUICK), "ended")  # not after a lease of 60 s


@pytest.mark.usefixtures("on_server")
async def test_the_command_line_holds_the_same_channel_and_says_what_is_on(
    running: Up, environment: dict[str, str], tmp_path: Path
) -> None:
    first = await running.start(SLOW)
    await running.until(first, "playing")
    home = {"CAPTAINS_HOME": str(running.runs.parent / "home")}
    command = ["play", "random", "random", "--overs", "1", "--featured", "--if-busy", "refuse"]
    refused, _, why = await commanded(
        [*command, "--runs", str(tmp_path / "cli")], environment | home
    )
    file = tournament_file(tmp_path, SMALL.replace("none", "featured"))
    command = ["run", str(file), "--bus", running.url, "--runs", str(tmp_path / "run")]
    unseen, _, said = await commanded(command, environment | home)
    on = f"busy with heuristic v random ({first.rpartition('/')[0]}) at {running.url}/"
    assert (refused, unseen) == (1, 0)
    assert on in why
    (line,) = [line for line in said.splitlines() if "played unseen" in line]
    assert on in line


async def test_a_page_from_elsewhere_starts_nothing(running: Up) -> None:
    refused = await running.post(QUICK, origin="http://evil.example")
    assert refused.status_code == 403
    listed = (await running.http.get("/custom/episodes")).json()["episodes"]
    assert [start for start in listed if start["state"] in OPEN] == []


async def test_a_person_plays_a_match_that_was_started_from_the_page(running: Up) -> None:
    started = (await running.post(ADA)).json()
    page = started["play"]["ada"]
    ada = Person(running.url, "", "ada", page.partition("#token=")[2])
    async with present(ada):
        ended = await running.until(started["id"], "ended", "failed")
    assert (page.partition("#")[0], ended["state"]) == ("/play/ada", "ended")
    record = running.record(started["id"]).read_text(encoding="utf-8")
    told = [json.loads(line) for line in record.splitlines()]
    mine = [e["data"] for e in told if e["type"] == "decision" and e["data"]["captain"] == "ada"]
    assert {made["source"] for made in mine} == {"human"}


async def test_other_commands_find_its_bus_and_its_token(
    running: Up, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await running.until(await running.start(QUICK), "ended")
    monkeypatch.delenv("CAPTAINS_BUS_TOKEN", raising=False)
    monkeypatch.setenv("CAPTAINS_HOME", str(running.runs.parent / "home"))
    for named in ([], ["--bus", running.url]):
        command = ["publish", str(running.runs / "play"), *named, "--json"]
        assert await asyncio.to_thread(main, command) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["url"], told["lost"], told["waiting"]) == (running.url, 0, 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_ctrl_c_ends_everything(own: Up, number: signal.Signals) -> None:
    first = await own.start(ADA)
    await own.until(first, "playing")
    children = own.children()
    own.process.send_signal(number)
    _, err = await asyncio.to_thread(own.process.communicate, timeout=DEADLINE_S)
    assert own.process.returncode == 0, err
    assert "Traceback" not in err
    assert ending_of(own.void_record(first)).data.end_reason == "cancelled"
    await until_gone(*children)


async def test_a_match_does_not_outlive_a_killed_owner(own: Up) -> None:
    first = await own.start(ADA)
    await own.until(first, "playing")
    children = own.children()
    own.process.kill()
    await until_gone(*children)
    assert ending_of(own.void_record(first)).data.end_reason == "cancelled"


async def test_what_was_shown_is_there_again_and_nothing_of_it_stays_live(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    lone = match_events("gone")[:20]
    token = {"CAPTAINS_BUS_TOKEN": "a-publish-token-of-the-test"}
    async with up(tmp_path, environment | token) as first:
        played = await first.start(QUICK)
        await first.until(played, "ended")
        paced = await first.start(SLOW)
        await first.until(paced, "playing")
        await first.until_sealed(paced)
        (tmp_path / "runs" / "play" / "records" / "gone.1.x.part").touch()  # of a killed writer
        bearer = {"authorization": f"Bearer {token['CAPTAINS_BUS_TOKEN']}"}
        await first.http.post("/api/events", content=body(lone), headers=bearer)
        first.process.kill()
        await asyncio.to_thread(first.process.wait)
    async with up(tmp_path, environment) as second:
        ended = {stream: await second.until_shown(stream) for stream in (played, paced, "gone/1")}
        assert (await second.http.get(f"/custom/episodes/{played}")).status_code == 404
        refused = await second.post(QUICK, authorization=first.http.headers["authorization"])
        assert refused.json()["error"] == "earlier_start"
    reasons = [shown["end_reason"] for shown in ended.values()]
    assert reasons == ["completed", "completed", "cancelled"]


async def test_a_second_one_joins_the_first(running: Up, environment: dict[str, str]) -> None:
    second = begin(running.runs.parent, environment)
    out, err = await asyncio.to_thread(second.communicate, timeout=DEADLINE_S)
    assert (second.returncode, json.loads(out)["page"]) == (0, running.page)
    assert f"up already (process {running.process.pid})" in err


async def test_a_port_in_use_is_told(
    running: Up, tmp_path: Path, environment: dict[str, str]
) -> None:
    process = begin(tmp_path / "other", environment, httpx.URL(running.url).port or 0)
    out, _ = await asyncio.to_thread(process.communicate, timeout=DEADLINE_S)
    assert process.returncode == 1
    assert "in use" in json.loads(out)["error"]
