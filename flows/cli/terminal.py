"""What a command says, and where: the answer on stdout, everything else on stderr, as text or one
JSON document.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import Any, Final, TextIO

LINES: Final = 10  # of progress


class Exit(IntEnum):
    """What the shell is told."""

    DONE = 0
    FAILED = 1
    BAD_INPUT = 2
    INTERRUPTED = 130


class BadInput(Exception):
    """What was typed cannot be used; the message says what is allowed."""


class WorkFailed(Exception):
    """The command was understood, and could not do its work."""


def say(text: str) -> None:
    """A line of the answer."""
    _write(text, sys.stdout, "stdout")


def note(text: str) -> None:
    """A line about how it goes."""
    _write(text, sys.stderr, "stderr")


def _write(text: str, stream: TextIO, name: str) -> None:
    """Raises `OSError`, with the stream's name, where it takes no more."""
    try:
        stream.write(f"{_encodable(text, stream)}\n")
        stream.flush()
    except OSError as error:
        raise OSError(error.errno, error.strerror, name) from None


def note_server() -> None:
    """That a Prefect server is started: it takes seconds."""
    note("starting a Prefect server …")


class _Notes(logging.Handler):
    """Says what is logged."""

    def emit(self, record: logging.LogRecord) -> None:
        note(record.getMessage())


def hear(logger: str) -> None:
    """Say the warnings of `logger` here: Prefect, once it is loaded, keeps those of others to
    itself.
    """
    found = logging.getLogger(logger)
    if not any(isinstance(handler, _Notes) for handler in found.handlers):
        found.addHandler(_Notes(logging.WARNING))


def _encodable(text: str, stream: TextIO) -> str:
    """What the stream has no characters for is written as its escape: in the C locale a name need
    not be lost, nor the command.
    """
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def answer_json(document: Mapping[str, Any]) -> None:
    """The one JSON document; in ASCII where stdout has not every character of it."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    has_all = _encodable(text, sys.stdout) == text
    say(text if has_all else json.dumps(document, indent=2))


def progress(total: int, what: str) -> Callable[[int], None]:
    """Takes how many are done, and tells it some `LINES` times."""
    told = 0

    def heard(done: int) -> None:
        nonlocal told
        if done * LINES // total > told:
            told = done * LINES // total
            note(f"{done} of {total} {what}")

    return heard


def is_watched() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdout.isatty() and sys.stderr.isatty()


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Plain columns, the last one ragged."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [header, *rows]
    )
