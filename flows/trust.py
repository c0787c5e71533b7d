"""What a Prefect server that is named is verified with: the same as Prefect's own client takes."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from flows.saving import naming

UNVERIFIED: Final = "PREFECT_API_TLS_INSECURE_SKIP_VERIFY"
AUTHORITIES: Final = "PREFECT_API_SSL_CERT_FILE"
_YES: Final = frozenset({"1", "true", "t", "yes", "y", "on"})


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
