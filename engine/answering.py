"""How a captain's answer is obtained: asked, checked, asked again, and, when nothing usable comes,
replaced or forfeited.

Every answer passes through here, so that fallbacks, rethinks and errors are counted in one place
whatever the captain is.
"""

from __future__ import annotations

from typing import Final, Protocol, runtime_checkable

from engine.captains import Policy
from engine.observation import CricketObservation
from engine.tools import CricketAction

_MS: Final = 1000.0


@runtime_checkable
class ToolCaptain(Protocol):
    """A captain that reads an observation and calls a tool: a language model, a program, a person.

    Raises `CaptainUnavailable` when it could not be reached, which is not its own doing.
    """

    async def act(self, observation: CricketObservation) -> CricketAction: ...


Captain = Policy | ToolCaptain
