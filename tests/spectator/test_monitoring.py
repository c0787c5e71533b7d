"""How the bus tells how it is."""

from __future__ import annotations

import httpx
from prometheus_client.parser import text_string_to_metric_families

from spectator.server import BusServer
from spectator.settings import BusSettings
from tests.spectator.matches import match_events
from tests.spectator.wire import DEADLINE_S, body, client, events_until, metric, post, watch

EVENTS = match_events("m", seed=3)


async def test_what_is_told_is_what_prometheus_reads(bus):
    await post(bus, EVENTS)
    async with client(bus) as http:
        answer = await http.get("/metrics")
    families = {family.name for family in text_string_to_metric_families(answer.text)}
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert {name for name in families if not name.startswith("captains_bus_")} == set()
    assert "_created" not in answer.text
    assert "captains_bus_append_seconds" in families


async def test_what_was_accepted_refused_and_delivered_is_counted(bus):
    size = sum(len(event.model_dump_json()) for event in EVENTS[:9])
    async with watch(bus, "/api/streams/m/1/ws") as viewer:
        await post(bus, EVENTS[:9])
        await events_until(viewer, 9)
        await post(bus, EVENTS[20:23])
        counted = {
            name: await metric(bus, f"captains_bus_{name}")
            for name in (
                'events_total{outcome="accepted"}',
                'event_bytes_total{outcome="accepted"}',
                'events_total{outcome="gap"}',
                'requests_refused_total{status="409"}',
                "deliveries_total",
                "append_seconds_count",
                "viewers",
                "lag_events",
            )
        }
    assert list(counted.values()) == [9, size, 3, 1, 9, 2, 1, 0]


async def test_two_buses_of_a_process_do_not_add_up(bus):
    await post(bus, EVENTS)
    async with BusServer() as other:
        assert await metric(other, 'captains_bus_events_total{outcome="accepted"}') == 0


async def test_metrics_need_the_read_token_where_there_is_one_and_health_does_not():
    paths = ("/metrics", "/metrics?token=let-me-in", "/healthz")
    async with BusServer(settings=BusSettings(read_token="let-me-in")) as bus:
        http = httpx.AsyncClient(base_url=bus.url, trust_env=False, timeout=DEADLINE_S)
        answers = [await http.get(path) for path in paths]
        await http.aclose()
    assert [answer.status_code for answer in answers] == [401, 200, 200]


async def test_who_may_not_publish_is_counted(bus):
    async with httpx.AsyncClient(base_url=bus.url, trust_env=False, timeout=DEADLINE_S) as http:
        await http.post("/api/events", content=body(EVENTS))
    assert await metric(bus, 'captains_bus_requests_refused_total{status="401"}') == 1
