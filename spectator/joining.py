"""The page's scripts as one, made when the page is opened: over ninety small files a browser takes
several times as long as over what is in them.

Each module becomes a function that is called once and gives what the module exports, in the order
in which they need each other. That holds for modules that export functions, classes and constants
by name and do not need each other in a circle. Whatever else one says is refused, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath
from typing import Final

OUTSIDE: Final = "vendor/preact.js"  # stays a module of its own
_IMPORT: Final = re.compile(
    r'^import (?:\* as (?P<all>\w+)|\{(?P<names>[^}]*)\}) from "(?P<of>[^"]+)";$', re.MULTILINE
)
_HANDED_ON: Final = re.compile(r'^export \{(?P<names>[^}]*)\} from "(?P<of>[^"]+)";$', re.MULTILINE)
_MADE: Final = re.compile(
    r"^export (?=(?:async function|function\*?|class|const) (?P<name>\w+))", re.MULTILINE
)
_REST: Final = re.compile(r"^(?:import|export)\b|\bimport\.meta\b|\bimport\(", re.MULTILINE)


class NotJoinable(Exception):
    """A module says what cannot be joined: which one, and what."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name, why)
        self.name, self.why = name, why


def joined(files: Mapping[str, bytes], first: str) -> str:
    """`first` and all that it needs of `files`, as a module that needs `OUTSIDE` alone. Raises
    `NotJoinable`, and `KeyError` for one that is not there.
    """
    modules = _Modules(files)
    modules.add(first)
    outside = f'import * as {modules.ids[OUTSIDE]} from "./{OUTSIDE}";\n'
    return outside + "".join(modules.texts)


@dataclass(slots=True)
class _Modules:
    """Those that were added so far, each after what it needs."""

    files: Mapping[str, bytes]
    ids: dict[str, str] = field(default_factory=lambda: {OUTSIDE: "$outside"})
    texts: list[str] = field(default_factory=list)
    under_way: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        if name in self.ids:
            return
        if name in self.under_way:
            raise NotJoinable(name, "it needs itself")
        self.under_way.append(name)
        text = self.files[name].decode()
        for found in (*_IMPORT.finditer(text), *_HANDED_ON.finditer(text)):
            self.add(_named(found, name))
        self.under_way.remove(name)
        self.texts.append(self._as_function(name, text))

    def _as_function(self, name: str, text: str) -> str:
        given = [found["name"] for found in _MADE.finditer(text)]
        for found in _HANDED_ON.finditer(text):
            of = self.ids[_named(found, name)]
            given += [f"{one}: {of}.{one}" for one in _names(found)]
        text = _HANDED_ON.sub("", text)
        text = _IMPORT.sub(lambda found: self._taken(found, name), text)
        text = _MADE.sub("", text)
        if (rest := _REST.search(text)) is not None:
            raise NotJoinable(name, text[rest.start() :].partition("\n")[0])
        mine = self.ids[name] = f"$module{len(self.ids)}"
        body = f"{text}\nreturn {{ {', '.join(given)} }};\n"
        return f"// --- {name}\nconst {mine} = (() => {{\n{body}}})();\n"

    def _taken(self, found: re.Match[str], name: str) -> str:
        of = self.ids[_named(found, name)]
        what = found["all"] or "{ " + ", ".join(_names(found)).replace(" as ", ": ") + " }"
        return f"const {what} = {of};"


def _named(found: re.Match[str], by: str) -> str:
    """The module that an import means, by its path from the page's folder."""
    return normpath(join(dirname(by), found["of"]))


def _names(found: re.Match[str]) -> list[str]:
    return [one.strip() for one in found["names"].split(",") if one.strip()]
