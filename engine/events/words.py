"""What is said about a match: lines of commentary, and where they can be heard."""

from __future__ import annotations

from typing import Literal

from engine.events.strict import Strict


class Commentary(Strict):
    """A line about the match's event number `of`."""

    of: int
    text: str
    source: Literal["template", "llm"]


class Audio(Strict):
    """The line `text` about event number `of`, spoken: `url` is a path on the bus, None where the
    page is to say it with a voice of its own (`voice` is `browser`).
    """

    of: int
    text: str
    url: str | None
    duration_s: float
    voice: str
