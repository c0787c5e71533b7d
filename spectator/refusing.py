"""How a request is refused: a status, and a JSON body that says why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from spectator.replies import STORE_DAMAGED
from spectator.store import DAMAGED, StoreDamaged, StoreUnavailable

MAX_NUMBER: Final = 2**63 - 1  # what SQLite stores
MAX_DIGITS: Final = 19  # of 2⁶³; Python itself refuses to read a number of over 4,300


class Refused(Exception):
    """A request that is answered with `status` and a JSON body that says why."""

    def __init__(self, status: HTTPStatus, error: str, **detail: Any) -> None:
        super().__init__(status, error)
        self.status, self.error, self.detail = status, error, detail

    def answer(self) -> JSONResponse:
        return error_answer(self.status, self.error, **self.detail)


Handler = Callable[[Request], Awaitable[Response]]


async def answer_of(handler: Handler, request: Request, *, may: bool) -> Response:
    """The handler's answer, or its refusal; 401 where the request may not be made, 503 where the
    store cannot be reached, or is damaged there.
    """
    if not may:
        return error_answer(HTTPStatus.UNAUTHORIZED, "unauthorized")
    try:
        return await handler(request)
    except Refused as refused:
        return refused.answer()
    except StoreDamaged as damage:
        return error_answer(HTTPStatus.SERVICE_UNAVAILABLE, STORE_DAMAGED, **damage_of(damage))
    except StoreUnavailable:  # why is for the log: it may name hosts
        return error_answer(HTTPStatus.SERVICE_UNAVAILABLE, "store_unavailable")


def damage_of(damage: StoreDamaged) -> dict[str, str]:
    """What is told of it: the file without its folder, which names people."""
    return {"file": Path(damage.file).name, "why": damage.why, "mend": DAMAGED}


def invalid(**detail: Any) -> Refused:
    return Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_event", **detail)


def error_answer(status: HTTPStatus, error: str, **detail: Any) -> JSONResponse:
    headers = {"www-authenticate": "Bearer"} if status is HTTPStatus.UNAUTHORIZED else None
    return JSONResponse({"error": error, **detail}, status, headers)


def number_in(request: Request, name: str, default: int, least: int, most: int) -> int:
    """A number of the query, at most `most`."""
    given = request.query_params.get(name, str(default))
    if not given.isdecimal() or len(given) > MAX_DIGITS or int(given) < least:
        raise invalid(index=None, field=name, why=f"a whole number from {least}")
    return min(int(given), most)
