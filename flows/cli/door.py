"""How a browser is sent to an address that holds a token: through a file that only its owner reads.

A browser's arguments are shown to every user of the machine.
"""

from __future__ import annotations

import html
import os
from pathlib import Path
from typing import Final

NAME: Final = "page.html"


def door_to(page: str, folder: Path) -> str:
    """The `file:` address of a document in `folder` that leads on to `page`. Raises `OSError`."""
    file = folder / NAME
    file.unlink(missing_ok=True)  # one from elsewhere may be open to others
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        target = html.escape(page)
        opened.write(f'<!doctype html><meta http-equiv="refresh" content="0; url={target}">\n')
    return file.resolve().as_uri()
