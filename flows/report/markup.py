"""HTML in small pieces. Whoever calls escapes text by `told`; pieces go in as they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from engine.wording import printable
from tournaments.report import plain_name

DASH: Final = "–"
MINUS: Final = "−"


def told(text: object) -> str:
    """Any text, made safe: no control characters, no markup."""
    return escape(printable(str(text)))


def name(captain: str) -> str:
    """A captain's name, cut where it is long; the whole of it is shown when pointed at."""
    short = plain_name(captain)
    title = "" if short == captain else f' title="{told(captain)}"'
    return f'<bdi class="name"{title}>{told(short)}</bdi>'


def signed(value: float | None, digits: int = 0) -> str:
    """With its sign, a proper minus, and a dash where there is none."""
    if value is None:
        return DASH
    text = f"{value:+.{digits}f}".replace("-", MINUS)
    return text.lstrip(f"+{MINUS}") if not text.strip(f"+{MINUS}0.") else text


def percent(value: float, digits: int = 0) -> str:
    """Without a break before its sign."""
    return f"{100 * value:.{digits}f} %"


def section(title: str, lead: str, *pieces: str, at: str) -> str:
    """A part of the page under a heading; nothing where it has no pieces."""
    found = [piece for piece in pieces if piece]
    if not found:
        return ""
    words = f'<p class="quiet">{lead}</p>' if lead else ""
    return (
        f'<section aria-labelledby="{at}"><h2 id="{at}">{told(title)}</h2>{words}'
        f"{''.join(found)}</section>"
    )


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """A table that scrolls by itself where it is wider than the page. The first cell of a row is
    its heading; cells are HTML.
    """
    heads = "".join(f'<th scope="col">{cell}</th>' if cell else "<td></td>" for cell in head)
    lines = "".join(f"<tr>{''.join(_cells(row))}</tr>" for row in rows)
    if not lines:
        return ""
    return (
        f'<div class="card scroll" role="region" tabindex="0" aria-label="{told(caption)}">'
        f'<table class="{kind}"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'
    )


def _cells(row: Sequence[str]) -> Iterable[str]:
    first, *rest = row
    yield f'<th scope="row">{first}</th>'
    yield from (cell if cell.startswith("<td") else f"<td>{cell}</td>" for cell in rest)


def tile(words: str, figure: str, more: str = "") -> str:
    """A number that is to be seen, between words of what it is."""
    below = f"<small>{more}</small>" if more else ""
    return f'<div class="card tile"><small>{words}</small><b>{figure}</b>{below}</div>'


def tiles(each: Iterable[str]) -> str:
    """Side by side; nothing where there are none."""
    shown = "".join(each)
    return f'<div class="tiles">{shown}</div>' if shown else ""


def listing(lines: Iterable[str]) -> str:
    """A list of sentences; nothing where there are none."""
    items = "".join(f"<li>{line}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else ""
