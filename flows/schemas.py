"""The JSON Schemas of what others read or write: by them an editor completes a tournament file, and
a program checks what it sends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from engine.events import event_json_schema
from engine.tool_captains.human.wire import human_json_schema
from engine.tool_captains.remote.wire import remote_json_schema
from tournaments import TournamentSpec

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What it describes, and how it is made."""

    title: str
    make: Callable[[], dict[str, Any]]

    def document(self) -> dict[str, Any]:
        return {"$schema": DIALECT, **self.make(), "title": self.title}


SCHEMAS: Final = {
    "tournament": Schema(
        title="Tournament file of captains", make=TournamentSpec.model_json_schema
    ),
    "events": Schema(title="Events of captains", make=event_json_schema),
    "remote": Schema(title="Requests to and answers of remote captains", make=remote_json_schema),
    "human": Schema(title="Questions to and answers of human captains", make=human_json_schema),
}
