"""A process id that was written down elsewhere is taken for nobody's here."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.record import is_written
from flows import processes, server_child
from flows.cli import background, only
from flows.cli.only import take_now
from flows.cli.terminal import WorkFailed
from flows.processes import is_dead, is_elsewhere, process_of, this_process
from flows.server import ServerUnavailable, see_off, standing_server
from flows.server_keeper import Known
from tests.flows.support import pid_of_the_dead

NAMES = {"container": "namespace", "start": "boot", "machine": "machine"}


def of_another(what: str) -> dict[str, Any]:
    """One that has ended, as far as its id says."""
    name = NAMES[what]
    other = 7 if name == "namespace" else "other"
    return {**this_process(), "pid": pid_of_the_dead(), name: other}


@pytest.fixture
def no_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(pid: int, number: int) -> None:
        raise AssertionError(f"process {pid} was sent {number}")

    monkeypatch.setattr(os, "kill", kill)


@pytest.mark.parametrize("what", NAMES)
def test_of_another_container_or_machine_nothing_is_known(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_SYSTEM", 7)  # we are in a container
    assert is_elsewhere(of_another(what))
    assert not is_dead(of_another(what))


def test_whoever_ran_before_the_machine_was_started_anew_is_dead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "_SYSTEM", this_process()["namespace"])
    assert is_dead(of_another("start"))
    assert not is_dead(of_another("container"))
    assert not is_dead(of_another("machine"))


def test_a_process_that_has_the_id_of_another_is_not_it() -> None:
    assert not is_dead(this_process())
    assert is_dead({**this_process(), "started": 1})


def test_what_an_earlier_version_wrote_goes_by_host_and_id() -> None:
    here = {"host": socket.gethostname()}
    assert is_dead({**here, "pid": pid_of_the_dead()})
    assert not is_dead({**here, "pid": os.getpid()})
    assert not is_dead({"host": "elsewhere", "pid": pid_of_the_dead()})


# --- captains up, and its server ---------------------------------------------------------------


@pytest.mark.usefixtures("no_signal")
def test_an_up_of_another_container_is_not_ended_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAPTAINS_HOME", str(tmp_path))
    monkeypatch.setattr(only, "this_process", lambda: {**of_another("container"), "host": "blue"})
    hold = take_now(tmp_path)
    assert hold is not None
    with pytest.raises(WorkFailed, match=rf"\(blue, process {os.getpid()} there\)"):
        background.run_down(tmp_path, as_json=False)
    hold.leave()


def known_of(process: Callable[[int], dict[str, Any]], home: Path, pid: int) -> Known:
    (home / "users.lock").touch()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("flows.server_keeper.process_of", process)
        Known(pid=pid, api_url="http://127.0.0.1:9/api").write(home)
    found = Known.read(home)
    assert found is not None
    return found


@pytest.mark.usefixtures("no_signal")
def test_a_server_of_another_container_is_neither_joined_nor_doubled_nor_killed(
    tmp_path: Path,
) -> None:
    known = known_of(lambda pid: {**process_of(pid), "namespace": 7}, tmp_path, os.getpid())
    assert not known.is_alive()
    assert standing_server(tmp_path) is None  # it has ended
    server_child._hold(tmp_path / server_child.LOCK)
    assert is_written(tmp_path / server_child.LOCK)
    with pytest.raises(ServerUnavailable, match="in another container"):
        standing_server(tmp_path)
    assert not see_off(tmp_path, 0.0)


def test_a_server_whose_id_another_process_has_by_now_is_not_alive(tmp_path: Path) -> None:
    assert known_of(process_of, tmp_path, os.getpid()).is_alive()
    assert not known_of(lambda pid: {**process_of(pid), "started": 1}, tmp_path, 1).is_alive()
