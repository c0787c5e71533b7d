"""A program as a captain: each question is one POST, each answer one tool call."""

from __future__ import annotations

from engine.captains.remote import RemoteSettings
from engine.observation import CricketObservation
from engine.tool_captains.account import Account
from engine.tool_captains.contract import Player
from engine.tool_captains.remote.wire import action_of, request_of
from engine.tool_captains.services import Services
from engine.tools import CricketAction


class RemoteCaptain:
    """One program in one seat of one episode. Implements `ToolCaptain` and `Accountable`."""

    def __init__(self, settings: RemoteSettings, *, who: Player, services: Services) -> None:
        self._settings, self._who, self._services = settings, who, services
        self._account = Account()

    async def act(self, observation: CricketObservation) -> CricketAction:
        settings, limiter = self._settings, self._services.limiter
        request = request_of(observation, self._who, settings.deadline_s)
        token = await self._token()
        self._account.calls += 1
        async with limiter.slot(settings.url):
            posted = await self._services.programs.post(
                settings.url,
                request.model_dump_json().encode(),
                token=token,
                deadline_s=settings.deadline_s,
                attempts=settings.transport_attempts,
                when_busy=lambda: limiter.pushed_back(settings.url),
            )
        limiter.went_well(settings.url)
        self._account.transport_retries += posted.retries
        return action_of(posted.body, observation.question)

    def take_account(self) -> Account:
        taken, self._account = self._account, Account()
        return taken

    async def aclose(self) -> None:
        """Nothing of its own is open: the connections are the process's."""

    async def _token(self) -> str | None:
        variable = self._settings.token_env
        return None if variable is None else await self._services.secrets.from_environment(variable)
