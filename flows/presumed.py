"""Flow runs of which no more comes: they are told so to Prefect."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.exceptions import ObjectNotFound, PrefectException
from prefect.states import Cancelled, Cancelling, Crashed

STUCK_S: Final = 150.0  # a worker that has taken a shard begins, and ends, within seconds
STUCK: Final = {
    StateType.PENDING: "the worker that had taken it has not begun",
    StateType.CANCELLING: "the worker that was to end it has not",
}
_SETTLE_S: Final = 5.0


async def give_up(client: PrefectClient, run_id: UUID, state: State[Any]) -> None:
    """Call a flow run lost of which its worker should have told more by now."""
    if state.type in STUCK and _age_s(state) > STUCK_S:
        lost: State[Any] = Crashed(message=STUCK[state.type])
        with suppress(httpx.HTTPError, ObjectNotFound):  # then it is seen again at the next look
            await client.set_flow_run_state(run_id, lost, force=True)


async def recall(client: PrefectClient, keys: Iterable[str]) -> bool:
    """End the flow runs of these shards: what they play is not wanted any more. Whether Prefect has
    heard of it; else they play for nobody.
    """
    named = FlowRunFilter.model_validate({"idempotency_key": {"any_": [*keys]}})
    with suppress(httpx.HTTPError, PrefectException):
        runs = await client.read_flow_runs(flow_run_filter=named)
        await asyncio.gather(*(settle(client, run.id) for run in runs))
        return all(map(_is_ending, await client.read_flow_runs(flow_run_filter=named)))
    return False


def _is_ending(run: FlowRun) -> bool:
    state = run.state
    return state is None or state.is_final() or state.type is StateType.CANCELLING


async def settle(client: PrefectClient, run_id: UUID) -> bool:
    """Nobody waits for it any more: end it, where it has not ended. Whether it may have begun."""
    with suppress(httpx.HTTPError, ObjectNotFound, TimeoutError):
        async with asyncio.timeout(_SETTLE_S):
            run = await client.read_flow_run(run_id)
            if run.state is None or run.state.is_final():
                return run.run_count > 0
            begun = run.state.type in (StateType.RUNNING, StateType.PENDING)
            said = "the tournament that it is of was stopped"
            state: State[Any] = Cancelling(message=said) if begun else Cancelled(message=said)
            await client.set_flow_run_state(run_id, state)
            return begun
    return True


def _age_s(state: State[Any]) -> float:
    return (datetime.now(UTC) - state.timestamp).total_seconds()
