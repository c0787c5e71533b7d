"""A featured match told and spoken: the command, a real Prefect server, a real bus, a double of
Cartesia, espeak-ng.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client

from flows.commentary import Telling, lines_at_once
from flows.health.voices import of_voices
from flows.leasing import leased
from spectator.server import BusServer
from spectator.speech import Unavailable
from spectator.speech.cartesia import SLOTS
from tests.flows.here import commanded
from tests.llm.stub import Said, completion, plays, says, stub
from tests.spectator.wire import client, stored
from tests.speech.sounds import loudness, tone

pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
KEY = "sk_car_secret"
MATCH = ["play", "heuristic", "baseline", "--overs", "1", "--squads", "built-in", "--featured"]


async def told(
    bus: BusServer, runs: Path, environment: Mapping[str, str], *options: str, **more: str
) -> tuple[Any, str]:
    """What `captains play --featured` reports, and what it says on stderr."""
    environment = {**environment, "CAPTAINS_BUS_TOKEN": bus.publish_token, **more}
    arguments = [*MATCH, *options, "--bus", bus.url, "--runs", str(runs), "--json"]
    code, out, err = await commanded(arguments, environment)
    assert code == 0, err
    return json.loads(out), err


async def beside(bus: BusServer, report: Any, kind: str) -> list[Any]:
    events = await stored(bus, f"commentary:{report['episode_id']}/{report['attempt']}")
    return [event["data"] for event in events if event["type"] == kind]


@pytest.mark.prefect
@pytest.mark.slow
@pytest.mark.usefixtures("on_server")
async def test_a_match_is_spoken_by_espeak(
    tmp_path: Path, environment: dict[str, str], espeak_ng: str
):
    with BusServer() as bus:
        report, err = await told(bus, tmp_path, environment, "--speech", "espeak")
        lines, clips = await beside(bus, report, "commentary"), await beside(bus, report, "audio")
        async with client(bus) as http:
            sound = (await http.get(clips[-1]["url"])).content
    assert "speech: espeak; the match is shown at full speed, which no voice can follow" in err
    assert lines[-1]["text"].find(report["result"]) >= 0
    assert clips[-1]["text"] == lines[-1]["text"]
    assert loudness(sound) > 0.02


@pytest.mark.prefect
@pytest.mark.slow
@pytest.mark.usefixtures("on_server")
async def test_a_key_without_credit_is_told_once_and_shown_nowhere(
    tmp_path: Path, environment: dict[str, str], espeak_ng: str
):
    async with stub(Said(body=tone(), content_type="audio/wav"), Said(status=402)) as cartesia:
        with BusServer() as bus:
            report, err = await told(
                bus,
                tmp_path,
                environment,
                "--speech",
                "auto",
                "--balls-per-s",
                "1000",
                CARTESIA_API_KEY=KEY,
                CAPTAINS_CARTESIA_URL=cartesia.url,
            )
            clips = await beside(bus, report, "audio")
            kept = json.dumps([await stored(bus, f"{report['episode_id']}/1"), clips])
    assert err.count("cartesia speaks no more in this run") == 1
    assert "no voice can follow" not in err
    assert {clip["voice"] for clip in clips} == {"cartesia", "espeak"}
    assert cartesia.headers[0]["authorization"] == f"Bearer {KEY}"
    assert KEY not in kept + err + json.dumps(report) + _all_files(tmp_path)


def _all_files(folder: Path) -> str:
    return "".join(p.read_text(errors="replace") for p in folder.rglob("*") if p.is_file())


FILE = """\
name: told
match: {{overs: 1, pairs: 1}}
captains:
  - heuristic
  - {{name: model, kind: llm, model: m, base_url: "{url}", tools: committing, cadence: over}}
spectate: {{episodes: featured, commentary: model}}
"""


async def _plays_and_writes(request: dict[str, Any]) -> Said:
    if request.get("tools"):
        return says(plays(request))
    return says(completion(content="Well struck!", tool_calls=None))


@pytest.mark.prefect
@pytest.mark.slow
@pytest.mark.usefixtures("on_server")
async def test_a_model_of_the_file_writes_the_lines_that_it_is_in_time_for(
    tmp_path: Path, environment: dict[str, str]
):
    file = tmp_path / "told.yaml"
    async with stub(answering=_plays_and_writes) as model:
        file.write_text(FILE.format(url=model.url), encoding="utf-8")
        with BusServer() as bus:
            environment |= {
                "CAPTAINS_BUS_URL": bus.url,
                "CAPTAINS_BUS_TOKEN": bus.publish_token,
            }
            command = ["run", str(file), "--runs", str(tmp_path), "--json"]
            code, _, err = await commanded(command, environment)
            assert code == 0, err
            async with client(bus) as http:
                featured = (await http.get("/api/featured")).json()["stream"]
            events = await stored(bus, f"commentary:{featured}")
    lines = [event["data"] for event in events]
    assert {line["source"] for line in lines} == {"llm", "template"}
    assert {line["text"] for line in lines if line["source"] == "llm"} == {"Well struck!"}


@pytest.mark.prefect
@pytest.mark.usefixtures("on_server")
async def test_cartesias_quota_is_a_limit_of_prefect():
    said: list[str] = []
    name = "captains-tts-cartesia"
    async with (
        leased(lines_at_once(), said.append) as limiter,
        limiter.slot(SLOTS),
        get_client() as prefect,
    ):
        limit = await prefect.read_global_concurrency_limit_by_name(name)
    assert (limit.limit, limit.active_slots) == (lines_at_once(), 1)
    (told,) = said  # made by us, or found, where a test before has made it
    assert told.startswith(f"tts-cartesia: Prefect's limit {name} ")


def test_a_voice_that_is_not_there_is_refused_before_anything_starts(monkeypatch):
    monkeypatch.delenv("CARTESIA_API_KEY", raising=False)
    with pytest.raises(Unavailable, match="CARTESIA_API_KEY is not set"):
        Telling.of("cartesia", None)


def test_the_doctor_says_which_voice_would_speak(monkeypatch):
    monkeypatch.delenv("CARTESIA_API_KEY", raising=False)
    monkeypatch.setenv("PATH", "")
    (found,) = of_voices(os.environ, ask=False)
    assert (found.check, found.state) == ("speech", "ok")
    assert found.said.startswith("the browser's own voice (cartesia: CARTESIA_API_KEY is not set")


async def test_speech_is_for_the_featured_channel():
    code, _, err = await commanded(["play", "heuristic", "baseline", "--speech", "auto"], {})
    assert code == 2
    assert "--speech: only with --featured" in err
