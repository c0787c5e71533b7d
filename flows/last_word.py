"""What a run has come to, in the message of its final state where it was cancelled: whoever ends it
tells Prefect so, and knows nothing of the run.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import httpx
from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.exceptions import Abort, PrefectException
from prefect.states import Cancelled

from flows import settings


class LastWord:
    """Around `heeding`; `counts` is asked once there is something to count. Of a run that a worker
    cancels Prefect has the last word.
    """

    def __init__(self) -> None:
        self.counts: Callable[[], str] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, Abort) and self.counts is not None:
            await cancelled_as(f"{self.counts()}. {error}")


async def cancelled_as(message: str) -> None:
    """Tell Prefect that this flow run is cancelled. A server that is away is asked once."""
    over: State[Any] = Cancelled(message=message)
    with settings.asking_once(), suppress(httpx.HTTPError, PrefectException):
        async with get_client() as client:
            await client.set_flow_run_state(UUID(str(runtime.flow_run.id)), over, force=True)
