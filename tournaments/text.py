"""Untrusted text, made safe to show.

Names and values come from files that others wrote. Whatever reaches a terminal, a log or a web
page goes through `printable` first, so that it cannot move the cursor, hide a line or forge
another.
"""

from __future__ import annotations

from typing import Final

LONGEST_SHOWN: Final = 60


def printable(text: str) -> str:
    """`text` with every control, format and unpaired character written as its escape (`\\x1b`)."""
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def shortened(text: str, limit: int = LONGEST_SHOWN) -> str:
    """`text` cut to at most `limit` characters, with an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def shown(value: object) -> str:
    """A value from a file as a message quotes it: short, on one line, in YAML's words."""
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case str():
            return f"'{shortened(printable(value))}'"
        case dict():
            return "a mapping"
        case list() | tuple():
            return f"a list of {len(value)}"
    return shortened(printable(str(value)))


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
