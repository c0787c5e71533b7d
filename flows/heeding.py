"""What somebody orders of a run in the Prefect UI, where nobody else heeds it.

A worker ends the process of a run that is cancelled. Of a pause nobody tells the process, nor of
anything the process of a command; so it asks, every `HEED_S`, whether its flow run is still to go
on. It then ends as by a Ctrl-C: records are sealed, slots are given back, its pool ends; what was
played stays played.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, NoReturn
from uuid import UUID

import httpx
from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.exceptions import Abort, Pause, PrefectException

from flows import settings
from flows.last_word import cancelled_as
from flows.stage import Stage
from flows.terminating import ended_from_within

HEED_S: Final = 3.0
_CANCELLED: Final = (StateType.CANCELLING, StateType.CANCELLED)


@asynccontextmanager
async def heeding(stage: Stage) -> AsyncIterator[None]:
    """End the block where the flow run is cancelled or paused from elsewhere. Raises Prefect's
    `Abort` or `Pause` then, which leave its state as it was ordered. A command's run that is
    interrupted is cancelled too: Prefect takes every other cancellation for a crash.
    """
    playing, heard = asyncio.current_task(), list[State[Any]]()
    assert playing is not None

    async def heed() -> None:
        heard.append(await _order(UUID(str(runtime.flow_run.id))))
        playing.cancel()

    with ended_from_within():
        watching = asyncio.create_task(heed())
        try:
            yield
        except asyncio.CancelledError:
            if heard:
                playing.uncancel()
                await _obeyed(heard[0], stage)
            if runtime.deployment.id is not None:  # its worker tells Prefect how it ended
                raise
            playing.uncancel()
            await _cancelled("Interrupted; what was played stays played.")
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


async def _order(run_id: UUID) -> State[Any]:
    """The state in which somebody has put the run to end it."""
    with settings.asking_once():
        async with get_client() as client:
            while True:
                await asyncio.sleep(HEED_S)
                with suppress(httpx.HTTPError, PrefectException):  # it is asked again
                    run = await client.read_flow_run(run_id)
                    if run.state is not None and _is_order(run, run.state):
                        return run.state


def _is_order(run: FlowRun, state: State[Any]) -> bool:
    is_ours = run.deployment_id is None  # else it is the worker's to cancel
    return state.type is StateType.PAUSED or (is_ours and state.type in _CANCELLED)


async def _obeyed(order: State[Any], stage: Stage) -> NoReturn:
    if order.type is StateType.PAUSED:
        stage.reporter.trouble(
            "paused in Prefect: this process ends, and the same run goes on later"
        )
        raise Pause(state=order)
    stage.reporter.trouble("cancelled in Prefect")
    await _cancelled("Cancelled; what was played stays played.")


async def _cancelled(message: str) -> NoReturn:
    await cancelled_as(message)
    raise Abort(message)
