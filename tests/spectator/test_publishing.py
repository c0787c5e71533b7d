"""Publishing over real sockets: what is taken, and what is refused with which word."""

from __future__ import annotations

import asyncio
import json

import pytest

from spectator.server import BusServer
from spectator.settings import BusSettings
from tests.spectator.matches import match_events
from tests.spectator.wire import body, client, metric, post, stored

EVENTS = match_events("m", seed=3)
LAST = EVENTS[-1].seq


async def test_what_is_posted_is_exported_unchanged(bus):
    assert (await post(bus, EVENTS)).json() == {"next": LAST + 1}
    assert await stored(bus, "m/1") == [json.loads(e.model_dump_json()) for e in EVENTS]


async def test_a_hole_is_answered_with_the_expected_number(bus):
    await post(bus, EVENTS[:5])
    answer = await post(bus, EVENTS[8:])
    assert (answer.status_code, answer.json()) == (409, {"error": "gap", "next": 6})


async def test_a_stale_publisher_is_refused(bus):
    await post(bus, EVENTS[:5], fence=9)
    answer = await post(bus, EVENTS[5:8], fence=8)
    assert (answer.status_code, answer.json()) == (409, {"error": "stale_fence", "next": 6})


async def test_a_fence_is_told_although_it_brought_nothing_new(bus):
    await post(bus, EVENTS[:5], fence=1)
    await post(bus, EVENTS[:5], fence=9)
    async with client(bus) as http:
        featured = (await http.get("/api/featured")).json()
    assert featured == {"stream": "m/1", "fence": 9}


@pytest.mark.parametrize("fence", ["0", "-1", "x", "9" * 5000, str(2**63)])
async def test_a_fence_that_is_no_number_of_ours_is_refused(bus, fence):
    async with client(bus) as http:
        answer = await http.post(
            "/api/events", content=body(EVENTS), headers={"x-captains-fence": fence}
        )
    assert (answer.status_code, answer.json()["field"]) == (422, "x-captains-fence")


async def test_a_malformed_event_is_named_by_its_field(bus):
    broken = json.loads(body(EVENTS))
    delivery = next(i for i, e in enumerate(broken) if e["type"] == "delivery")
    broken[delivery]["data"]["score"]["runs"] = "many"
    async with client(bus) as http:
        answer = await http.post("/api/events", json=broken)
    assert answer.status_code == 422
    assert (answer.json()["index"], answer.json()["field"]) == (delivery, "data.score.runs")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
async def test_a_number_that_json_has_not_is_refused(bus, number):
    """It would be stored as null, and no list could show the stream any more."""
    ball = next(event for event in EVENTS if event.type == "delivery")
    told = json.loads(body([ball]))
    told[0]["data"]["luck"] = "?"
    async with client(bus) as http:
        content = json.dumps(told).replace('"?"', number)
        answer = await http.post("/api/events", content=content)
    assert (answer.status_code, answer.json()["field"]) == (422, "data.luck")


@pytest.mark.parametrize("content", ["", "{}", "[", "nonsense", '[{"type": "toss"}]', "[1]"])
async def test_a_body_that_is_no_array_of_events_is_refused(bus, content):
    async with client(bus) as http:
        answer = await http.post("/api/events", content=content)
    assert answer.status_code == 422


async def test_an_attempt_that_no_path_can_name_is_refused(bus):
    async with client(bus) as http:
        far = EVENTS[0].model_copy(update={"attempt": 10**18})
        answer = await http.post("/api/events", content=body([far]))
    assert (answer.status_code, answer.json()["field"]) == (422, "attempt")


async def test_events_of_another_stream_are_refused(bus):
    async with client(bus) as http:
        answer = await http.post("/api/streams/else/1/events", content=body(EVENTS))
    assert (answer.status_code, answer.json()["field"]) == (422, "episode_id")


async def test_a_mixed_batch_tells_every_streams_fate(bus):
    other = match_events("other", seed=5)
    async with client(bus) as http:
        answer = await http.post("/api/events", content=body([*EVENTS[3:6], *other]))
    assert answer.json()["results"] == [
        {"stream": "m/1", "status": "gap", "next": 1},
        {"stream": "other/1", "status": "ok", "next": len(other) + 1},
    ]


async def test_a_batch_that_comes_twice_at_once_is_taken_once(bus):
    answers = await asyncio.gather(*(post(bus, EVENTS[:50]) for _ in range(4)))
    assert [a.json() for a in answers] == [{"next": 51}] * 4
    assert await metric(bus, 'captains_bus_events_total{outcome="accepted"}') == 50
    assert await metric(bus, 'captains_bus_events_total{outcome="duplicate"}') == 150


async def test_another_event_for_a_stored_number_is_a_conflict(bus):
    await post(bus, EVENTS[:5])
    answer = await post(bus, [EVENTS[4].model_copy(update={"ts": EVENTS[0].ts})])
    assert (answer.status_code, answer.json()) == (409, {"error": "conflict", "next": 6})
    assert await metric(bus, 'captains_bus_events_total{outcome="conflict"}') == 1


async def test_above_the_limit_no_new_stream_is_taken_and_the_others_go_on():
    async with BusServer(settings=BusSettings(max_streams=1)) as bus:
        await post(bus, EVENTS[:5])
        refused = await post(bus, match_events("other")[:2])
        going_on = await post(bus, EVENTS[:9])
    assert (refused.status_code, refused.json()) == (507, {"error": "too_many_streams", "next": 1})
    assert going_on.json() == {"next": 10}


async def test_one_stream_too_many_does_not_hold_up_the_rest_of_its_request():
    async with BusServer(settings=BusSettings(max_streams=1)) as bus, client(bus) as http:
        both = body([*EVENTS[:2], *match_events("other")[:2]])
        answer = await http.post("/api/events", content=both)
    assert answer.json()["results"] == [
        {"stream": "m/1", "status": "ok", "next": 3},
        {"stream": "other/1", "status": "too_many_streams", "next": 1},
    ]


async def test_streams_from_before_count_against_the_limit(tmp_path):
    async with BusServer(tmp_path / "bus.sqlite") as bus:
        await post(bus, EVENTS[:5])
    async with BusServer(tmp_path / "bus.sqlite", settings=BusSettings(max_streams=1)) as bus:
        assert (await post(bus, match_events("other")[:2])).status_code == 507
