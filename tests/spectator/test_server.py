"""Running the bus: in a thread, in a loop, as a process; and its end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from spectator.server import BusServer
from tests.spectator.matches import match_events
from tests.spectator.processes import free_port
from tests.spectator.raw import SlowViewer
from tests.spectator.wire import DEADLINE_S, bulky_events, post, to_the_end, watch

EVENTS = match_events("m", seed=3)


def test_a_bus_in_a_thread_tells_its_port_and_leaves_no_thread_behind():
    before = set(threading.enumerate())
    with BusServer() as bus:
        answer = httpx.get(f"{bus.url}/healthz", trust_env=False, timeout=DEADLINE_S)
    assert answer.json()["status"] == "ok"
    assert set(threading.enumerate()) <= before


async def test_viewers_are_told_that_the_bus_goes_away():
    bus = BusServer()
    async with bus:
        await post(bus, EVENTS, fence=1)
        viewer = await watch(bus, "/api/featured/ws")
    with pytest.raises(ConnectionClosed) as closed:
        await to_the_end(viewer)
    await viewer.close()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001


async def test_a_bus_stops_although_a_viewer_takes_nothing():
    path = "/api/streams/bulk/1/ws"
    async with asyncio.timeout(DEADLINE_S), BusServer() as bus:
        stalled = await SlowViewer(bus, path).__aenter__()
        bulky = bulky_events(count=160, size=60_000)  # 9.6 MB: more than the kernel's buffers hold
        for start in range(0, len(bulky), 10):
            await post(bus, bulky[start : start + 10])
    await stalled.__aexit__(None, None, None)


async def test_a_bus_stops_although_a_connection_is_open():
    http = httpx.AsyncClient(trust_env=False, timeout=DEADLINE_S)
    async with asyncio.timeout(DEADLINE_S), http, BusServer() as bus:
        await http.get(f"{bus.url}/healthz")  # keep-alive


def test_a_taken_port_is_the_callers_error():
    with BusServer() as first, pytest.raises(OSError, match="in use"):
        BusServer(port=first.port).start()


def test_a_store_that_cannot_be_opened_leaves_the_port_free(tmp_path):
    (tmp_path / "none").write_text("no folder")
    port = free_port()
    with pytest.raises(OSError, match="none"):
        BusServer(tmp_path / "none" / "bus.sqlite", port=port).start()
    with BusServer(port=port) as again:
        assert again.port == port


def test_two_starts_in_a_row_use_the_same_port():
    port = free_port()
    for _ in range(2):
        with BusServer(port=port) as bus:
            assert bus.port == port


def test_a_process_of_its_own_serves_and_ends_on_sigterm(tmp_path):
    store = tmp_path / "bus.sqlite"
    command = [sys.executable, "-W", "error", "-m", "spectator", "--store", str(store)]
    environment = {**os.environ, "CAPTAINS_BUS_TOKEN": "t"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        content = "[" + ",".join(e.model_dump_json() for e in EVENTS) + "]"
        headers = {"authorization": "Bearer t"}
        sent = httpx.post(
            f"{told['url']}/api/events",
            content=content,
            headers=headers,
            trust_env=False,
            timeout=DEADLINE_S,
        )
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=DEADLINE_S)
    assert sent.status_code == 200
    assert (process.returncode, out, err) == (0, "", "")
    assert "publish_token" not in told


def test_a_token_that_no_header_holds_is_refused_and_not_shown():
    command = [sys.executable, "-m", "spectator"]
    token = {"CAPTAINS_BUS_TOKEN": "geheim-ü"}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **token}
    )
    assert done.returncode == 2
    assert "what no header can" in done.stderr
    assert "geheim" not in done.stderr


def test_a_host_that_others_reach_needs_a_read_token():
    command = [sys.executable, "-m", "spectator", "--host", "0.0.0.0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "read token" in done.stderr
    assert "Traceback" not in done.stderr
