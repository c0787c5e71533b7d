"""The bus of a `captains up` that is up: how other commands of its home folder find it, and how it
knows the tokens of its earlier starts.

`bus.json` in the home folder says where the bus is and holds its publish token, for its owner alone
(mode 600). It is locked while the bus is up, so what a killed one left names no bus. `earlier.json`
holds digests of start tokens, which open nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from engine.record import is_written
from flows.play import BusAddress
from flows.saving import save_private
from spectator import start_digest, start_token

BUS: Final = "bus.json"
STORE: Final = "bus.sqlite"
EARLIER: Final = "earlier.json"
MOST_EARLIER: Final = 50


@contextmanager
def standing(home: Path, bus: BusAddress) -> Iterator[None]:
    """Let other commands find the bus for the duration of the block."""
    told = json.dumps({"url": bus.url, "token": bus.token})
    handle = save_private(home / BUS, told.encode())
    try:
        yield
    finally:
        (home / BUS).unlink(missing_ok=True)
        os.close(handle)


def standing_bus(homes: Iterable[Path], url: str | None = None) -> BusAddress | None:
    """The bus that is up in one of these home folders, at `url` where that is given."""
    for home in homes:
        with suppress(OSError, ValueError, KeyError, TypeError):
            if is_written(home / BUS):
                told: Any = json.loads((home / BUS).read_text(encoding="utf-8"))
                bus = BusAddress(url=str(told["url"]), token=str(told["token"]))
                if url is None or _place(url) == _place(bus.url):
                    return bus
    return None


def earlier_starts(home: Path) -> frozenset[str]:
    """Digests of the start tokens that were told here before."""
    return frozenset(_earlier(home))


def keep_start(home: Path, publish_token: str) -> None:
    """Know the start token of this start when it is one of before."""
    digest = start_digest(start_token(publish_token))
    known = [one for one in _earlier(home) if one != digest]
    kept = json.dumps([*known, digest][-MOST_EARLIER:])
    os.close(save_private(home / EARLIER, kept.encode()))


def _earlier(home: Path) -> list[str]:
    with suppress(OSError, ValueError):
        found = json.loads((home / EARLIER).read_text(encoding="utf-8"))
        return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
    return []


def _place(url: str) -> tuple[str | None, int | None]:
    """Host and port, whatever this machine is called."""
    parts = urlsplit(url)
    host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname
    return host, parts.port
