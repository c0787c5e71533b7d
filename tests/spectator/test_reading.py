"""Reading over HTTP: lists, pages of events, frames, the page."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from datetime import datetime

import pytest
from websockets.exceptions import InvalidStatus

from engine.events import (
    DecisionEvent,
    ReasoningEvent,
    TournamentEnded,
    TournamentEndedEvent,
    parse_event,
)
from spectator.frames import EMPTY, fold
from spectator.server import BusServer
from spectator.store import Featured, SqliteEventStore
from spectator.streams import StreamName
from tests.spectator.matches import match_events, published, run_events
from tests.spectator.wire import body, client, post, stored, watch

EVENTS = match_events("m", seed=3)
LAST = EVENTS[-1].seq
RESULT = json.loads(EVENTS[-1].model_dump_json())["data"]["result"]


async def test_a_page_of_events_starts_after_the_given_number(bus):
    await post(bus, EVENTS)
    async with client(bus) as http:
        answer = (await http.get("/api/streams/m/1/events?after=10&limit=5")).json()
    assert [e["seq"] for e in answer["events"]] == [11, 12, 13, 14, 15]
    assert answer["top"] == LAST


async def test_the_frame_is_the_fold_of_the_stream(bus):
    await post(bus, EVENTS)
    frame = EMPTY
    for event in EVENTS:
        frame = fold(frame, parse_event(event.model_dump_json()))
    async with client(bus) as http:
        answer = (await http.get("/api/streams/m/1/frame")).json()["frame"]
    assert answer["seq"] == frame.seq
    assert answer["innings"][-1]["runs"] == frame.innings[-1].runs
    assert answer["result"]["text"] == RESULT


async def test_the_list_says_who_plays_and_how_it_ended(bus):
    await post(bus, EVENTS)
    async with client(bus) as http:
        (line,) = (await http.get("/api/streams")).json()["streams"]
    assert (line["home"], line["away"], line["state"]) == ("heuristic", "baseline", "ended")
    assert line["result"] == RESULT


async def test_a_run_tells_its_latest_standings(bus):
    await post(bus, run_events(played=3))
    async with client(bus) as http:
        answer = (await http.get("/api/runs/friday-night/1")).json()
    last = answer["events"][-1]
    assert [event["type"] for event in answer["events"]] == [
        "tournament.started",
        "tournament.standings",
    ]
    assert (last["seq"], last["data"]["played"]) == (answer["top"], 3)


async def test_a_run_that_was_started_anew_is_followed(bus):
    """The first start was killed: it cannot say so."""
    first = run_events(played=3)
    await post(bus, first)
    await post(bus, [event.model_copy(update={"attempt": 2}) for event in first])
    async with client(bus) as http:
        runs = (await http.get("/api/runs")).json()["streams"]
        alone = (await http.get("/api/runs/friday-night/1")).json()
    assert {run["attempt"]: run["followed"] for run in runs} == {1: True, 2: False}
    assert alone["followed"]
    assert datetime.fromisoformat(alone["heard_at"]) == first[-1].ts


@pytest.mark.parametrize("is_over", [False, True])
async def test_the_list_counts_the_episodes_that_a_plan_has_grown_to(bus, is_over):
    *events, last = run_events(played=3)
    events.append(last.model_copy(update={"data": last.data.model_copy(update={"episodes": 18})}))
    if is_over:
        told = TournamentEnded(
            name="friday-night", played=18, void=0, forfeit=0, seconds=1, episodes=18
        )
        after = last.model_dump(include={"episode_id", "attempt", "ts"}) | {"seq": last.seq + 1}
        events.append(TournamentEndedEvent(**after, data=told))
    await post(bus, events)
    async with client(bus) as http:
        (line,) = (await http.get("/api/runs")).json()["streams"]
    assert line["episodes"] == 18


async def test_an_unknown_stream_is_not_found(bus):
    async with client(bus) as http:
        answers = [await http.get(f"/api/streams/x/1{end}") for end in ("", "/events", "/frame")]
    assert [a.status_code for a in answers] == [404, 404, 404]


async def test_a_stream_in_an_order_that_no_match_has_has_no_frame(bus):
    told = published(EVENTS)
    thought = next(e for e in told.reasoning if isinstance(e, ReasoningEvent))
    decided = (e for e in told.match if isinstance(e, DecisionEvent))
    decision = next(e for e in decided if e.data.number == thought.data.number)
    twice = [thought.model_copy(update={"episode_id": "m", "seq": n}) for n in (1, 2)]
    await post(bus, [*twice, decision.model_copy(update={"seq": 3})])
    async with client(bus) as http:
        answer = await http.get("/api/streams/m/1/frame")
    assert (answer.status_code, answer.json()["error"]) == (404, "no_frame")


@pytest.mark.parametrize("end", ["", "/events", "/frame", "/export.jsonl"])
async def test_an_attempt_of_thousands_of_digits_is_not_found(bus, end):
    async with client(bus) as http:
        answers = [
            await http.get(f"/api/{kind}/x/{'9' * 5000}{end}") for kind in ("streams", "runs")
        ]
    assert [a.status_code for a in answers] == [404, 404]


async def test_nobody_watches_an_attempt_of_thousands_of_digits(bus):
    with pytest.raises(InvalidStatus) as refused:
        await watch(bus, f"/api/streams/x/{'9' * 5000}/ws")
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("side", ["reasoning", "commentary"])
async def test_what_goes_beside_a_match_is_neither_listed_nor_featured(bus, side):
    beside = [e.model_copy(update={"episode_id": f"{side}:m"}) for e in EVENTS[:2]]
    await post(bus, EVENTS[:5], fence=1)
    await post(bus, beside, fence=1)
    async with client(bus) as http:
        page = (await http.get("/api/streams")).json()
    assert [s["stream"] for s in page["streams"]] == ["m/1"]
    assert (page["total"], page["featured"]["stream"]) == (1, "m/1")
    assert [e["seq"] for e in await stored(bus, f"{side}:m/1")] == [1, 2]


async def test_the_list_counts_more_than_it_shows(bus):
    async with client(bus) as http:
        await http.post("/api/events", content=body([*EVENTS, *match_events("n")[:1]]))
        page = (await http.get("/api/streams?limit=1")).json()
        found = (await http.get("/api/streams?limit=1&search=m/1")).json()
    assert (page["total"], [s["stream"] for s in page["streams"]]) == (2, ["n/1"])
    assert (found["total"], [s["stream"] for s in found["streams"]]) == (1, ["m/1"])


async def test_a_search_of_more_than_200_characters_is_refused(bus):
    async with client(bus) as http:
        answer = await http.get(f"/api/streams?search={'x' * 201}")
    assert (answer.status_code, answer.json()["field"]) == (422, "search")


async def test_requests_that_come_together_all_see_what_is_featured():
    async with aclosing(_SlowStore()) as store, BusServer(store) as bus, client(bus) as http:
        answers = await asyncio.gather(*(http.get("/api/featured") for _ in range(3)))
    assert [a.json()["stream"] for a in answers] == ["m/1"] * 3


async def test_a_start_that_failed_is_tried_again():
    async with aclosing(_SlowStore(fails=1)) as store, BusServer(store) as bus, client(bus) as http:
        answers = [await http.get("/api/featured") for _ in range(2)]
    assert [a.status_code for a in answers] == [500, 200]
    assert answers[1].json()["stream"] == "m/1"


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "after=99999999999999999999"])
async def test_a_bad_number_in_the_query_is_refused(bus, query):
    await post(bus, EVENTS[:1])
    async with client(bus) as http:
        answer = await http.get(f"/api/streams/m/1/events?{query}")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "path", ["/matches", "/match/run-1.x/1", "/runs", "/run/friday/1", "/start", "/play/asha"]
)
async def test_every_address_of_the_page_is_the_page(bus, path):
    async with client(bus) as http:
        home, answer = await http.get("/"), await http.get(path)
    assert (answer.status_code, answer.text) == (200, home.text)


class _SlowStore(SqliteEventStore):
    """Takes its time to tell what is featured; where `fails` is given, fails so many times."""

    def __init__(self, fails: int = 0) -> None:
        super().__init__()
        self.fails = fails

    async def featured(self) -> Featured | None:
        await asyncio.sleep(0.2)
        self.fails -= 1
        if self.fails >= 0:
            raise OSError("the disk is away")
        return Featured(stream=StreamName("m/1"), fence=1)


async def test_matches_are_listed_by_run_captains_and_state_with_a_live_score(bus):
    run = "cup-0123456789"
    events = match_events(f"{run}-r1-a-v-b-p01-a", overs=2, home="ann", away="bob")
    balls = [n for n, event in enumerate(events) if event.type == "delivery"]
    await post(bus, events[: balls[3] + 1])
    await post(bus, match_events("other", overs=1, home="ann", away="cy"))
    async with client(bus) as http:
        live = (await http.get(f"/api/streams?run={run}&captain=bob&captain=ann&state=live")).json()
        none = (await http.get(f"/api/streams?run={run}&state=ended")).json()
        ended = (await http.get("/api/streams?captain=ann&state=ended&limit=1")).json()
        asked = [
            await http.get(f"/api/streams?{query}")
            for query in (
                "state=paused",
                "captain=a&captain=b&captain=c",
                f"run={'x' * 201}",
                "result=won",
                "result=drawn&captain=a",
            )
        ]
    (match,) = live["streams"]
    ball = events[balls[3]].model_dump(mode="json")["data"]
    assert match["outcome"] == "live"
    assert match["now"] == {
        key: ball[key] for key in ("innings", "batting", "score", "needed", "win_probability")
    }
    assert none["total"] == 0
    assert [one["episode_id"] for one in ended["streams"]] == ["other"]
    assert [(a.status_code, a.json()["field"]) for a in asked] == [
        (422, "state"),
        (422, "captain"),
        (422, "run"),
        (422, "result"),
        (422, "result"),
    ]
