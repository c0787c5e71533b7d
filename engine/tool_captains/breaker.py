"""Circuit breakers: an endpoint that does not work is left alone for a while.

One opens after many failures in a row that went on for a time, or at once where trying again is
no use (an empty quota). Open, it fails at once and says why. After a while one request is let
through; if it works, everybody is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from engine.errors import CaptainUnavailable, EngineError
from engine.tool_captains.faults import TransportFault

FAILURES: Final = 10
# A short outage is for the retries to bear: eight requests fail ten times within a second.
LASTING_S: Final = 5.0
OPEN_S: Final = 30.0
_LONGEST_OPEN_S: Final = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An endpoint and the key that it is asked with: what works or not."""

    endpoint: str
    key: str | None

    def __repr__(self) -> str:
        return f"Line({self.endpoint!r})"  # the key is nobody's to see


@dataclass(slots=True, kw_only=True)
class _State:
    failures: int = 0
    first_failure: float = 0.0
    open_s: float = OPEN_S
    opened: float | None = None
    probing: bool = False
    cause: TransportFault | None = None


class Breakers:
    """Of every line; shared by all captains of a process."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._states: dict[Line, _State] = {}

    @contextmanager
    def guard(self, line: Line) -> Iterator[None]:
        """Around one request. Raises `CaptainUnavailable` instead of making it where it is open."""
        state = self._states.setdefault(line, _State())
        probe = self._enter(line, state)
        try:
            yield
        except TransportFault as fault:
            self._failed(state, fault, probe=probe)
            raise
        except EngineError:
            self._worked(state)  # it answered, if not to our liking
            raise
        else:
            self._worked(state)
        finally:
            if probe:
                state.probing = False

    def _enter(self, line: Line, state: _State) -> bool:
        """Whether this is the one request that tries an open breaker."""
        if state.opened is None:
            return False
        if self._now() >= state.opened + state.open_s and not state.probing:
            state.probing = True
            return True
        assert state.cause is not None
        # The same words each time: a run tells each reason for a void episode once.
        raise CaptainUnavailable(f"{line.endpoint} is not asked for a while: {state.cause.why}")

    def _failed(self, state: _State, fault: TransportFault, *, probe: bool) -> None:
        now = self._now()
        if fault.pushed_back and not fault.final:
            return  # it works, and is busy
        if state.opened is not None and not probe:
            return  # it was under way when the breaker opened, and says nothing new
        if not state.failures:
            state.first_failure = now
        state.failures += 1
        if state.opened is not None:
            state.open_s = min(2 * state.open_s, _LONGEST_OPEN_S)
        lasting = now - state.first_failure >= LASTING_S and state.failures >= FAILURES
        if fault.final or lasting or state.opened is not None:
            state.opened, state.cause = now, fault

    def _worked(self, state: _State) -> None:
        state.failures, state.opened, state.open_s, state.cause = 0, None, OPEN_S, None
