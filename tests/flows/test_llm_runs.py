"""Runs with a language model behind a stub on loopback, against a real server."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client

from tests.flows.here import commanded, played_here
from tests.flows.support import DEADLINE_S, captains, tournament_file
from tests.llm.models import by_tool
from tests.llm.stub import Said, completion, fails, plays, says, stub

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.usefixtures("on_server"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]

FILE = """\
name: asked
seed: 3
match: {{overs: 1, pairs: 1}}
captains:
  - heuristic{extra}
  - {{name: model, kind: llm, model: m, base_url: "{url}"{more}}}
limits: {limits}
spectate: {{episodes: none}}
execution: {{processes: 1}}
"""


class Runs:
    """Runs of one file in one folder, at one endpoint."""

    def __init__(self, folder: Path, url: str, environment: dict[str, str]) -> None:
        self.folder, self.url = folder, url
        self.environment = environment

    async def play(
        self, limits: str, *arguments: str, more: str = "", extra: str = "", code: int = 0
    ) -> Any:
        """`more` settings of the model, one `extra` captain."""
        said = await commanded(
            self._command(limits, *arguments, more=more, extra=extra), self.environment
        )
        return document(*said, code)

    async def play_here(self, more: str = "") -> Any:
        """To the end, where nothing of the command is claimed."""
        return await played_here(self._file("{}", more, ""), self.folder / "runs")

    def started(
        self, limits: str, *arguments: str, more: str = "", extra: str = ""
    ) -> subprocess.Popen[str]:
        """In a process of its own."""
        command = self._command(limits, *arguments, more=more, extra=extra)
        return captains(command, self.environment)

    def _command(self, limits: str, *arguments: str, more: str, extra: str) -> list[str]:
        file = self._file(limits, more, extra)
        return ["run", str(file), "--runs", str(self.folder / "runs"), "--json", *arguments]

    def _file(self, limits: str, more: str, extra: str) -> Path:
        extra = extra and f"\n  - {extra}"
        text = FILE.format(url=self.url, limits=limits, more=more, extra=extra)
        return tournament_file(self.folder, text)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One for the processes and for what is played here."""
    monkeypatch.setenv("CAPTAINS_HOME", str(tmp_path / "home"))


async def ended(process: subprocess.Popen[str], code: int = 0) -> Any:
    """The JSON document of a run that ended as it should; None of one that was killed."""
    out, err = await asyncio.to_thread(process.communicate, timeout=DEADLINE_S)
    return document(process.returncode, out, err, code)


def document(ended: int, out: str, err: str, code: int) -> Any:
    assert ended == code, err
    assert "Traceback" not in err
    return json.loads(out) if out else None


class Holding:
    """An endpoint that answers `free` requests and lets all others wait. `held` is set once
    `legs` of them do.
    """

    def __init__(self, free: int, legs: int) -> None:
        self.free, self.legs = free, legs
        self.answered = self.waiting = 0
        self.held, self.released = asyncio.Event(), asyncio.Event()

    async def __call__(self, request: dict[str, Any]) -> Said:
        if self.answered == self.free and not self.released.is_set():
            self.waiting += 1
            if self.waiting == self.legs:
                self.held.set()
            await self.released.wait()
        self.answered += 1
        return says(plays(request))


async def test_a_spent_budget_stops_a_run_and_a_larger_one_resumes_it(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    async with stub(says(completion())) as endpoint:
        runs = Runs(tmp_path, endpoint.url, environment)
        stopped = await runs.play("{calls: 5}", code=1)
        assert "calls" in stopped["stopped"]
        assert stopped["spent"]["calls"] <= 5
        assert sum(row["played"] for row in stopped["standings"]) == 0
        ended = await runs.play("{calls: 5000}")
        assert ended["run_dir"] == stopped["run_dir"]
        assert ended["stopped"] is None
        assert ended["episodes"]["played"] + ended["episodes"]["resumed"] == 2
        assert ended["spent"]["calls"] == len(endpoint.requests)


@pytest.mark.parametrize(
    ("stop", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)]
)
async def test_a_run_that_is_stopped_counts_all_that_it_asked_and_asks_nothing_again(
    tmp_path: Path, environment: dict[str, str], stop: int, code: int
) -> None:
    answering = Holding(free=7, legs=2)  # both legs of the pair wait: what was answered is kept
    async with stub(answering=answering) as endpoint:
        runs, price = Runs(tmp_path, endpoint.url, environment), ", price: {input: 1, output: 1}"
        process = runs.started("{}", more=price)
        await asyncio.wait_for(answering.held.wait(), DEADLINE_S)
        process.send_signal(stop)
        told = await ended(process, code)
        assert told is None or "the same command plays the rest" in told["error"]
        answering.released.set()
        resumed = await runs.play_here(price)
    account, spent = resumed["captains"][1], resumed["spent"]
    assert account["from_cache"] == 7
    assert account["calls"] == len(endpoint.requests) - 7 - 2
    assert spent["calls"] == len(endpoint.requests)
    assert spent["tokens"] >= 110 * len(endpoint.requests)
    assert spent["usd"] == pytest.approx(spent["tokens"] / 1e6)


