"""What a server of captains is verified with. To read it takes 20 ms of a core: it is read once a
process, and not for each of its clients, unless the environment names others by then.
"""

from __future__ import annotations

import os
import ssl
from functools import cache
from pathlib import Path

_NAMED = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def authorities(*, trust_env: bool) -> ssl.SSLContext:
    """As `httpx2` reads them for a client that trusts the environment, or does not."""
    named = [os.environ.get(name) if trust_env else None for name in _NAMED]
    return _read(*(name and (name, _stamp(name)) for name in named), trust_env=trust_env)


def _stamp(path: str) -> tuple[int, int]:
    """By which a bundle is known that is put in another's place."""
    try:
        found = Path(path).stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


@cache
def _read(*_named: object, trust_env: bool) -> ssl.SSLContext:
    import httpx2

    return httpx2.create_ssl_context(trust_env=trust_env)
