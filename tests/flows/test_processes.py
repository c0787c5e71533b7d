"""A process id that was written down elsewhere is taken for nobody's here."""

from __future__ import annotations

import fcntl
import os
import socket
import time
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


@pytest.fixture
def of_before(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A process of this machine before that was started anew; every sign of it is known."""
    here = {**processes._here(), "machine": "of-one-image", "cards": "its-own"}
    monkeypatch.setattr(processes, "_here", lambda: here)
    monkeypatch.setattr(processes, "_SYSTEM", here["namespace"])
    booted = processes._booted()
    assert booted is not None
    return {**of_another("start"), "started_at": booted - 3600}


def test_whoever_ran_before_the_machine_was_started_anew_is_dead(of_before: dict[str, Any]) -> None:
    assert is_dead(of_before)
    assert not is_dead({**of_before, "namespace": 7})
    assert not is_dead({**of_before, "machine": "other"})


def test_whoever_began_since_is_of_a_clone_and_may_live(of_before: dict[str, Any]) -> None:
    assert not is_dead({**this_process(), "boot": "another-vm-of-the-same-image"})
    assert not is_dead({**of_before, "started_at": of_before["started_at"] + 3600})


@pytest.mark.parametrize("sign", ["cards", "host"])
def test_whoever_began_before_on_a_clone_may_live(of_before: dict[str, Any], sign: str) -> None:
    assert not is_dead({**of_before, sign: "of-the-clone"})


@pytest.mark.parametrize("name", ["started_at", "cards", "machine"])
def test_whoever_did_not_say_enough_is_not_known_to_be_dead(
    of_before: dict[str, Any], name: str
) -> None:
    del of_before[name]
    assert not is_dead(of_before)


@pytest.mark.parametrize(("name", "nothing"), [("machine", processes._digest(b"")), ("cards", "")])
def test_two_machines_without_a_sign_are_not_the_same_for_it(
    of_before: dict[str, Any], name: str, nothing: str
) -> None:
    processes._here()[name] = of_before[name] = nothing
    assert is_elsewhere(of_before)
    assert not is_dead(of_before)


def test_a_process_says_when_it_began() -> None:
    at = this_process()["started_at"]
    assert processes._booted() <= at <= time.time() + 1


@pytest.mark.parametrize("sign", [{"host": "before"}, {"machine": processes._digest(b"")}])
def test_whoever_has_ids_here_is_not_elsewhere_by_another_name(sign: dict[str, Any]) -> None:
    assert not is_elsewhere({**this_process(), **sign})
    assert not is_dead({**this_process(), **sign})
    assert is_dead({**this_process(), **sign, "pid": pid_of_the_dead()})


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


def test_an_up_and_a_server_stay_in_reach_when_the_machine_gets_another_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = take_now(tmp_path)
    assert hold is not None
    Known(pid=os.getpid(), api_url="http://127.0.0.1:9/api").write(tmp_path)
    renamed = {**processes._here(), "host": "renamed"}
    monkeypatch.setattr(processes, "_here", lambda: renamed)
    assert only.elsewhere(tmp_path) is None
    known = Known.read(tmp_path)
    assert known is not None
    assert known.is_alive()
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


def test_a_server_is_seen_to_live_although_somebody_looked_as_it_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, flock = tmp_path / server_child.LOCK, fcntl.flock
    lock.touch()
    looks = os.open(lock, os.O_RDONLY)
    flock(looks, fcntl.LOCK_SH)

    def waits(handle: int, how: int) -> None:
        if not how & fcntl.LOCK_NB:
            os.close(looks)  # meanwhile
        flock(handle, how)

    monkeypatch.setattr("fcntl.flock", waits)
    server_child._hold(lock)
    monkeypatch.undo()
    assert is_written(lock)


def test_a_server_whose_id_another_process_has_by_now_is_not_alive(tmp_path: Path) -> None:
    assert known_of(process_of, tmp_path, os.getpid()).is_alive()
    assert not known_of(lambda pid: {**process_of(pid), "started": 1}, tmp_path, 1).is_alive()
