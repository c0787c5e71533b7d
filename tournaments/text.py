"""Values from a tournament file, as messages quote them."""

from __future__ import annotations

from engine import wording


def shown(value: object) -> str:
    """A value from a file as a message quotes it: short, on one line, in YAML's words."""
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case str():
            return f"'{wording.shortened(wording.printable(value))}'"
        case dict():
            return "a mapping"
        case list() | tuple():
            return f"a list of {len(value)}"
    return wording.shown(value)
