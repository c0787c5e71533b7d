"""Who may do what: tokens, origins, names of hosts, strict headers."""

from __future__ import annotations

import json

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from spectator.server import BusServer, RefusedToBind
from spectator.settings import BusSettings
from tests.spectator.matches import match_events
from tests.spectator.wire import DEADLINE_S, body, client, stored, watch

EVENTS = match_events("m", seed=3)


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic abc", "Bearer \u00e9"])
async def test_nobody_publishes_without_the_token(bus, header):
    headers = {"authorization": header.encode("latin-1")} if header else {}
    async with httpx.AsyncClient(base_url=bus.url, trust_env=False, timeout=DEADLINE_S) as http:
        answer = await http.post("/api/events", content=body(EVENTS), headers=headers)
    assert answer.status_code == 401
    assert await stored(bus, "m/1") == []


async def test_readers_need_the_read_token_where_there_is_one():
    async with BusServer(settings=BusSettings(read_token="let-me-in")) as bus:
        async with httpx.AsyncClient(base_url=bus.url, trust_env=False, timeout=DEADLINE_S) as http:
            refused = await http.get("/api/streams")
            allowed = await http.get("/api/streams?token=let-me-in")
        assert (refused.status_code, allowed.status_code) == (401, 200)
        with pytest.raises(InvalidStatus):
            await watch(bus, "/api/featured/ws")


async def test_every_answer_carries_the_strict_headers(bus):
    async with client(bus) as http:
        answers = [await http.get(path) for path in ("/", "/static/app.js", "/healthz", "/nowhere")]
    for answer in answers:
        assert answer.headers["content-security-policy"].startswith("default-src 'self'")
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_an_address_with_nothing_at_it_leads_a_browser_home(bus):
    async with client(bus) as http:
        shown = await http.get("/nope", headers={"accept": "text/html,*/*"})
        told = await http.get("/nope")
    assert shown.status_code == told.status_code == 404
    assert '<a href="/">' in shown.text
    assert told.text == "Not Found"


async def test_a_page_of_another_origin_may_not_watch(bus):
    with pytest.raises(InvalidStatus) as refused:
        await watch(bus, "/api/featured/ws", origin="https://evil.example")
    assert refused.value.response.status_code == 403


async def test_our_own_address_by_another_scheme_is_another_origin(bus):
    with pytest.raises(InvalidStatus):
        await watch(bus, "/api/featured/ws", origin=bus.url.replace("http:", "https:"))


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "["])
@pytest.mark.parametrize("path", ["/", "/api/streams", "/static/app.js"])
async def test_a_loopback_bus_answers_to_no_other_name(bus, host, path):
    async with client(bus) as http:
        answer = await http.get(path, headers={"host": host})
    assert (answer.status_code, answer.json()) == (421, {"error": "unknown_host"})


@pytest.mark.parametrize(
    "host", ["localhost:1", "LOCALHOST", "127.0.0.1", "[::1]:80", "ours.example"]
)
async def test_a_loopback_bus_answers_to_loopback_names_and_allowed_origins(host):
    settings = BusSettings(allowed_origins=frozenset({"https://ours.example"}))
    async with BusServer(settings=settings) as bus, client(bus) as http:
        answer = await http.get("/api/streams", headers={"host": host})
    assert answer.status_code == 200


async def test_nobody_watches_under_another_name(bus):
    evil = f"evil.example:{bus.port}"
    address = {"host": "127.0.0.1", "port": bus.port}
    with pytest.raises(InvalidStatus) as refused:
        await connect(
            f"ws://{evil}/api/featured/ws", proxy=None, origin=Origin(f"http://{evil}"), **address
        )
    assert refused.value.response.status_code == 403


async def test_a_bus_that_others_reach_answers_to_any_name():
    settings = BusSettings(read_token="let-me-in")
    async with BusServer(host="0.0.0.0", settings=settings) as bus, client(bus) as http:
        url = f"http://127.0.0.1:{bus.port}/healthz"
        answer = await http.get(url, headers={"host": "bus.example"})
    assert answer.status_code == 200


async def test_our_own_page_may_watch(bus):
    async with watch(bus, "/api/featured/ws", origin=bus.url) as viewer:
        assert json.loads(await viewer.recv())["t"] == "featured"


@pytest.mark.parametrize("token", [None, ""])
def test_the_bus_does_not_listen_outside_without_a_read_token(token):
    with pytest.raises(RefusedToBind):
        BusServer(host="0.0.0.0", settings=BusSettings(read_token=token))
