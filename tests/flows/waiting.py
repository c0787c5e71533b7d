"""A captain of a package of his own who waits, so that a test comes amid what others play."""

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
# While the file is there he plays as many matches of a process as it says, and is held in the next.
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
        self.gate, self.match = Path(given.gate), next(matches)

    def decide(self, request, draws):
        while self.waits():
            time.sleep(0.02)
        return super().decide(request, draws)

    def waits(self):
        try:
            return self.match >= int(self.gate.read_text() or 0)
        except FileNotFoundError:
            return False

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
        """After a pair."""
        self.let(2)
        try:
            yield
        finally:
            self.open()

    def let(self, matches: int) -> None:
        """So many of each process."""
        self.gate.write_text(str(matches), encoding="ascii")

    def open(self) -> None:
        self.gate.unlink(missing_ok=True)

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
