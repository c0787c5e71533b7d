"""The voice that tests hear: Debian's espeak-ng."""

from __future__ import annotations

import os
import shutil

import pytest

MISSING = "no espeak-ng here, which these tests hear. On Debian: apt-get install espeak-ng"


@pytest.fixture(scope="session")
def espeak_ng() -> str:
    """Its path; without it the test is skipped, and fails in CI."""
    path = shutil.which("espeak-ng")
    if path is None and os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    if path is None:
        pytest.skip(MISSING)
    return path
