"""What is asked of every page of one file."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

_EMPTY: Final = ("meta", "br", "rect", "line", "circle", "path", "polyline")


class _Tags(HTMLParser):
    """Which elements are open."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in _EMPTY:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _EMPTY:
            assert self.stack.pop() == tag


def unclosed(page: str) -> list[str]:
    """The elements that are still open at the end; a wrong order of closing is an error."""
    tags = _Tags()
    tags.feed(page)
    return tags.stack
