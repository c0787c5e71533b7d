"""A program as a captain: each question is one POST, each answer one tool call."""

from __future__ import annotations

from engine.calls import CricketAction
from engine.captains.remote import RemoteSettings
from engine.observation import CricketObservation
from engine.tool_captains.account import Account
from engine.tool_captains.breaker import Line
from engine.tool_captains.calling import call
from engine.tool_captains.contract import Caller
from engine.tool_captains.faults import BadEndpoint, Part, bad_preset
from engine.tool_captains.remote.wire import action_of, request_of
from engine.tool_captains.services import Services, secret_of


class RemoteCaptain:
    """One program in one seat of one episode. Implements `ToolCaptain`, `Preparable` and
    `Accountable`.
    """

    def __init__(self, settings: RemoteSettings, *, who: Caller, services: Services) -> None:
        self._settings, self._who, self._services = settings, who, services
        self._account = Account()

    async def prepare(self) -> None:
        """Raises `MissingSecret` for a token that is not there."""
        await self._token()

    async def act(self, observation: CricketObservation) -> CricketAction:
        request = request_of(observation, self._who, self._settings.deadline_s)
        self._account.calls += 1
        answer = await self._answer(request.model_dump_json().encode())
        return action_of(answer, observation.question)

    async def _answer(self, body: bytes) -> bytes:
        url, services, token = self._settings.url, self._services, await self._token()

        async def send() -> bytes:
            return await services.programs.post(
                url, body, token=token, deadline_s=self._settings.deadline_s
            )

        line, attempts = Line(endpoint=url, key=token), self._settings.transport_attempts
        try:
            return await call(
                send, line, attempts=attempts, services=services, account=self._account
            )
        except BadEndpoint as bad:
            raise bad_preset(self._who.captain, bad, self._named()) from None

    def _named(self) -> dict[Part, str]:
        variable = self._settings.token_env
        key = f"token_env {variable}" if variable else "token_env, which is not given"
        return {Part.ADDRESS: "url", Part.KEY: key}

    def take_account(self) -> Account:
        taken, self._account = self._account, Account()
        return taken

    async def aclose(self) -> None:
        """Nothing of its own is open: the connections are the process's."""

    async def _token(self) -> str | None:
        return await secret_of(self._who.captain, self._settings, self._services.secrets)
