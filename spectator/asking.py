"""People are asked over HTTP: matches put questions, the captain asked reads and answers his own.

A match puts a question with the publish token, again and again until it has ended; each request
waits for the end. A person reads and answers with his player token, which opens nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from engine.errors import CallError
from engine.tool_captains.human.wire import HumanQuestion
from engine.wording import dotted, most_telling, sentence
from spectator.guard import has_token, player_token
from spectator.ingest import read_body
from spectator.questions import Asked, Questions, QuestionState, TooManyQuestions
from spectator.refusing import Handler, Refused, answer_of, number_in
from spectator.settings import BusSettings

_BACK: Final = "back"


class Asking:
    """The handlers, over the questions of one bus."""

    def __init__(self, publish_token: str, settings: BusSettings) -> None:
        self._token, self._settings = publish_token, settings
        self.questions = Questions(settings.max_questions)

    def routes(self) -> list[BaseRoute]:
        one, mine = "/api/questions/{id}", "/api/captains/{captain}/questions"
        return [
            Route(one, self._for_publishers(self._put), methods=["PUT"]),
            Route(one, self._for_publishers(self._withdraw), methods=["DELETE"]),
            Route(mine, self._for_players(self._read)),
            Route(mine + "/{id}/answer", self._for_players(self._answer), methods=["POST"]),
        ]

    def _for_publishers(self, handler: Handler) -> Handler:
        return _guarded(handler, lambda _: self._token)

    def _for_players(self, handler: Handler) -> Handler:
        return _guarded(handler, lambda r: player_token(self._token, r.path_params["captain"]))

    # --- the match -----------------------------------------------------------------------------

    async def _put(self, request: Request) -> Response:
        """Ask, or ask again, and wait for the end."""
        question = await self._question_in(request)
        try:
            asked = self.questions.ask(question)
        except TooManyQuestions:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "too_many_questions") from None
        state = await self.questions.outcome(asked, self._wait_in(request))
        if state is QuestionState.OPEN and self.questions.closing:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "going_away")
        return _outcome(asked)

    async def _question_in(self, request: Request) -> HumanQuestion:
        body = await read_body(request, self._settings, self._settings.max_body_bytes)
        try:
            question = HumanQuestion.model_validate_json(body)
        except ValidationError as error:
            first = most_telling(error)
            where = dotted(first["loc"])
            raise _unusable("invalid_question", where, sentence(first, where)) from None
        if question.id != request.path_params["id"]:
            raise _unusable("invalid_question", "id", "is not the address's")
        return question

    async def _withdraw(self, request: Request) -> Response:
        asked = self.questions.withdraw(request.path_params["id"])
        if asked is None:
            raise Refused(HTTPStatus.NOT_FOUND, "unknown_question")
        return _outcome(asked)

    # --- the person ----------------------------------------------------------------------------

    async def _read(self, request: Request) -> Response:
        found = await self.questions.of(
            request.path_params["captain"],
            request.query_params.get("after"),
            self._wait_in(request),
        )
        headers = {"cache-control": "no-store"}
        return Response(found.model_dump_json(), media_type="application/json", headers=headers)

    async def _answer(self, request: Request) -> Response:
        body = await read_body(request, self._settings, self._settings.max_answer_bytes)
        asked = self.questions.find(request.path_params["captain"], request.path_params["id"])
        if asked is None:
            raise Refused(HTTPStatus.NOT_FOUND, "unknown_question")
        if asked.state is not QuestionState.OPEN:
            raise Refused(HTTPStatus.CONFLICT, asked.state.value)
        try:
            self.questions.answer(asked, body)
        except CallError as error:
            raise _unusable("invalid_answer", error.where, error.why, error.legal) from None
        return JSONResponse({"status": _BACK if asked.gone else asked.state.value})

    def _wait_in(self, request: Request) -> int:
        return number_in(request, "wait_s", 0, 0, self._settings.max_wait_s)


def _guarded(handler: Handler, token_for: Callable[[Request], str]) -> Handler:
    """Check the token, in the header alone, and answer `Refused` in one shape."""

    async def answer(request: Request) -> Response:
        return await answer_of(handler, request, may=has_token(request, token_for(request)))

    return answer


def _outcome(asked: Asked) -> JSONResponse:
    told: dict[str, Any] = {"state": asked.state.value}
    if asked.answer is not None:
        told["answer"] = {"tool": asked.answer.tool, "arguments": asked.answer.arguments}
    return JSONResponse(told)


def _unusable(error: str, where: str, why: str, legal: str | None = None) -> Refused:
    detail = {"field": where, "why": why} | ({} if legal is None else {"legal": legal})
    return Refused(HTTPStatus.UNPROCESSABLE_ENTITY, error, **detail)
