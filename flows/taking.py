"""Prefect's worker for processes, which bears that a run is resumed before its process is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefect.workers.process import ProcessWorker

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun, WorkerFlowRunResponse


class Taker(ProcessWorker):
    """Takes a run once the process of that run is gone, where it still has one.

    The worker of Prefect 3.8.8 holds one of its places in the name of each run whose process it
    waits for, and ends with an error when it is to take such a run, as when a pause is taken back
    at once.
    """

    @classmethod
    def __dispatch_key__(cls) -> str:
        return "process-of-captains"  # Prefect lists its worker classes by this, one a key

    async def _submit_scheduled_flow_runs(
        self, flow_run_response: list[WorkerFlowRunResponse]
    ) -> list[FlowRun]:
        held = self.limiter.statistics().borrowers
        free = [each for each in flow_run_response if each.flow_run.id not in held]
        return await super()._submit_scheduled_flow_runs(free)
