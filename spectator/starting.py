"""Matches are started over HTTP: what can be chosen, start, status, cancel.

Writing needs the start token, which follows from the publish token and opens nothing else, or the
publish token itself; JSON, so that no form of another site can send it; and, from a browser, our
own page. A request may bear an `Idempotency-Key`: the same one again is answered with the same
start. (The header as in draft-ietf-httpapi-idempotency-key-header.)
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from pydantic import ValidationError
from pydantic_core import ErrorDetails, from_json
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from engine.captains.base import NAME_RULE
from engine.wording import dotted, sentence, shown
from spectator.access import Access
from spectator.guard import is_own_origin, player_token
from spectator.ingest import read_body
from spectator.refusing import Handler, Refused
from spectator.settings import BusSettings
from spectator.starts import (
    PERSON_TAG,
    PRESET_TAG,
    BadRequest,
    ChannelBusy,
    PersonAsked,
    Problem,
    Start,
    Starter,
    StarterAway,
    StartRequest,
    TooManyStarts,
)

KEY_HEADER: Final = "idempotency-key"
LONGEST_KEY: Final = 100
KEYS_KEPT: Final = 500
NO_STARTER: Final = "this bus only shows matches; `captains up` runs one that starts them too"
_CAPTAIN: Final = 'a preset\'s name, or {"person": NAME}'
_ALLOWED: Final = {  # for what pydantic words as a rule of Python
    "captain": _CAPTAIN,
    "opponent": _CAPTAIN,
    "captain.person": NAME_RULE,
    "opponent.person": NAME_RULE,
    "": "a JSON object",
}
_TYPES: Final = {  # pydantic's names for what is of another type
    "int_type": "no whole number",
    "int_from_float": "no whole number",
    "float_type": "no number",
    "bool_type": "neither true nor false",
    "string_type": "no text",
}
_STAND_IN: Final = "baseline"  # for a captain that is wrong, while the rest is looked at


@dataclass(slots=True)
class _Asked:
    """What was asked under a key, and what came of it."""

    request: StartRequest
    start: asyncio.Task[Start]


class Starting:
    """The handlers, over the starter of one bus; None starts nothing."""

    def __init__(
        self, starter: Starter | None, access: Access, publish_token: str, settings: BusSettings
    ) -> None:
        self._lent, self._access, self._settings = starter, access, settings
        self._token = publish_token
        self._keys: OrderedDict[str, _Asked] = OrderedDict()

    def routes(self) -> list[BaseRoute]:
        one = "/custom/episodes/{id:path}"
        return [
            Route("/custom/options", self._for_readers(self._options)),
            Route("/custom/start_episode", self._for_starters(self._start), methods=["POST"]),
            Route("/custom/episodes", self._for_readers(self._list)),
            Route(f"{one}/cancel", self._for_starters(self._cancel), methods=["POST"]),
            Route(one, self._for_readers(self._status)),
        ]

    # --- who may -------------------------------------------------------------------------------

    def _for_readers(self, handler: Handler) -> Handler:
        return self._access.for_readers(_telling(handler))

    def _for_starters(self, handler: Handler) -> Handler:
        async def checked(request: Request) -> Response:
            if not is_own_origin(request, self._settings.allowed_origins):
                raise Refused(HTTPStatus.FORBIDDEN, "foreign_origin")
            if request.headers.get("content-type", "").partition(";")[0] != "application/json":
                allowed = "content-type: application/json"
                raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not_json", allowed=allowed)
            return await handler(request)

        return self._access.for_starters(_telling(checked))

    @property
    def _starter(self) -> Starter:
        if self._lent is None:
            raise Refused(HTTPStatus.NOT_IMPLEMENTED, "no_starter", why=NO_STARTER)
        return self._lent

    # --- what they do --------------------------------------------------------------------------

    async def _options(self, _: Request) -> Response:
        options = await self._starter.options()
        return _json(options.model_dump(mode="json"))

    async def _start(self, request: Request) -> Response:
        starter, key = self._starter, _key_in(request)
        limit = self._settings.max_answer_bytes
        wanted = await _request_in(await read_body(request, self._settings, limit), starter)
        if key is None:
            return self._answer(request, await starter.start(wanted), HTTPStatus.ACCEPTED)
        known = self._keys.get(key)
        if known is None:
            known = self._keys[key] = _Asked(wanted, asyncio.create_task(starter.start(wanted)))
            known.start.add_done_callback(lambda task: self._forget_failed(key, task))
            status = HTTPStatus.ACCEPTED
        elif known.request != wanted:
            why = "this key was used for another match; allowed: a new key"
            raise _invalid(Problem(field=KEY_HEADER, why=why))
        else:
            status = HTTPStatus.OK
        start = await asyncio.shield(known.start)  # who goes away does not take it with him
        return self._answer(request, starter.find(start.id) or start, status)

    def _forget_failed(self, key: str, task: asyncio.Task[Start]) -> None:
        """What came to nothing may be asked again; of the others the latest are kept."""
        if task.cancelled() or task.exception() is not None:
            self._keys.pop(key, None)
        while len(self._keys) > KEYS_KEPT:
            self._keys.popitem(last=False)

    async def _list(self, request: Request) -> Response:
        starter = self._starter
        on_air = await starter.on_air()
        starts = [self._view(request, start) for start in starter.started()]
        told = None if on_air is None else on_air.model_dump(mode="json")
        rights = {
            "may_start": self._access.may_start(request),
            "earlier_start": self._access.is_earlier_start(request),
        }
        return _json({"on_air": told, "episodes": starts, **rights})

    async def _status(self, request: Request) -> Response:
        return self._answer(request, self._known(request, self._starter.find), HTTPStatus.OK)

    async def _cancel(self, request: Request) -> Response:
        self._known(request, self._starter.find)
        start = await self._starter.cancel(request.path_params["id"])
        return self._answer(request, self._known(request, lambda _: start), HTTPStatus.OK)

    def _known(self, request: Request, find: Callable[[str], Start | None]) -> Start:
        start = find(request.path_params["id"])
        if start is None:
            raise Refused(HTTPStatus.NOT_FOUND, "unknown_episode")
        return start

    # --- what is told --------------------------------------------------------------------------

    def _answer(self, request: Request, start: Start, status: HTTPStatus) -> Response:
        return _json(self._view(request, start), status)

    def _view(self, request: Request, start: Start) -> dict[str, Any]:
        """Whoever may start a match may also play for the people in it."""
        view = start.model_dump(mode="json") | {"seed_digits": str(start.seed)}
        if self._access.may_start(request):
            view["play"] = {name: self._play_page(name) for name in start.people}
        return view

    def _play_page(self, person: str) -> str:
        return f"/play/{quote(person)}#token={player_token(self._token, person)}"


def _telling(handler: Handler) -> Handler:
    """What a starter raises, as the page reads it."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except BadRequest as error:
            raise _invalid(*error.problems) from None
        except ChannelBusy as error:
            on_air = error.on_air.model_dump(mode="json")
            raise Refused(HTTPStatus.CONFLICT, "busy", on_air=on_air, may_queue=True) from None
        except TooManyStarts as error:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "too_many", most=error.most) from None
        except StarterAway as error:
            raise Refused(HTTPStatus.BAD_GATEWAY, "starter_away", why=str(error)) from None

    return answer


