"""The ladder: how an answer is asked for, from the best way down to the humblest."""

from __future__ import annotations

from enum import IntEnum


class Rung(IntEnum):
    """In the order in which they are tried."""

    TOOLS = 0  # native tool calls, with the legal options in the schema
    SCHEMA = 1  # one JSON object of a schema
    TEXT = 2  # text, read tolerantly


class Rungs:
    """The rung that works, by endpoint and model, for as long as a run lasts."""

    def __init__(self) -> None:
        self._working: dict[tuple[str, str], Rung] = {}

    def of(self, endpoint: str, model: str) -> Rung:
        return self._working.get((endpoint, model), Rung.TOOLS)

    def worked(self, endpoint: str, model: str, rung: Rung) -> None:
        self._working[endpoint, model] = rung
