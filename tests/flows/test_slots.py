"""An endpoint's slots on a real Prefect server, shared by real processes."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.leasing import leased
from flows.limits import LEASE_S
from flows.slots import limit_name, prefect_slots
from tests.flows.leases import minute_is_over
from tests.flows.relay import relay
from tests.flows.support import DEADLINE_S, captains
from tests.llm.stub import Said, Stub, plays, says, stub

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.usefixtures("on_server"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]

FILE = """\
name: {name}
match: {{overs: 1, pairs: 3}}
captains:
  - heuristic
  - {{name: model, kind: llm, model: m, base_url: "{url}", tools: committing}}
limits: {{llm: 3}}
spectate: {{episodes: none}}
"""
LATENCY_S = 0.05


def run(folder: Path, name: str, url: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    file = folder / f"{name}.yaml"
    file.write_text(FILE.format(name=name, url=url), encoding="utf-8")
    home = {**environment, "CAPTAINS_HOME": str(folder / name)}
    return captains(["run", str(file), "--runs", str(folder / "runs"), "--json"], home)


async def taken(url: str) -> int:
    async with get_client() as client:
        return (await client.read_global_concurrency_limit_by_name(limit_name(url))).active_slots


async def set_limit(url: str, limit: int) -> None:
    async with get_client() as client:
        change = GlobalConcurrencyLimitUpdate(limit=limit)
        await client.update_global_concurrency_limit(limit_name(url), change)


async def until(holds: Callable[[], bool], *, timeout_s: float = DEADLINE_S) -> None:
    async with asyncio.timeout(timeout_s):
        while not holds():  # noqa: ASYNC110 - what is waited for is not of this process
            await asyncio.sleep(0.05)


async def end(process: subprocess.Popen[str], endpoint: Stub, by: signal.Signals) -> int:
    """End it once all its slots are in use; its exit code."""
    await until(lambda: endpoint.under_way == 3)
    process.send_signal(by)
    await asyncio.to_thread(process.communicate, timeout=DEADLINE_S)
    return process.returncode


async def test_two_runs_at_once_keep_to_one_limit_and_both_end(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    async def answer(request: dict[str, Any]) -> Said:
        await asyncio.sleep(LATENCY_S)
        return says(plays(request))

    async with stub(answering=answer) as endpoint:
        runs = [run(tmp_path, name, endpoint.url, environment) for name in ("one", "two")]
        told = [await asyncio.to_thread(each.communicate, timeout=DEADLINE_S) for each in runs]
        assert [each.returncode for each in runs] == [0, 0], told
        assert endpoint.most_at_once == 3
        assert await taken(endpoint.url) == 0
    found = [err.partition(f"limit {limit_name(endpoint.url)} ")[2] for _, err in told]
    assert sorted(text.splitlines()[0] for text in found) == [
        "is 3, limits.llm 3: the lower of them holds",
        "was made with limits.llm, 3",
    ]


@pytest.mark.slow
async def test_the_slots_of_a_killed_process_come_back(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    async with stub(answering=_silence) as endpoint:
        await end(run(tmp_path, "killed", endpoint.url, environment), endpoint, signal.SIGKILL)
        assert await taken(endpoint.url) == 3
        assert await minute_is_over(limit_name(endpoint.url)) <= LEASE_S
        async with (
            asyncio.timeout(DEADLINE_S),
            leased(3, lambda _: None) as limiter,
            limiter.slot(endpoint.url),
        ):
            assert 1 <= await taken(endpoint.url) <= 3


async def test_an_interrupted_run_gives_its_slots_back(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    async with stub(answering=_silence) as endpoint:
        process = run(tmp_path, "interrupted", endpoint.url, environment)
        assert await end(process, endpoint, signal.SIGINT) == 130
        assert await taken(endpoint.url) == 0


async def test_an_interrupted_run_ends_although_its_server_is_gone(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    async with stub(answering=_silence) as endpoint, relay(environment["PREFECT_API_URL"]) as way:
        process = run(tmp_path, "gone", endpoint.url, {"PREFECT_API_URL": way.url})
        await until(lambda: endpoint.under_way == 3)
        way.close()
        assert await end(process, endpoint, signal.SIGINT) == 130


async def test_calls_wait_while_the_limit_is_zero_and_go_on_when_it_is_raised() -> None:
    here, told, entered = "http://127.0.0.1:1/paused", list[str](), asyncio.Event()

    async def call() -> None:
        async with limiter.slot(here):
            entered.set()

    async with prefect_slots(here, 1) as slots:
        await slots.look()
    await set_limit(here, 0)
    async with leased(8, told.append) as limiter:
        calling = asyncio.create_task(call())
        await until(lambda: bool(told))
        assert "calls wait until it is raised" in told[0]
        assert not entered.is_set()
        await set_limit(here, 2)
        await asyncio.wait_for(calling, DEADLINE_S)
    assert await taken(here) == 0


async def test_without_prefect_calls_wait_and_the_run_says_so() -> None:
    told = list[str]()

    async def call() -> None:
        async with limiter.slot("http://127.0.0.1:1/alone"):
            raise AssertionError

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{silent.getsockname()[1]}/api"
        with temporary_settings({PREFECT_API_URL: nobody}):
            async with leased(8, told.append) as limiter:
                calling = asyncio.create_task(call())
                await until(lambda: bool(told))
                calling.cancel()
    assert told[0].endswith("calls wait until it answers")


async def test_an_operators_limit_is_kept_and_not_overwritten() -> None:
    here = "http://127.0.0.1:1/kept"
    async with prefect_slots(here, 2) as slots:
        assert (await slots.look()).created
    async with prefect_slots(here, 50) as slots:
        seen = await slots.look()
    assert (seen.limit, seen.created) == (2, False)


async def test_a_lease_is_whole_or_not_at_all_and_ends_once() -> None:
    async with prefect_slots("http://127.0.0.1:1/whole", 3) as slots:
        await slots.look()
        lease = await slots.take(2)
        assert lease is not None
        assert await slots.take(2) is None
        assert await slots.renew(lease) is not None
        await slots.give_back(lease)
        assert await slots.renew(lease) is None
        assert (await slots.look()).taken == 0


async def _silence(_: dict[str, Any]) -> Said:
    await asyncio.Event().wait()
    raise AssertionError