def _json(told: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> JSONResponse:
    return JSONResponse(told, status, {"cache-control": "no-store"})


def _key_in(request: Request) -> str | None:
    key = request.headers.get(KEY_HEADER)
    if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isprintable()):
        raise _invalid(Problem(field=KEY_HEADER, why=f"1 to {LONGEST_KEY} printable characters"))
    return key


async def _request_in(body: bytes, starter: Starter) -> StartRequest:
    try:
        return StartRequest.model_validate_json(body)
    except ValidationError as error:
        found = [_problem(each) for each in error.errors(include_url=False)]
        raise _invalid(*found, *await _problems_beside(found, body, starter)) from None


async def _problems_beside(
    found: Sequence[Problem], body: bytes, starter: Starter
) -> list[Problem]:
    """What the starter has to say of the fields that have no problem of form."""
    wrong = {_head(problem) for problem in found}
    if "" in wrong:  # no JSON, or no object
        return []
    wrong |= {"entry"} if "pack" in wrong else set()  # an entry is one of a pack
    sound = {name: value for name, value in from_json(body).items() if name not in wrong}
    stand_in = dict.fromkeys(("captain", "opponent"), _STAND_IN)
    others = await starter.problems(StartRequest.model_validate(stand_in | sound))
    return [problem for problem in others if _head(problem) not in wrong]


def _head(problem: Problem) -> str:
    return problem.field.partition(".")[0]


def _problem(error: ErrorDetails) -> Problem:
    field = dotted([part for part in error["loc"] if part not in (PRESET_TAG, PERSON_TAG)])
    match error["type"]:
        case "extra_forbidden":
            fields = (PersonAsked if "." in field else StartRequest).model_fields
            return Problem(field=field, why="there is no such field", allowed=", ".join(fields))
        case "missing":
            why = "is missing"
        case "json_invalid":
            why = "the body is no JSON"
        case "string_pattern_mismatch":
            why = f"{shown(error['input'])} is no name"
        case "literal_error" | "greater_than_equal" | "less_than_equal":
            why = f"{shown(error['input'])} is not possible"
        case kind if kind in _TYPES:
            why = f"{shown(error['input'])} is {_TYPES[kind]}"
        case _:
            why = sentence(error, "")
    return Problem(field=field, why=why, allowed=_allowed(field))


def _allowed(field: str) -> str | None:
    """What a field may say, in words, as its schema has it."""
    if field in _ALLOWED:
        return _ALLOWED[field]
    model, name = (PersonAsked, field.partition(".")[2]) if "." in field else (StartRequest, field)
    about = model.model_json_schema()["properties"].get(name, {})
    for part in about.get("anyOf", [about]):
        if "enum" in part:
            return ", ".join(part["enum"])
        if "minimum" in part:
            return f"{part['minimum']:g} to {part['maximum']}"
        if part.get("type") == "boolean":
            return "true, false"
    return None


def _invalid(*problems: Problem) -> Refused:
    fields = [problem.model_dump() for problem in problems]
    return Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_start", fields=fields)
