"""What a server of captains is verified with. To read it takes 20 ms of a core: it is read once a
process, and not for each of its clients.
"""

from __future__ import annotations

import os
import ssl
from functools import cache

_NAMED = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def authorities(*, trust_env: bool) -> ssl.SSLContext:
    """As `httpx2` reads them for a client that trusts the environment, or does not."""
    return _read(*(os.environ.get(name) if trust_env else None for name in _NAMED), trust_env)


@cache
def _read(_file: str | None, _folder: str | None, trust_env: bool) -> ssl.SSLContext:
    import httpx2

    return httpx2.create_ssl_context(trust_env=trust_env)
