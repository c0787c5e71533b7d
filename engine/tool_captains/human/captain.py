"""A person as a captain: each question is put to him, and waited for while he is there."""

from __future__ import annotations

import asyncio
from typing import Final

from engine.calls import CricketAction
from engine.captains.human import HumanSettings
from engine.errors import BadPreset, CaptainSilent
from engine.observation import CricketObservation
from engine.tool_captains.account import Problem
from engine.tool_captains.contract import Asker, Caller
from engine.tool_captains.services import Services

_NO_BUS: Final = "kind human is asked through a spectator bus, and there is none"


class HumanCaptain:
    """One person in one seat of one episode. Implements `ToolCaptain` and `Preparable`."""

    def __init__(self, settings: HumanSettings, *, who: Caller, services: Services) -> None:
        self._settings, self._who = settings, who
        self._lent = services.asker
        self._presence = services.attendance.of(who.captain)

    async def prepare(self) -> None:
        self._asker()

    async def act(self, observation: CricketObservation) -> CricketAction:
        """Raises `CaptainSilent` where he gives no answer in time, at once while he is gone."""
        presence, asker = self._presence, self._asker()
        if presence.is_gone:
            await asyncio.sleep(0)  # a match that never waits would not hear that he is back
            missed = f"{presence.missed} question{'s' if presence.missed > 1 else ''}"
            raise CaptainSilent(Problem.GONE, f"not waited for: he let {missed} pass in a row")
        try:
            call = await asker.ask(self._who, observation, self._settings.deadline_s)
        except CaptainSilent:
            presence.miss(
                self._settings.gone_after,
                lambda: asker.call_back(self._who, observation, presence.answered),
            )
            raise
        presence.answered()
        return call

    async def aclose(self) -> None:
        """Nothing of his own is open: the way to him is the process's."""

    def _asker(self) -> Asker:
        if self._lent is None:
            raise BadPreset(self._who.captain, _NO_BUS)
        return self._lent
