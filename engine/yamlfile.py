"""YAML as plain data in which every value knows its line, read within fixed bounds.

The one reader of all that users bring: tournaments, presets, squads. A file may come from a
stranger. The whole file is refused before it is parsed when it is too long, and while it is
parsed when it nests too deep, holds too much, or uses anchors, aliases or tags: so no input takes
more than a moment, and nothing expands. Where YAML 1.1 and 1.2 disagree on what a plain word
means (`no`, `010`), neither is guessed: the author is asked.

`read_mapping` is for who wants the data; `read_document` and `parse` also tell the line of every
key and value.
"""

from __future__ import annotations

import math
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError

from engine.errors import BadYaml
from engine.wording import printable, shortened

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 12
MAX_NODES: Final = 20_000
MAX_DIGITS: Final = 40

Where = tuple[str | int, ...]
"""The way from the top of the file to a value: keys and list indices."""

_INT: Final = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LEADING_ZERO: Final = re.compile(r"[-+]?0[0-9_]+")
_NOT_FINITE: Final = re.compile(r"[-+]?\.inf|\.nan", re.IGNORECASE)
_WORDS: Final = {"true": True, "false": False, "null": None, "~": None, "": None}
_AMBIGUOUS: Final = dict.fromkeys(("yes", "y", "on"), "true") | dict.fromkeys(
    ("no", "n", "off"), "false"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What keeps the file from being plain data, and on which line."""

    line: int
    message: str


class Unreadable(Exception):
    """Nothing of the file can be used: one fault says why. Whoever reads a file names it."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(line, message)
        self.fault = Fault(line=line, message=message)


@dataclass(slots=True, kw_only=True)
class Document:
    """The data, the faults met on the way, and the line of every key and value."""

    data: object = None
    faults: list[Fault] = field(default_factory=list)
    value_lines: dict[Where, int] = field(default_factory=dict)
    key_lines: dict[Where, int] = field(default_factory=dict)

    def line(self, where: Where) -> int:
        """The line of the value at `where`, or of the innermost thing around it that exists."""
        while where and where not in self.value_lines:
            where = where[:-1]
        return self.value_lines.get(where, 1)

    def faults_at(self, found: Iterable[tuple[Where, str]]) -> Iterator[Fault]:
        """What was found wrong at some places."""
        return (Fault(line=self.line(where), message=message) for where, message in found)

    def key_line(self, where: Where) -> int:
        """The line of the key at `where`."""
        return self.key_lines.get(where) or self.line(where)


def read_mapping(path: Path) -> dict[str, Any]:
    """The mapping that the file holds. Raises `BadYaml`, with the line of each fault."""
    return mapping_in(read_document(path), path)


def mapping_in(document: Document, path: Path) -> dict[str, Any]:
    """What the document at `path` holds. Raises `BadYaml` where that is no mapping."""
    if not isinstance(document.data, dict):
        raise BadYaml(
            printable(str(path)), "must be a mapping of keys to values", document.line(())
        )
    return document.data


def bad_yaml(source: str, faults: Iterable[Fault]) -> BadYaml:
    """All that is wrong, each thing once, in the order in which it is told."""
    first, *others = ((fault.line, fault.message) for fault in dict.fromkeys(faults))
    return BadYaml(source, first[1], first[0], tuple(others))


def read_document(path: Path) -> Document:
    """The document that the file holds, without faults. Raises `BadYaml`, with the line of each."""
    name = printable(str(path))
    try:
        document = parse(read_text(path))
    except Unreadable as error:
        raise BadYaml(name, error.fault.message, error.fault.line) from None
    if document.faults:
        raise bad_yaml(name, document.faults)
    return document


def read_text(path: Path) -> str:
    """The text of a file of at most `MAX_BYTES`; raises `Unreadable`."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Unreadable(1, "not a file; allowed: a YAML file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a path"
        raise Unreadable(1, f"cannot be read: {why}; allowed: a readable YAML file") from None
    if len(content) > MAX_BYTES:
        raise Unreadable(1, f"too long; allowed: at most {MAX_BYTES // 1024} KiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(line, "not UTF-8; allowed: text in UTF-8") from None


def parse(text: str) -> Document:
    """The one document in `text`; raises `Unreadable` when it is not YAML within the bounds."""
    root = _compose(text)
    if root is None:
        raise Unreadable(1, "empty; allowed: a mapping of keys to values")
    document = Document()
    document.data = _Reader(document).value(root, ())
    return document


def _compose(text: str) -> Node | None:
    loader = None
    try:
        loader = _BoundedLoader(text)
        return loader.get_single_node()
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Unreadable(line, "a control character; allowed: printable text") from None
    except yaml.MarkedYAMLError as error:
        raise Unreadable(*_explained(error)) from None
    except (ValueError, OverflowError):  # PyYAML's own, for escapes such as "\UFFFFFFFF"
        line = loader.line + 1 if loader else 1
        raise Unreadable(line, "an escape that is no character; allowed: YAML") from None


def _explained(error: yaml.MarkedYAMLError) -> tuple[int, str]:
    """Line and reason of a syntax error. PyYAML names what it was reading, then what it met."""
    mark = error.problem_mark or error.context_mark
    reason = " ".join(part for part in (error.context, error.problem) if part)
    return (mark.line + 1 if mark else 1), f"not YAML: {printable(reason)}; allowed: one mapping"


class _BoundedLoader(yaml.SafeLoader):
    """Composes nodes, and stops at the first that breaks a bound."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = self.nodes = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Unreadable(line, "an anchor or alias (& or *); allowed: values written out")
        if getattr(event, "tag", None):
            raise Unreadable(line, "a YAML tag (!); allowed: plain values")
        self.depth, self.nodes = self.depth + 1, self.nodes + 1
        if self.depth > MAX_DEPTH:
            raise Unreadable(line, f"nested too deep; allowed: at most {MAX_DEPTH} levels")
        if self.nodes > MAX_NODES:
            raise Unreadable(line, f"too many values; allowed: at most {MAX_NODES:,}")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Reader:
    """Turns nodes into plain data, and notes lines and faults in the document."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def value(self, node: Node, where: Where) -> object:
        self.document.value_lines.setdefault(where, _line(node))
        if isinstance(node, MappingNode):
            return self._mapping(node, where)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*where, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: MappingNode, where: Where) -> dict[str, object]:
        data: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not _is_word(key_node):
                self._fault(key_node, "a key that is no word; allowed: plain or quoted words")
                continue
            key, here = key_node.value, (*where, key_node.value)
            if key in data:
                first = self.document.key_lines[here]
                name = printable(shortened(key))
                self._fault(key_node, f"`{name}` again (first on line {first}); allowed: once")
                continue
            self.document.key_lines[here] = _line(key_node)
            if not isinstance(value_node, ScalarNode):
                self.document.value_lines[here] = _line(key_node)
            data[key] = self.value(value_node, here)
        return data

    def _scalar(self, node: Node) -> object:
        text = str(node.value)
        if not isinstance(node, ScalarNode) or node.style is not None:
            return text
        if fault := _surprise(text):
            self._fault(node, fault)
            return Misread(text)
        return _plain(text)

    def _fault(self, node: Node, message: str) -> None:
        self.document.faults.append(Fault(line=_line(node), message=message))


class Misread(str):
    """The text of a value that has its own fault already; nothing more needs to be said of it."""

    __slots__ = ()


def _is_word(key: Node) -> bool:
    """Whether a key is text to everybody: no list, and no plain `1`, `true`, `~` or `no`."""
    if not isinstance(key, ScalarNode) or key.style is not None:
        return isinstance(key, ScalarNode)
    return _surprise(key.value) is None and _plain(key.value) == key.value


def _plain(text: str) -> object:
    """What a plain word means: YAML 1.2's core schema, and `2_000_000`."""
    if text.lower() in _WORDS and text in {text.lower(), text.title(), text.upper()}:
        return _WORDS[text.lower()]
    if _INT.fullmatch(text):
        return int(text.replace("_", ""))
    return float(text) if _FLOAT.fullmatch(text) else text


def _surprise(text: str) -> str | None:
    """What to say of a plain word that programs read differently, or that is no finite number."""
    if word := _AMBIGUOUS.get(text.lower()):
        return f"`{text}` is a text to some and {word} to others; allowed: {word}, or '{text}'"
    if _LEADING_ZERO.fullmatch(text) and len(text) <= MAX_DIGITS:
        return f"`{text}` is octal to some; allowed: {int(text.replace('_', ''))}, or '{text}'"
    if not (_INT.fullmatch(text) or _FLOAT.fullmatch(text) or _NOT_FINITE.fullmatch(text)):
        return None
    if len(text) > MAX_DIGITS:
        return f"a number of {len(text)} characters; allowed: at most {MAX_DIGITS}"
    if _NOT_FINITE.fullmatch(text) or not math.isfinite(float(text)):
        return f"`{text}` is not finite; allowed: finite numbers"
    return None


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
