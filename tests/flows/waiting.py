"""A captain of a package of his own who waits, so that a test comes amid what workers play."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.captains.plugins import load, plugins
from flows import catalogue

NAME = "waiting"
# He plays the matches of a process's first pair, and is asked for no more while the file is there.
SOURCE = """
import time
from itertools import count
from pathlib import Path
from pydantic import BaseModel
from engine.captains import Kind
from engine.captains.heuristic import Heuristic

class Settings(BaseModel):
    model_config = {"extra": "forbid", "strict": True}
    gate: str

matches = count()

class Waiting(Heuristic):
    def __init__(self, given):
        super().__init__()
        self.gate, self.waits = Path(given.gate), next(matches) >= 2

    def decide(self, request, draws):
        while self.waits and self.gate.exists():
            time.sleep(0.02)
        return super().decide(request, draws)

KIND = Kind(settings=Settings, make=Waiting, summary="waits")
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`folder` is where Python finds him, `gate` the file that he waits for to go."""

    folder: Path

    @property
    def gate(self) -> Path:
        return self.folder / "gate"

    @property
    def environment(self) -> dict[str, str]:
        """Of a process that knows him."""
        path = filter(None, [str(self.folder), os.environ.get("PYTHONPATH", "")])
        return {"PYTHONPATH": os.pathsep.join(path)}

    def in_file(self, text: str) -> str:
        """A tournament's file, with him where it says so."""
        return text.replace("WAITING", f'{{name: {NAME}, kind: {NAME}, gate: "{self.gate}"}}')

    @contextmanager
    def shut(self) -> Iterator[None]:
        self.gate.touch()
        try:
            yield
        finally:
            self.gate.unlink()

    @contextmanager
    def known_here(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(str(self.folder))
            _forget()
            yield
        _forget()


def installed(folder: Path) -> Waiting:
    """A module and the metadata of its distribution."""
    about = folder / f"captains_{NAME}-1.0.dist-info"
    about.mkdir()
    (folder / f"captains_{NAME}.py").write_text(SOURCE, encoding="utf-8")
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: captains-{NAME}\nVersion: 1.0\n")
    entry = f"[captains.policies]\n{NAME} = captains_{NAME}:KIND\n"
    (about / "entry_points.txt").write_text(entry)
    return Waiting(folder=folder)


def _forget() -> None:
    """What is kept of who is there: once a process everywhere else."""
    catalogue.known.cache_clear()
    plugins.cache_clear()
    load.cache_clear()
