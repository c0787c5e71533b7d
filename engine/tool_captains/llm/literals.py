"""Values as language models write them: JSON, Python's literals, unquoted words. Nothing is run.

A reader goes over its text once, from left to right, and never deeper than `_DEEPEST`.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

_DEEPEST: Final = 12
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_WORD: Final = re.compile(r"[^,:=(){}\[\]\"'\n]{1,200}")
_NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,15})?")
_WORDS: Final = {"true": True, "false": False, "null": None, "none": None}
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_HEX: Final = re.compile(r"[0-9a-fA-F]{4}")
# A character beyond the first 65,536 is escaped as a pair of surrogates, as in JSON (RFC 8259, 7).
_HIGH: Final = range(0xD800, 0xDC00)
_LOW: Final = re.compile(r"\\u([dD][c-fC-F][0-9a-fA-F]{2})")


class NotALiteral(ValueError):
    """The text does not go on as a value."""


class Reader:
    """Reads `text` from `at` on; `at` moves behind what was read."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.text, self.at = text, at

    def value(self, depth: int = 0) -> Any:
        """Raises `NotALiteral`."""
        if depth > _DEEPEST:
            raise NotALiteral("nested too deep")
        match self.next():
            case "{":
                return self.mapping("{", "}", ":", depth)
            case "[":
                return self._list(depth)
            case '"' | "'":
                return self._quoted()
            case _:
                return self._word()

    def mapping(self, opening: str, closing: str, between: str, depth: int = 0) -> dict[str, Any]:
        """`{"key": value, …}` or, with other signs, `(key=value, …)`. Raises `NotALiteral`."""
        self.take(opening)
        found: dict[str, Any] = {}
        while self.next() != closing:
            key = self.value(depth + 1)
            self.take(between)
            if not isinstance(key, str):
                raise NotALiteral("a key that is no text")
            found[key] = self.value(depth + 1)
            self._separated(closing)
        self.take(closing)
        return found

    def next(self) -> str:
        """The next sign that is no space; empty at the end."""
        space = _SPACE.match(self.text, self.at)
        assert space is not None
        self.at = space.end()
        return self.text[self.at : self.at + 1]

    def take(self, sign: str) -> None:
        if self.next() != sign:
            raise NotALiteral(f"no {sign}")
        self.at += 1

    def _separated(self, closing: str) -> None:
        """A comma, or the end; a trailing comma is let pass."""
        if self.next() == ",":
            self.at += 1
        elif self.next() != closing:
            raise NotALiteral(f"neither a comma nor {closing}")

    def _list(self, depth: int) -> list[Any]:
        self.take("[")
        found = []
        while self.next() != "]":
            found.append(self.value(depth + 1))
            self._separated("]")
        self.take("]")
        return found

    def _quoted(self) -> str:
        quote, self.at = self.text[self.at], self.at + 1
        found: list[str] = []
        while self.at < len(self.text):
            sign = self.text[self.at]
            self.at += 1
            if sign == quote:
                return "".join(found)
            found.append(self._escaped() if sign == "\\" else sign)
        raise NotALiteral("a text that does not end")

    def _escaped(self) -> str:
        sign, self.at = self.text[self.at : self.at + 1], self.at + 1
        if sign != "u":
            return _ESCAPES.get(sign, sign)
        code = self._code()
        pair = _LOW.match(self.text, self.at) if code in _HIGH else None
        if pair is None:
            return chr(code)
        self.at = pair.end()
        return chr(0x10000 + ((code - _HIGH.start) << 10) + int(pair[1], 16) - _HIGH.stop)

    def _code(self) -> int:
        code = _HEX.match(self.text, self.at)
        if code is None:
            raise NotALiteral("no character of that number")
        self.at = code.end()
        return int(code.group(), 16)

    def _word(self) -> Any:
        word = _WORD.match(self.text, self.at)
        if word is None:
            raise NotALiteral("no value")
        self.at = word.end()
        said = word.group().strip()
        if said.lower() in _WORDS:
            return _WORDS[said.lower()]
        if _NUMBER.fullmatch(said):
            return json.loads(said) if not re.match(r"-?0\d", said) else said
        return said
