"""How a Prefect server that is named is spoken to: verified as by Prefect's own client, and by an
address that may be shown.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from flows.saving import naming

UNVERIFIED: Final = "PREFECT_API_TLS_INSECURE_SKIP_VERIFY"
AUTHORITIES: Final = "PREFECT_API_SSL_CERT_FILE"
REFUSED_URL: Final = (
    "PREFECT_API_URL holds a password, and is shown; allowed: a URL without one, and USER:PASSWORD "
    "in PREFECT_API_AUTH_STRING"
)
_YES: Final = frozenset({"1", "true", "t", "yes", "y", "on"})


def holds_password(url: str) -> bool:
    """Whether a URL is not to be shown."""
    with suppress(ValueError):
        return urlsplit(url).password is not None
    return False


def verified_by(url: str, environ: Mapping[str, str] = os.environ) -> ssl.SSLContext | bool:
    """For httpx. Raises `OSError`, which names the file of authorities that cannot be read."""
    if not url.startswith("https:"):  # to read the authorities takes 26 ms of CPU
        return False
    if environ.get(UNVERIFIED, "").lower() in _YES:
        return False
    file = environ.get(AUTHORITIES) or environ.get("SSL_CERT_FILE")
    if not file:
        return True
    with naming(Path(file)):
        return ssl.create_default_context(cafile=file)
