"""Untrusted values in messages: short, on one line and never a surprise, whatever they are.

Names, settings and calls come from files, forms and captains that others wrote. What of them
reaches a terminal, a log, a prompt or a page goes through here first, so that it can neither move
the cursor nor hide a line, and so that saying what is wrong never goes wrong itself.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Final

from pydantic_core import ErrorDetails, ValidationError

LONGEST_SHOWN: Final = 60

_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_OURS: Final = "Value error, "  # how pydantic begins a message that a validator of ours wrote
# Where pydantic names classes of ours, or steps of its own: what it is about, in words of a file.
_OTHER_SHAPES: Final = dict.fromkeys(
    ("model_type", "model_attributes_type", "dataclass_type"), "a mapping of keys to values"
) | dict.fromkeys(("list_type", "tuple_type"), "a list of values")
_NOT_SO_MANY: Final = {"too_short": ("min_length", "least"), "too_long": ("max_length", "most")}


def printable(text: str) -> str:
    """`text` with every control, format and unpaired character written as its escape (`\\x1b`)."""
    if text.isprintable():  # as nearly all is
        return text
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def shortened(text: str, limit: int = LONGEST_SHOWN) -> str:
    """`text` cut to at most `limit` characters, with an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def shown(value: object) -> str:
    """Any value as a message quotes it: in ASCII, cut to `LONGEST_SHOWN`. Never raises."""
    try:
        return ascii(value[:LONGEST_SHOWN] if isinstance(value, str) else value)[:LONGEST_SHOWN]
    except Exception:  # noqa: BLE001 - too many digits, nested too deep, or it cannot write itself
        return f"a value of type {type(value).__name__} that cannot be shown"


def dotted(where: Sequence[str | int]) -> str:
    """Pydantic's path to a value, such as `skill.scoring`, made safe; empty for the whole."""
    return ascii(".".join(map(str, where)))[1:-1][:LONGEST_SHOWN]


def duration(seconds: float) -> str:
    """In the two largest of its units: `40 s`, `12 min`, `1 h 30 min`, `2 d`."""
    if 0 < seconds < 1:
        return f"{max(seconds, 0.01):.2g} s"
    left, told = round(seconds), list[str]()
    first = next((place for place, (size, _) in enumerate(_UNITS) if left >= size), len(_UNITS) - 1)
    for size, unit in _UNITS[first : first + 2]:
        many, left = divmod(left, size)
        told += [f"{many} {unit}"] if many else []
    return " ".join(told) or "0 s"


def did_you_mean(name: object, known: Iterable[str], quote: str = "'") -> str:
    """` (did you mean 'heuristic'?)`, or nothing where no known name is near."""
    if not isinstance(name, str):
        return ""
    close = difflib.get_close_matches(name[:LONGEST_SHOWN], list(known), n=1)
    return f" (did you mean {quote}{close[0]}{quote}?)" if close else ""


def most_telling(error: ValidationError) -> ErrorDetails:
    """One of pydantic's errors to tell."""
    return all_telling(error)[0]


def all_telling(error: ValidationError) -> list[ErrorDetails]:
    """All of them: first the keys that are unknown, as they explain what else is missing. A list is
    not told to be too short for want of entries which are wrong in themselves.
    """
    found = error.errors()
    inside = {one["loc"][:length] for one in found for length in range(len(one["loc"]))}
    told = [one for one in found if not (one["type"] == "too_short" and one["loc"] in inside)]
    return sorted(told, key=lambda one: one["type"] != "extra_forbidden")


def sentence(error: ErrorDetails, key: str, *, quoted: bool = True) -> str:
    """One of pydantic's errors as `KEY 'given': what is wrong`, without `KEY` just the last part.

    A mapping or a list that was given is not quoted, and nothing is without `quoted`.
    """
    complaint = _complaint(error)
    given = error["input"]
    quote = f" {shown(given)}" if quoted and not isinstance(given, dict | list) else ""
    return f"{key}{quote}: {complaint}" if key else complaint


def _complaint(error: ErrorDetails) -> str:
    kind, said = error["type"], error.get("ctx", {})
    if kind == "missing":
        return kind
    if kind in _OTHER_SHAPES:
        return f"allowed: {_OTHER_SHAPES[kind]}"
    if kind in _NOT_SO_MANY:
        bound, word = _NOT_SO_MANY[kind]
        return f"{said['actual_length']} given; allowed: at {word} {said[bound]}"
    message = printable(error["msg"].removeprefix(_OURS))
    return f"{message[:1].lower()}{message[1:]}"


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
