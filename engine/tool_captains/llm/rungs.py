"""The ladder: how an answer is asked for, from the best way down to the humblest.

What works is remembered by endpoint and model. There is no way up again within a run: a lower rung
that works loses nothing that is counted, and a probe that fails would be the captain's rethink.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

# So many questions in a row have to be answered further down before a rung that has worked is left.
PATIENCE: Final = 3


class Rung(IntEnum):
    """In the order in which they are tried."""

    STRICT = 0  # native tool calls, required, held to the schema by the endpoint
    TOOLS = 1  # native tool calls, required
    AUTO = 2  # native tool calls, as the model likes
    SCHEMA = 3  # one JSON object of a schema
    TEXT = 4  # text, read tolerantly

    @property
    def has_tools(self) -> bool:
        return self <= Rung.AUTO

    def when_refused(self) -> Rung | None:
        """What an endpoint is asked for that will not take this; None where nothing is left."""
        return None if self is Rung.TEXT else Rung(self + 1)

    def when_unusable(self) -> Rung:
        """What a model is asked for that does not answer in this way, though told what is wrong."""
        return Rung.SCHEMA if self.has_tools else Rung.TEXT


@dataclass(slots=True)
class _Standing:
    """`slips`: questions in a row that were answered further down. `has_worked`: at `rung`."""

    rung: Rung
    has_worked: bool = False
    slips: int = 0


class Rungs:
    """The rung that works, by endpoint and model, for as long as a run lasts."""

    def __init__(self) -> None:
        self._of: dict[tuple[str, str], _Standing] = {}

    def of(self, endpoint: str, model: str, best: Rung = Rung.STRICT) -> Rung:
        return max(self._at(endpoint, model).rung, best)

    def worked(self, endpoint: str, model: str, rung: Rung) -> None:
        """A question was answered at `rung`, after those above it had failed.

        One that never worked is left for it at once, one that has only after several in a row, so
        that a slip does not demote a good model.
        """
        at = self._at(endpoint, model)
        if rung <= at.rung:
            at.has_worked, at.slips = at.has_worked or rung == at.rung, 0
            return
        at.slips += 1
        if not at.has_worked or at.slips >= PATIENCE:
            self._of[endpoint, model] = _Standing(rung, has_worked=True)

    def _at(self, endpoint: str, model: str) -> _Standing:
        return self._of.setdefault((endpoint, model), _Standing(Rung.STRICT))
