"""`CricketEnvironment`: one seat's view of a match, as `reset`, `step` and `state`.

The other seat is played by `options.opponent`; the match itself is a `SeatEpisode`.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Coroutine, Mapping
from typing import Any, Final, TypeVar

from engine.calls import CricketAction
from engine.captains import is_scripted
from engine.errors import (
    BadOptions,
    BadPreset,
    BrokenRecord,
    LateCall,
    MissingSecret,
)
from engine.models import Models, solve_once
from engine.observation import CricketObservation
from engine.options import EnvironmentOptions, check_identity, read_options
from engine.seat_episode import CricketState, SeatEpisode, setup_of
from engine.seeds import MAX_SEED
from engine.tool_captains import Services

_T = TypeVar("_T")
_WAITED_FOR: Final = (
    "this opponent has to be waited for: use 'await reset_async(…)' and 'step_async(…)'"
)


class CricketEnvironment:
    """A match as one captain plays it.

    `reset` begins one, `step` (or `await step_async`) takes one tool call. A refused call changes
    nothing and the observation's `error` says why; after `max_rethinks` refused calls for one
    question the baseline answers it. `models` default to the fitted ones that ship, `services`,
    which an opponent who calls tools is lent, to the environment's own, which `close` closes.
    """

    def __init__(self, *, models: Models | None = None, services: Services | None = None) -> None:
        self._models = models
        self._services, self._lent = services or Services(), services is not None
        self._episode: SeatEpisode | None = None

    def reset(
        self,
        seed: int | None = None,
        episode_id: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> CricketObservation:
        """Begins a match and plays it to this seat's first question. Raises `BadOptions`, and
        `RuntimeError` for an opponent who has to be waited for; then the match in progress goes on.
        """
        checked = read_options(options)
        if not is_scripted(checked.opponent_spec()):
            raise RuntimeError(_WAITED_FOR)
        return _at_once(self._reset(checked, seed, episode_id, is_apart=False))

    async def reset_async(
        self,
        seed: int | None = None,
        episode_id: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> CricketObservation:
        """As `reset`, for an opponent who has to be waited for. What takes seconds, once a format
        and process, does not hold the event loop.
        """
        return await self._reset(read_options(options), seed, episode_id, is_apart=True)

    async def _reset(
        self,
        checked: EnvironmentOptions,
        seed: int | None,
        episode_id: str | None,
        *,
        is_apart: bool,
    ) -> CricketObservation:
        if seed is None:
            seed = secrets.randbelow(MAX_SEED)
        if episode_id is None:
            episode_id = f"env-{uuid.uuid4().hex[:12]}"
        check_identity(seed, episode_id)
        self._models = models = self._models or Models.shipped()
        try:
            setup = setup_of(checked, seed)
            if is_apart:
                seen_by = models.value_for(setup), models.public_for(setup)
                await solve_once(setup, models.ball.digest, *seen_by)
            episode = SeatEpisode(
                checked, setup, models, self._services, seed=seed, episode_id=episode_id
            )
            seen = await episode.begun()
        except (BadPreset, BrokenRecord, MissingSecret) as error:
            raise BadOptions(f"opponent: {error}") from None
        before, self._episode = self._episode, episode
        if before is not None:
            await before.close()
        return seen

    def step(self, action: CricketAction | Mapping[str, Any]) -> CricketObservation:
        """One tool call. An opponent who has to be waited for needs `step_async`:
        `RuntimeError`.
        """
        if self._running().is_waited_for:
            raise RuntimeError(_WAITED_FOR)
        return _at_once(self.step_async(action))

    async def step_async(self, action: CricketAction | Mapping[str, Any]) -> CricketObservation:
        """One tool call, and the match up to this seat's next question. Never raises for a bad
        call; `BrokenRecord` where a recorded opponent does not fit the match any more, and
        `CaptainUnavailable` where an opponent cannot be reached: the call stands, and the next one
        only asks him again.
        """
        return await self._running().step(action)

    @property
    def state(self) -> CricketState:
        return self._running().state()

    async def close(self) -> None:
        """Ends the match in progress, if there is one."""
        if self._episode is not None:
            episode, self._episode = self._episode, None
            await episode.close()
        if not self._lent:
            services, self._services = self._services, Services()
            await services.aclose()

    def _running(self) -> SeatEpisode:
        if self._episode is None:
            raise LateCall("no episode has begun", "reset")
        return self._episode


def _at_once(work: Coroutine[Any, Any, _T]) -> _T:
    """Runs what never has to wait; so it may also be called while an event loop runs."""
    try:
        work.send(None)
    except StopIteration as finished:
        result: _T = finished.value
        return result
    work.close()
    raise RuntimeError(_WAITED_FOR)
