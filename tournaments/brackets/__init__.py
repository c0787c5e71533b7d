"""Example tournaments that ship with the project, to be played and to be read."""

from __future__ import annotations

from pathlib import Path
from typing import Final

__all__ = ["bracket_names", "bracket_path"]

_HERE: Final = Path(__file__).parent


def bracket_names() -> tuple[str, ...]:
    """The names of the examples, in alphabetical order."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.yaml")))


def bracket_path(name: str) -> Path:
    """The file of the example called `name`; raises `KeyError` when there is none."""
    if name not in bracket_names():
        raise KeyError(name)
    return _HERE / f"{name}.yaml"
