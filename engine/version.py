"""The version of the project, and that of the engine. The engine's grows when seed, captains and
ball model give another play than before, so that results of different engines are never mixed; it
is 1 until the first release, before which there are none to mix.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Final

ENGINE_VERSION: Final = "1"


def project_version() -> str:
    """The version of this project; `0` for a checkout that is not installed."""
    try:
        return version("captains")
    except PackageNotFoundError:
        return "0"
