"""How the bus is: `/healthz` for whoever restarts it, `/metrics` for Prometheus."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from spectator.access import Access
from spectator.hub import Hub
from spectator.metrics import CONTENT_TYPE
from spectator.questions import Questions
from spectator.refusing import damage_of
from spectator.replies import STORE_DAMAGED
from spectator.store import StoreUnavailable


class Monitoring:
    """The handlers that tell how the bus is."""

    def __init__(self, hub: Hub, access: Access, questions: Questions) -> None:
        self._hub, self._access = hub, access
        hub.metrics.viewers.set_function(lambda: hub.attendance.viewers)
        hub.metrics.lag.set_function(lambda: hub.attendance.lag)
        hub.metrics.questions.set_function(lambda: questions.open)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/healthz", self._health),
            Route("/metrics", self._access.for_readers(self._metrics)),
        ]

    async def _health(self, _: Request) -> Response:
        """Whether the bus can do its work: 503 while it cannot reach its store. Of one that is
        damaged it may do some.
        """
        status, code = "ok", HTTPStatus.OK
        try:
            await self._hub.loaded()
            await self._hub.store.featured()
        except StoreUnavailable:
            status, code = "store_unavailable", HTTPStatus.SERVICE_UNAVAILABLE
        damage = self._hub.store.damage
        told = {
            "status": status if damage is None else STORE_DAMAGED,
            **({} if damage is None else damage_of(damage)),
            "epoch": self._hub.store.epoch,
            "viewers": self._hub.attendance.viewers,
        }
        return JSONResponse(told, code)

    async def _metrics(self, _: Request) -> Response:
        return Response(self._hub.metrics.text(), headers={"content-type": CONTENT_TYPE})
