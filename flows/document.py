"""Pages that are one file: no request to anywhere, no script, light and dark."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import Final

BASE: Final = "page.css"


def document(title: str, body: str, *styles: str) -> str:
    """A whole page; `styles` are files of this room, put behind the one that all pages share."""
    style = "".join(stylesheet(name) for name in (BASE, *styles))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{body}\n"
        "</body>\n</html>\n"
    )


def stylesheet(name: str) -> str:
    return files("flows").joinpath(name).read_text(encoding="utf-8")
