"""Who starts over wants nothing of what is out: the shards of the earlier start are cancelled."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Cancelling, Running, Scheduled

from flows import catalogue, earlier, ledger, presumed
from flows.deployments.wanted import CPU
from flows.fixtures import fixtures
from flows.ledger import RunFolder
from flows.opening import open_run
from flows.order import Order
from flows.shards import Cutter
from tests.flows.desks import Server
from tests.flows.support import SMALL
from tournaments import parse_tournament

ORDER = Order.of(parse_tournament(SMALL, catalogue.known()), "1")


def handed_out(runs: Path) -> str:
    """The key of a shard, by a start that was then killed."""
    with open_run(ORDER, runs) as run:
        shard = Cutter(run, run.journal, lambda _: 1).next(CPU)
        assert shard is not None
        run.journal.begins(shard)
    return shard.key


def test_who_starts_over_recalls_what_is_out(tmp_path: Path) -> None:
    key = handed_out(tmp_path)
    with open_run(ORDER, tmp_path, fresh=True) as run:
        assert run.recalled == (key,)
        run.has_recalled()
    with open_run(ORDER, tmp_path) as run:
        assert run.recalled == ()


def test_who_starts_over_recalls_what_is_out_where_an_older_start_was_deleted(
    tmp_path: Path,
) -> None:
    for _ in range(3):
        with open_run(ORDER, tmp_path, fresh=True):
            pass
    rmtree([*ORDER.folder(tmp_path).aside()][-1].path)
    key = handed_out(tmp_path)
    with open_run(ORDER, tmp_path, fresh=True) as run:
        assert run.recalled == (key,)


@pytest.mark.parametrize("fresh", [True, False])
def test_who_goes_on_recalls_what_a_start_did_not_that_was_killed(
    tmp_path: Path, fresh: bool
) -> None:
    key = handed_out(tmp_path)
    with open_run(ORDER, tmp_path, fresh=True):
        pass
    with open_run(ORDER, tmp_path, fresh=fresh) as run:
        assert run.recalled == (key,)


class Killed(BaseException):
    """As a process that ends between two system calls."""


def killed(*_: object) -> None:
    raise Killed


@pytest.mark.parametrize("before", ["makes the folder", "says what the run is"])
@pytest.mark.parametrize("again", [True, False])
def test_who_goes_on_recalls_what_a_start_set_aside_that_was_killed_in_a_moment(
    tmp_path: Path, before: str, again: bool
) -> None:
    key, first_attempt = handed_out(tmp_path), 1 + ORDER.spec.limits.attempts
    with pytest.MonkeyPatch.context() as patch:
        target = RunFolder if before == "makes the folder" else ledger
        patch.setattr(target, "open" if target is RunFolder else "save", killed)
        with suppress(Killed), open_run(ORDER, tmp_path, fresh=True):
            pytest.fail("nobody has killed it")
    with open_run(ORDER, tmp_path, fresh=again) as run:
        assert run.recalled == (key,)
        assert {spec.attempt for spec in run.missing.values()} == {first_attempt}


@pytest.mark.prefect
async def test_what_prefect_has_not_heard_is_still_to_be_recalled(free_tcp_port: int) -> None:
    with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{free_tcp_port}/api"}):
        assert not await earlier.recall(("run/0",))


class Busy(Server):
    """Prefect, whose database is written to by others."""

    async def read_flow_run(self, _: UUID) -> FlowRun:
        raise httpx.ReadTimeout("database is locked")


@pytest.mark.parametrize(("now", "is_heard"), [(Running(), False), (Cancelling(), True)])
async def test_what_prefect_was_too_busy_to_hear_is_still_to_be_recalled(
    now: State[Any], *, is_heard: bool
) -> None:
    client = cast("PrefectClient", Busy(looks=[now], made={"run/0": uuid4()}))
    assert await presumed.recall(client, ("run/0",)) is is_heard


def test_who_starts_over_uses_no_number_that_a_worker_may_have_shown(tmp_path: Path) -> None:
    handed_out(tmp_path)
    attempts = ORDER.spec.limits.attempts
    with open_run(ORDER, tmp_path, fresh=True) as run:
        assert {spec.attempt for spec in run.missing.values()} == {1 + attempts}


@pytest.mark.prefect
@pytest.mark.usefixtures("on_server")
async def test_what_is_recalled_is_cancelled() -> None:
    async with get_client() as client:
        flow_id = await client.create_flow(fixtures)
        deployment = await client.create_deployment(flow_id, "recalled")

        async def made(key: str) -> FlowRun:
            return await client.create_flow_run_from_deployment(
                deployment, state=Scheduled(), idempotency_key=key
            )

        waiting, playing, another = [await made(f"run/{n}") for n in range(3)]
        await client.set_flow_run_state(playing.id, Running(), force=True)
        await earlier.recall(("run/0", "run/1"))
        states = [await state(client, run) for run in (waiting, playing, another)]
        await client.delete_deployment(deployment)
    assert states == [StateType.CANCELLED, StateType.CANCELLING, StateType.SCHEDULED]


async def state(client: PrefectClient, run: FlowRun) -> StateType | None:
    found = (await client.read_flow_run(run.id)).state
    return None if found is None else found.type
