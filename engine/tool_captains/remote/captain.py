"""A program as a captain: each question is one POST, each answer one tool call."""

from __future__ import annotations

from engine.captains.remote import RemoteSettings
from engine.observation import CricketObservation
from engine.tool_captains.account import Account
from engine.tool_captains.contract import Caller
from engine.tool_captains.llm.breaker import Line
from engine.tool_captains.llm.faults import TransportFault
from engine.tool_captains.remote.wire import action_of, request_of
from engine.tool_captains.services import Services
from engine.tools import CricketAction


class RemoteCaptain:
    """One program in one seat of one episode. Implements `ToolCaptain` and `Accountable`."""

    def __init__(self, settings: RemoteSettings, *, who: Caller, services: Services) -> None:
        self._settings, self._who, self._services = settings, who, services
        self._account = Account()

    async def act(self, observation: CricketObservation) -> CricketAction:
        request = request_of(observation, self._who, self._settings.deadline_s)
        self._account.calls += 1
        answer = await self._until_it_is_answered(request.model_dump_json().encode())
        return action_of(answer, observation.question)

    async def _until_it_is_answered(self, body: bytes) -> bytes:
        """Sent again while the transport fails, as often and as late as may be."""
        attempts, backoff = self._settings.transport_attempts, self._services.backoff
        for retries in range(attempts):
            try:
                return await self._sent(body)
            except TransportFault as fault:
                wait_s = backoff.wait_s(retries, fault)
                if wait_s is None or retries + 1 == attempts:
                    raise
            self._account.transport_retries += 1
            await backoff.sleep(wait_s)
        raise AssertionError("at least one attempt is made")

    async def _sent(self, body: bytes) -> bytes:
        """Once, through the breaker and with a slot of the program."""
        url, services, token = self._settings.url, self._services, await self._token()
        async with services.limiter.slot(url):
            try:
                with services.breakers.guard(Line(endpoint=url, key=token)):
                    answer = await services.programs.post(
                        url, body, token=token, deadline_s=self._settings.deadline_s
                    )
            except TransportFault as fault:
                if fault.pushed_back or fault.retry_after_s is not None:
                    services.limiter.pushed_back(url, fault.retry_after_s)
                raise
            services.limiter.went_well(url)
            return answer

    def take_account(self) -> Account:
        taken, self._account = self._account, Account()
        return taken

    async def aclose(self) -> None:
        """Nothing of its own is open: the connections are the process's."""

    async def _token(self) -> str | None:
        variable = self._settings.token_env
        return None if variable is None else await self._services.secrets.from_environment(variable)
