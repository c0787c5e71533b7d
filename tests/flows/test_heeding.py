"""Cancel, pause and resume from the Prefect UI do what they say: of a command's run, which no
worker heeds, and of a run below a worker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import State, StateType
from prefect.exceptions import Abort, Pause
from prefect.states import Cancelling, Suspended

from engine.record import ending_of
from flows import catalogue, heeding
from flows.config import TournamentConfig
from flows.deployments.deploying import deploy
from flows.deployments.prefect_file import read_prefect_file
from flows.deployments.setting_up import set_up
from flows.order import Order
from flows.server import Server
from flows.slots import limit_name
from flows.tournament import tournament
from tests.flows.support import ROOT, SMALL, players
from tests.flows.working import until, worker
from tests.llm.stub import Said, Stub, stub
from tournaments import parse_tournament

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]

SCRIPTED_MATCHES = 4


def file_of(name: str, endpoint: str) -> str:
    """Two scripted captains, and one who is asked and never answers."""
    asked = f'{{name: slow, kind: llm, model: m, base_url: "{endpoint}"}}'
    text = SMALL.replace("name: small", f"name: {name}").replace("baseline]", f"{asked}]")
    return f"{text}execution: {{processes: 1}}\n"


def sealed_in(records: Path) -> list[Path]:
    return [*records.glob("*.jsonl")]


def are_void(records: Path) -> bool:
    """Whether all else that was begun is sealed as cancelled."""
    voids = [ending_of(each).data.end_reason for each in records.glob("void/*.jsonl")]
    return {*voids} == {"cancelled"} and not [*records.rglob("*.part")]


async def silence(_: dict[str, Any]) -> Said | None:
    await asyncio.Event().wait()
    return None


async def begun(client: PrefectClient, name: str, asked: Stub, records: Path) -> UUID:
    """The flow run, once the scripted matches are sealed and the other captain is waited for."""

    async def found() -> UUID | None:
        if not asked.requests or len(sealed_in(records)) < SCRIPTED_MATCHES:
            return None
        named = FlowRunFilter.model_validate({"name": {"like_": f"{name} ·"}})
        (run,) = await client.read_flow_runs(flow_run_filter=named)
        return run.id

    return await until(found)


def suspended() -> State[Any]:
    """A pause whose end is still to come: Prefect counts it from when the state is made."""
    return Suspended(timeout_seconds=3_600)


@pytest.mark.parametrize(
    ("order", "raised", "kept"),
    [
        (Cancelling, Abort, StateType.CANCELLED),
        (suspended, Pause, StateType.PAUSED),
    ],
)
async def test_a_run_that_is_ended_in_the_ui_keeps_what_was_played(
    on_server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    order: Callable[[], State[Any]],
    raised: type[BaseException],
    kept: StateType,
) -> None:
    monkeypatch.setattr(heeding, "HEED_S", 0.2)
    name = f"ended-by-{kept.value.lower()}"
    async with stub(answering=silence) as asked, get_client() as client:
        text = file_of(name, asked.url)
        folder = Order.of(parse_tournament(text, catalogue.known()), "1").folder(tmp_path)
        config = TournamentConfig(yaml=text, runs=str(tmp_path))
        playing = asyncio.create_task(tournament(config))
        run_id = await begun(client, name, asked, folder.records)
        await client.set_flow_run_state(run_id, order(), force=True)
        with pytest.raises(raised):
            await playing
        state = (await client.read_flow_run(run_id)).state
        limit = await client.read_global_concurrency_limit_by_name(limit_name(asked.url))
    assert state is not None
    assert state.type is kept
    if kept is StateType.CANCELLED:
        assert state.message == "4 of 12 episodes. Cancelled; what was played stays played."
    assert limit.active_slots == 0
    assert are_void(folder.records)
    assert len(sealed_in(folder.records)) == SCRIPTED_MATCHES
    assert not folder.is_held()
    assert players() == []


async def ended(folder: Path, worker_pid: int) -> bool | None:
    """Whether no process works in the folder but the worker."""
    return not {*_at_work(folder)} - {worker_pid} or None


def _at_work(folder: Path) -> Iterator[int]:
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (place / "cwd").readlink() == folder:
                yield int(place.name)


@pytest.mark.slow
async def test_a_workers_run_is_paused_resumed_and_cancelled(
    on_server: Server, tmp_path: Path
) -> None:
    async with stub(answering=silence) as asked, get_client() as client:
        await set_up(client)
        await deploy(client, read_prefect_file(ROOT / "prefect.yaml"), folder=tmp_path)
        deployment = await client.read_deployment_by_name("tournament/tournament")
        text = file_of("below-a-worker", asked.url)
        folder = Order.of(parse_tournament(text, catalogue.known()), "1").folder(tmp_path / "runs")
        run = await client.create_flow_run_from_deployment(
            deployment.id, parameters={"config": {"yaml": text}}
        )

        async def state(wanted: StateType) -> bool | None:
            found = (await client.read_flow_run(run.id)).state
            return (found is not None and found.type is wanted) or None

        async def free() -> bool | None:
            limit = await client.read_global_concurrency_limit_by_name(limit_name(asked.url))
            return (not limit.active_slots and not folder.is_held()) or None

        with worker(on_server, tmp_path) as process:
            await begun(client, "below-a-worker", asked, folder.records)
            await client.set_flow_run_state(run.id, suspended(), force=True)
            await until(lambda: ended(tmp_path, process.pid))
            assert await free()
            assert await state(StateType.PAUSED)
            assert are_void(folder.records)

            calls = len(asked.requests)
            await client.resume_flow_run(run.id)
            await until(lambda: state(StateType.RUNNING))
            await until(lambda: asyncio.sleep(0, len(asked.requests) > calls or None))
            assert await state(StateType.RUNNING)
            await client.set_flow_run_state(run.id, Cancelling(), force=True)
            await until(lambda: state(StateType.CANCELLED))
            await until(lambda: ended(tmp_path, process.pid))
            await until(free)
        assert are_void(folder.records)
        assert sum(not one.end_reason.is_void for one in folder.attempts()) == SCRIPTED_MATCHES
        assert len(sealed_in(folder.records)) == SCRIPTED_MATCHES
