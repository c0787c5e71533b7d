"""`captains up --detach` and `captains down`: the one that is up without a terminal."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from flows import settings
from flows.cli.only import READY_S, Document, elsewhere, is_ready, standing_up
from flows.cli.terminal import Exit, WorkFailed, answer_json, note, say
from flows.server import see_off

LOG: Final = "up.log"
DOWN_S: Final = 10.0
LEAST_S: Final = 2.0
MB: Final = 1_000_000
_LOG_LINES: Final = 10
_POLL_S: Final = 0.05
_ROOT: Final = Path(__file__).resolve().parents[2]


class Found(NamedTuple):
    """What is up; `is_new` where it was not before."""

    document: Document
    is_new: bool


def detached(home: Path, options: Sequence[str]) -> Found:
    """What `captains up` with these options tells, once everything is up: one that runs on in the
    background, or the one that was up before. Raises `WorkFailed` where it ends or takes too long.
    """
    if (before := standing_up(home)) is not None and is_ready(before):
        return Found(before, is_new=False)
    home.mkdir(parents=True, exist_ok=True)
    log = _Log.at(home / LOG)
    child = _begun(log.path, options)
    try:
        document = _until_ready(home, child, log)
        return Found(document, is_new=document["pid"] == child.pid)
    except BaseException:  # a Ctrl-C too: nothing is left half up
        child.terminate()
        raise


def _begun(log: Path, options: Sequence[str]) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)  # it tells a token
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "flows.cli", "up", "--no-browser", *options],
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=handle,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,  # it outlives this terminal
        )
    finally:
        os.close(handle)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Log:
    """The log of a start: what stands in the file beyond `begin` bytes."""

    path: Path
    begin: int

    @classmethod
    def at(cls, path: Path) -> _Log:
        return cls(path=path, begin=path.stat().st_size if path.exists() else 0)

    def end(self) -> str:
        """Its last lines; a disk that is full takes none."""
        with self.path.open("rb") as file:
            file.seek(self.begin)
            lines = file.read().decode(errors="replace").splitlines()
        if lines:
            return "\n".join([f"its log, {self.path}, ends:", *lines[-_LOG_LINES:]])
        free_mb = shutil.disk_usage(self.path.parent).free // MB
        return f"it wrote nothing to its log, {self.path}; the disk there has {free_mb} MB left"


def _until_ready(home: Path, child: subprocess.Popen[bytes], log: _Log) -> Document:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        document, code = standing_up(home), child.poll()
        if document is not None and is_ready(document):
            return document
        if code is not None:
            raise WorkFailed(f"it ended with exit code {code}; {log.end()}")
        time.sleep(_POLL_S)
    raise WorkFailed(f"it was not up after {READY_S:g} s; {log.end()}")


def run_down(runs: Path, *, as_json: bool) -> int:
    """End the `captains up` of this home folder, and its Prefect server where nobody else uses it.
    Raises `WorkFailed` where that is out of reach.
    """
    home = settings.home(runs)
    document = standing_up(home)
    if document is None:
        _tell(None, f"nothing is up in {home}", as_json=as_json)
        return Exit.DONE
    pid = int(document["pid"])
    if (host := elsewhere(home)) is not None:
        raise WorkFailed(
            f"captains is up in another container, or on another machine ({host}, process {pid} "
            "there): `captains down` ends it there"
        )
    deadline = time.monotonic() + DOWN_S
    if not _ended(home, pid, deadline):
        note(f"it had not ended after {DOWN_S:g} s and was killed; what was played is kept")
    if see_off(home, max(LEAST_S, deadline - time.monotonic())):
        note(f"its Prefect server had not ended after {DOWN_S:g} s and was killed")
    _tell(pid, f"captains is down (process {pid})", as_json=as_json)
    return Exit.DONE


def _ended(home: Path, pid: int, deadline: float) -> bool:
    """Whether it has ended by itself; it is killed otherwise. Its lock is held until it is gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    while (told := standing_up(home)) is not None and told["pid"] == pid:
        if time.monotonic() > deadline:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            return False
        time.sleep(_POLL_S)
    return True


def _tell(pid: int | None, said: str, *, as_json: bool) -> None:
    if as_json:
        answer_json({"pid": pid, "said": said})
    else:
        say(said)
