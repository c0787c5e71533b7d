"""What captains think, parted from what everybody sees, and held back for as long as the run says.

On the bus a decision is bare: its reason, errors and calls travel as `reasoning` on a stream beside
the match's. What may not be seen yet stays here, so the bus never has it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from engine.wire import Told, Wire
from spectator.streams import REASONING_PREFIX

# When reasoning is shown: at once, when the match has ended, never, or so many deliveries later.
Shown = Literal["live", "after", "never"] | int

_BARE: Final[dict[str, Any]] = {"reason": None, "errors": (), "calls": ()}
_PLACE: Final = ("number", "seat", "innings", "ball")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A thought that may be told once so many deliveries were; None: once the match has ended."""

    balls: int | None
    thought: Wire


class Reasoning:
    """The reasoning of one attempt at one episode."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self._held: deque[_Held] = deque()
        self._balls = 0
        self._seq = 0

    def bare(self, event: Told) -> Told:
        """The event as everybody may see it; what is taken out of it is held."""
        if event.type != "decision":
            return event
        data = _data_of(event)
        if data["reason"] is None and not data["errors"] and not data["calls"]:
            return event
        if self._shown != "never":
            self._hold(event, data)
        return _made(event, event.episode_id, event.seq, "decision", data | _BARE)

    def due(self, event: Told) -> Iterator[Wire]:
        """What may be told now that `event` has been."""
        self._balls += event.type == "delivery"
        ended = event.type == "episode.ended"
        while self._held and (ended or self._is_due(self._held[0])):
            yield self._held.popleft().thought

    def _is_due(self, held: _Held) -> bool:
        return held.balls is not None and held.balls <= self._balls

    def _hold(self, event: Told, data: dict[str, Any]) -> None:
        self._seq += 1
        thought = {key: data[key] for key in (*_PLACE, *_BARE)}
        name = f"{REASONING_PREFIX}{event.episode_id}"
        made = _made(event, name, self._seq, "reasoning", thought)
        self._held.append(_Held(balls=self._due_at(), thought=made))

    def _due_at(self) -> int | None:
        match self._shown:
            case "live":
                return self._balls
            case int(balls):
                return self._balls + balls
            case _:
                return None


def _data_of(event: Told) -> dict[str, Any]:
    if isinstance(event, Wire):
        return event.data
    return event.event.data.model_dump(mode="json")


def _made(like: Told, episode_id: str, seq: int, kind: str, data: dict[str, Any]) -> Wire:
    return Wire(episode_id, like.attempt, seq, like.ts, kind, data)
