"""The pages that users read, taken apart: table rows, sections, fenced blocks, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.architecture.source import ROOT

_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the page, what stands behind the fence, the text."""

    page: str
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.text.strip().splitlines()[0][:40]}"


@cache
def pages() -> tuple[str, ...]:
    """Every Markdown file of the project, relative to its root."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return tuple(sorted(str(path.relative_to(ROOT)) for path in found))


@cache
def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(*kinds: str) -> list[Block]:
    """The fenced blocks of these kinds on all pages; an empty kind is a block without one."""
    return [
        Block(page, kind, text)
        for page in pages()
        for kind, text in _FENCE.findall(text_of(page))
        if kind in kinds
    ]


def links(page: str) -> Iterator[str]:
    """The targets of a page's links, code left out."""
    prose = _FENCE.sub("", text_of(page))
    yield from _LINK.findall(prose)


def sections(page: str) -> dict[str, str]:
    """A page's text below each of its headings."""
    parts = _HEADING.split(_FENCE.sub("", text_of(page)))
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def section(page: str, begins: str) -> str:
    """The text below the one heading that begins so."""
    (found,) = [text for title, text in sections(page).items() if title.startswith(begins)]
    return found


def rows(text: str) -> dict[str, str]:
    """The rows of the tables in `text`, by each of the names in code in their first cell."""
    return {
        name: line
        for line in text.splitlines()
        if line.startswith("| ") and not line.startswith("| ---")
        for name in _CODE.findall(line.split("|")[1])
    }


def named(text: str) -> set[str]:
    """Everything that stands in code in the prose, and every word of it."""
    spans = _CODE.findall(_FENCE.sub("", text))
    return set(spans) | {word for span in spans for word in re.findall(r"[\w.\-]+", span)}


def folder_of(page: str) -> Path:
    return (ROOT / page).parent