async def test_a_captain_who_answers_nothing_usable_is_shown_and_not_ranked(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    async with stub(says(completion("nonsense", "{}"))) as endpoint:
        told = await Runs(tmp_path, endpoint.url, environment).play_here()
    account = told["captains"][1]
    assert account["captain"] == "model"
    assert account["coverage"] == 0
    assert account["sources"]["fallback"] == account["fallbacks"] > 0
    assert account["tokens_in"] > 0
    assert account["cost_usd"] is None
    assert any(why.startswith("model made 0 %") for why in told["unranked"])


@pytest.mark.parametrize(
    ("status", "setting"), [(401, "api_key_env"), (404, "model"), (302, "base_url")]
)
async def test_settings_that_an_endpoint_refuses_end_that_captains_run_at_once(
    tmp_path: Path, environment: dict[str, str], status: int, setting: str
) -> None:
    async with stub(fails(status)) as endpoint:
        runs = Runs(tmp_path, endpoint.url, environment)
        told = await runs.play("{attempts: 3}", extra="baseline", code=2)
    (why,) = told["unplayable"]
    assert why.startswith(f"captain 'model': {setting}")
    assert "; allowed: " in why
    assert len(endpoint.requests) <= 8  # what was under way at once, each asked once
    played = {row["captain"]: row["played"] for row in told["standings"]}
    assert played == {"heuristic": 2, "baseline": 2, "model": 0}


async def test_a_run_of_void_episodes_says_why_and_has_failed_in_prefect(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    async with stub(fails(402)) as endpoint:
        told = await Runs(tmp_path, endpoint.url, environment).play("{}", code=1)
    assert told["episodes"]["void"] == 2
    assert all(why.startswith("transport: ") and "402" in why for why in told["voided"])
    assert told["voided"]
    kept = json.loads((Path(told["run_dir"]) / "run.json").read_text(encoding="utf-8"))
    async with get_client() as client:
        state = (await client.read_flow_run(UUID(kept["flow_run"]["id"]))).state
    assert state is not None
    assert state.is_failed()
    assert state.message == "0 of 2 episodes, 2 void, no ranking"


ROUND = """\
name: round
seed: 3
match: {{overs: 1, pairs: 1}}
captains:
  - heuristic
  - {{name: small, preset: llm_live, model: m1, cadence: over, tools: committing}}
  - {{name: large, preset: llm_live, model: m2, tools: committing, budget: {{tokens: 9_000_000}}}}
spectate: {{episodes: none}}
"""


async def test_a_round_robin_of_two_models_at_the_environments_endpoint(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    async def answer(request: dict[str, Any]) -> Said:
        return says(plays(request))

    file = tournament_file(tmp_path, ROUND.format())
    async with stub(answering=answer) as endpoint:
        code, out, err = await commanded(
            ["run", str(file), "--runs", str(tmp_path / "runs")],
            {**environment, "CAPTAINS_LLM_BASE_URL": endpoint.url},
        )
    assert code == 0, err
    assert "6 played, 0 resumed, 0 void, 0 forfeited" in out
    assert out.count("coverage 100.0%") == 2
    assert "cost unknown" in out
    assert "USD" not in out + err
    assert {r["model"] for r in endpoint.requests} == {"m1", "m2"}


async def test_a_missing_key_is_told_before_the_first_ball(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    async with stub(says(completion())) as endpoint:
        runs = Runs(tmp_path, endpoint.url, environment)
        told = await runs.play("{}", more=", api_key_env: NO_SUCH_KEY", code=2)
    assert "NO_SUCH_KEY" in told["error"]
    assert endpoint.requests == []


async def test_a_single_match_tells_each_decision_with_its_tokens(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    presets = tmp_path / "mine.yaml"
    async with stub(says(completion())) as endpoint:
        preset = f'model: {{kind: llm, model: m, base_url: "{endpoint.url}", cadence: over}}\n'
        presets.write_text(preset, encoding="utf-8")
        runs, short = str(tmp_path / "runs"), ("--overs", "1")
        code, out, err = await commanded(
            ["play", "model", "heuristic", "--captains", str(presets), "--runs", runs, *short],
            environment,
        )
    assert code == 0, err
    assert "model v heuristic" in out or "won" in out
    told = [line for line in err.splitlines() if "tokens, cost unknown so far" in line]
    assert len(told) > 3


@pytest.mark.parametrize("extra", ["{name: qwen, preset: PRESET, cadence: over}", "PRESET"])
async def test_a_tournament_is_played_again_from_the_cache_by_the_presets_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extra: str
) -> None:
    async def answering(request: dict[str, Any]) -> Said:
        return by_tool(request)

    async with stub(answering=answering) as endpoint:
        monkeypatch.setenv("CAPTAINS_LLM_BASE_URL", endpoint.url)
        monkeypatch.setenv("CAPTAINS_LLM_MODEL", "m")
        told, asked = [], []
        for preset in ("llm_live", "llm_cached"):
            captain = extra.replace("PRESET", preset)
            text = f"name: named\nmatch: {{overs: 1, pairs: 1}}\ncaptains: [random, {captain}]\n"
            file = tournament_file(tmp_path, f"{text}spectate: {{episodes: none}}\n")
            told.append(await played_here(file, tmp_path / "runs"))
            asked.append(len(endpoint.requests))
    live, cached = told
    assert asked[0] == asked[1] > 0
    assert cached["run_dir"] != live["run_dir"]
    assert cached["captains"][1]["sources"].keys() == {"cache"}
    assert [row["points"] for row in cached["standings"]] == [
        row["points"] for row in live["standings"]
    ]
