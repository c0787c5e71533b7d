"""The prompts that ship, and users' own files: the text that a language model is told first.

A file is read whole or not at all, so that what stands in a record's digest is what was sent.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

from engine.errors import BadPreset
from engine.wording import shown

__all__ = ["LARGEST_PROMPT", "prompt_text"]

_SHIPPED: Final = Path(__file__).parent
_ENDING: Final = ".md"
LARGEST_PROMPT: Final = 20_000  # bytes; more is a book, and is paid for with every question


def prompt_text(named: str, captain: str) -> str:
    """The prompt that ships under that name, or the text of a file (a path that ends in `.md`).

    Raises `BadPreset`, of `captain`.
    """
    if named.endswith(_ENDING):
        return _read(captain, named, Path(named))
    shipped = {path.stem: path for path in sorted(_SHIPPED.glob(f"*{_ENDING}"))}
    if named not in shipped:
        known = ", ".join(shipped)
        raise _bad(
            captain, named, f"no such prompt; known: {known}, or the path of a {_ENDING} file"
        )
    return _read(captain, named, shipped[named])


def _read(captain: str, named: str, path: Path) -> str:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise _bad(captain, named, "not a file")
        with path.open("rb") as file:
            content = file.read(LARGEST_PROMPT + 1)
        if len(content) > LARGEST_PROMPT:
            raise _bad(captain, named, f"more than {LARGEST_PROMPT} bytes")
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise _bad(captain, named, "not UTF-8 text") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no path"
        raise _bad(captain, named, f"cannot be read ({reason})") from None
    if not text.strip():
        raise _bad(captain, named, "empty")
    if not all(c.isprintable() or c in "\n\t\r" for c in text):
        raise _bad(
            captain, named, "control characters in it; allowed: printable text, tabs and new lines"
        )
    return text.replace("\r\n", "\n").strip()


def _bad(captain: str, named: str, why: str) -> BadPreset:
    return BadPreset(captain, f"prompt {shown(named)}: {why}", ("prompt",))
