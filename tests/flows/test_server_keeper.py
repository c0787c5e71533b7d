"""The embedded server's process is begun again, and who joins it finds the one that lives."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flows import server_keeper
from flows.server_keeper import Keeper, Known
from tests.flows.support import DEADLINE_S


def test_one_that_a_full_disk_could_not_be_told_of_is_written_down_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[subprocess.Popen[bytes]] = []

    def begin(*_: object) -> subprocess.Popen[bytes]:
        begun.append(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))
        return begun[-1]

    monkeypatch.setattr(server_keeper, "_spawn", begin)
    keeper, file = Keeper(tmp_path), tmp_path / "server.json"
    file.unlink()
    file.mkdir()  # nothing can be written there
    keeper.watch()
    begun[0].kill()
    until(lambda: len(begun) == 2)
    file.rmdir()
    until(lambda: Known.read(tmp_path) is not None)
    keeper.leave()
    for each in begun:
        each.kill()
        each.communicate()
    assert Known.read(tmp_path) == Known(pid=begun[1].pid, api_url=keeper.api_url)
    assert len(begun) == 2


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)
