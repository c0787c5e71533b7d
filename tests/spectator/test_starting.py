"""Starting matches over HTTP, with a scripted double of what plays them: who may, what is refused,
and that one wish starts one match.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from spectator import BusServer, BusSettings, player_token, start_digest, start_token
from spectator.sending import tls_for
from spectator.starts import BadRequest, ChannelBusy, Problem, StarterAway, TooManyStarts
from tests.spectator.starter import ON_AIR, Double
from tests.spectator.wire import DEADLINE_S

WANTED = {"captain": "heuristic", "opponent": {"person": "ada"}, "overs": 2, "seed": 7}


@pytest.fixture
async def starter() -> Double:
    return Double()


@pytest.fixture
async def bus(starter: Double) -> AsyncIterator[BusServer]:
    async with BusServer(starter=starter) as running:
        yield running


@asynccontextmanager
async def browser(bus: BusServer, token: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """What a page of ours sends."""
    bearer = start_token(bus.publish_token) if token is None else token
    headers = {"origin": bus.url} | ({"authorization": f"Bearer {bearer}"} if bearer else {})
    async with httpx.AsyncClient(
        base_url=bus.url,
        headers=headers,
        trust_env=False,
        timeout=DEADLINE_S,
        verify=tls_for(bus.url),
    ) as http:
        yield http


async def post(bus: BusServer, wanted: Any = WANTED, **headers: str) -> httpx.Response:
    async with browser(bus) as http:
        return await http.post("/custom/start_episode", json=wanted, headers=headers)


async def test_a_start_is_accepted_and_told_under_its_id(bus, starter):
    accepted = await post(bus)
    assert (accepted.status_code, accepted.json()["state"]) == (202, "starting")
    async with browser(bus) as http:
        told = (await http.get(f"/custom/episodes/{accepted.json()['id']}")).json()
        listed = (await http.get("/custom/episodes")).json()
    assert told == accepted.json() == listed["episodes"][0]
    assert listed["on_air"] == ON_AIR.model_dump(mode="json")


async def test_a_bus_without_a_starter_says_so():
    async with BusServer() as alone:
        refused = await post(alone)
        async with httpx.AsyncClient(
            base_url=alone.url, trust_env=False, timeout=DEADLINE_S, verify=tls_for(alone.url)
        ) as http:
            options = await http.get("/custom/options")
    for answer in (refused, options):
        assert (answer.status_code, answer.json()["error"]) == (501, "no_starter")
        assert "captains up" in answer.json()["why"]


@pytest.mark.parametrize("token", ["", "wrong", "player", "read"])
async def test_nobody_starts_without_the_token(bus, starter, token):
    given = player_token(bus.publish_token, "ada") if token == "player" else token
    async with browser(bus, given) as http:
        answer = await http.post("/custom/start_episode", json=WANTED)
    assert (answer.status_code, starter.begun) == (401, [])


async def test_a_token_of_an_earlier_start_is_told_so_and_starts_nothing(starter):
    old = start_token("of before")
    async with BusServer(starter=starter, earlier_starts=[start_digest(old)]) as bus:
        async with browser(bus, old) as http:
            refused = await http.post("/custom/start_episode", json=WANTED)
            listed = (await http.get("/custom/episodes")).json()
        async with browser(bus) as http:
            now = (await http.get("/custom/episodes")).json()
    assert (refused.status_code, refused.json()["error"]) == (401, "earlier_start")
    assert "earlier start" in refused.json()["why"]
    assert (listed["may_start"], listed["earlier_start"]) == (False, True)
    assert (now["may_start"], now["earlier_start"]) == (True, False)
    assert starter.begun == []


async def test_the_token_is_not_taken_from_the_address(bus, starter):
    async with browser(bus, "") as http:
        token = {"token": start_token(bus.publish_token)}
        answer = await http.post("/custom/start_episode", json=WANTED, params=token)
    assert (answer.status_code, starter.begun) == (401, [])


async def test_the_publish_token_starts_too(bus):
    async with browser(bus, bus.publish_token) as http:
        assert (await http.post("/custom/start_episode", json=WANTED)).status_code == 202


async def test_the_start_token_publishes_nothing(bus):
    async with browser(bus) as http:
        assert (await http.post("/api/events", json=[])).status_code == 401


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
@pytest.mark.parametrize("path", ["/custom/start_episode", "/custom/episodes/m/1/cancel"])
async def test_a_page_from_elsewhere_starts_and_cancels_nothing(bus, starter, origin, path):
    async with browser(bus) as http:
        answer = await http.post(path, json=WANTED, headers={"origin": origin})
    assert (answer.status_code, answer.json()) == (403, {"error": "foreign_origin"})
    assert starter.begun == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_what_a_form_can_send_is_refused(bus, starter, kind):
    async with browser(bus) as http:
        answer = await http.post(
            "/custom/start_episode", content=b"{}", headers={"content-type": kind}
        )
    assert (answer.status_code, answer.json()["error"]) == (415, "not_json")


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"captain": 3}, "captain", "a preset's name"),
        ({"captain": None}, "captain", "a preset's name"),
        ({"opponent": {"person": "<b>"}}, "opponent.person", "1 to 40 letters"),
        ({"opponent": {"person": "ada", "deadline_s": 1}}, "opponent.deadline_s", "5 to 600"),
        ({"opponent": {"persn": "ada"}}, "opponent.persn", "person, deadline_s"),
        ({"overs": 51}, "overs", "1 to 50"),
        ({"overs": "2"}, "overs", "1 to 50"),
        ({"overs": 2.5}, "overs", "1 to 50"),
        ({"format": "T7"}, "format", "T5, T10, T20, ODI"),
        ({"seed": -1}, "seed", "0 to 9223372036854775807"),
        ({"seed": 2**63}, "seed", "0 to 9223372036854775807"),
        ({"seed": "9223372036854775808"}, "seed", "0 to 9223372036854775807"),
        ({"seed": "-1"}, "seed", "0 to 9223372036854775807"),
        ({"squads": "mine"}, "squads", "drawn, drawn-women, built-in"),
        ({"featured": "yes"}, "featured", "true, false"),
        ({"balls_per_s": 0}, "balls_per_s", "0.1 to 1000"),
        ({"wat": 1}, "wat", "captain, opponent"),
    ],
)
async def test_a_wrong_field_is_named_with_what_is_allowed(bus, starter, change, field, said):
    answer = await post(bus, WANTED | change)
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_start")
    told = {problem["field"]: problem for problem in answer.json()["fields"]}
    assert said in told[field]["allowed"]
    assert starter.begun == []


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b"{", b"[" * 10_000])
async def test_a_body_that_is_no_object_is_refused(bus, body):
    async with browser(bus) as http:
        headers = {"content-type": "application/json"}
        answer = await http.post("/custom/start_episode", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["fields"][0]["allowed"] == "a JSON object"


async def test_a_large_body_is_refused(bus):
    assert (await post(bus, WANTED | {"voice": "x" * 100_000})).status_code == 413


async def test_every_wrong_field_is_told_at_once(bus):
    fields = (await post(bus, {"overs": 0, "seed": -1})).json()["fields"]
    assert [one["field"] for one in fields] == ["captain", "opponent", "overs", "seed"]


async def test_what_only_the_starter_knows_is_told_beside_what_the_form_shows(bus, starter):
    unknown = [Problem(field=field, why="unknown") for field in ("captain", "pack")]
    starter.fails = [BadRequest((*unknown, Problem(field="seed", why="unknown")))]
    wanted = {"captain": "x", "opponent": {"persn": "ada"}, "pack": "chess", "seed": "abc"}
    fields = (await post(bus, wanted)).json()["fields"]
    told = [one["field"] for one in fields]
    assert told == ["opponent.person", "opponent.persn", "seed", "captain", "pack"]
    assert (starter.looked_at.captain, starter.looked_at.pack) == ("x", "chess")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"seed": "abc"}, "'abc' is no whole number"),
        ({"overs": 2.5}, "2.5 is no whole number"),
        ({"featured": "yes"}, "'yes' is neither true nor false"),
        ({"balls_per_s": "fast"}, "'fast' is no number"),
        ({"pack": 3}, "3 is no text"),
    ],
)
async def test_what_is_wrong_is_said_in_words(bus, change, why):
    (problem,) = (await post(bus, WANTED | change)).json()["fields"]
    assert problem["why"] == why


async def test_a_double_click_starts_one_match(bus, starter):
    starter.may_begin.clear()
    clicks = [asyncio.create_task(post(bus, **{"Idempotency-Key": "k"})) for _ in range(4)]
    await asyncio.sleep(0)
    starter.may_begin.set()
    answers = await asyncio.gather(*clicks)
    assert len(starter.begun) == 1
    assert {answer.json()["id"] for answer in answers} == {"m/1"}
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 202]


async def test_without_a_key_each_request_is_a_match_of_its_own(bus, starter):
    assert {(await post(bus)).json()["id"] for _ in range(2)} == {"m/1", "m/2"}


async def test_a_key_does_not_stand_for_another_match(bus, starter):
    await post(bus, **{"Idempotency-Key": "k"})
    answer = await post(bus, WANTED | {"seed": 8}, **{"Idempotency-Key": "k"})
    assert answer.status_code == 422
    assert answer.json()["fields"][0]["field"] == "idempotency-key"
    assert len(starter.begun) == 1


async def test_a_key_whose_start_was_refused_may_be_used_again(bus, starter):
    starter.fails = [ChannelBusy(ON_AIR)]
    first = await post(bus, **{"Idempotency-Key": "k"})
    second = await post(bus, **{"Idempotency-Key": "k"})
    assert (first.status_code, second.status_code) == (409, 202)


async def test_a_key_that_is_too_long_is_refused(bus, starter):
    answer = await post(bus, **{"Idempotency-Key": "x" * 101})
    assert (answer.status_code, starter.begun) == (422, [])


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (
            ChannelBusy(ON_AIR),
            409,
            {"error": "busy", "on_air": ON_AIR.model_dump(mode="json"), "may_queue": True},
        ),
        (TooManyStarts(20), 503, {"error": "too_many", "most": 20}),
        (StarterAway("no answer"), 502, {"error": "starter_away", "why": "no answer"}),
        (
            BadRequest((Problem(field="pack", why="unknown pack", allowed="chase"),)),
            422,
            {
                "error": "invalid_start",
                "fields": [{"field": "pack", "why": "unknown pack", "allowed": "chase"}],
            },
        ),
    ],
)
async def test_a_refusal_is_told_so_that_the_page_can_read_it(bus, starter, error, status, told):
    starter.fails = [error]
    answer = await post(bus)
    assert (answer.status_code, answer.json()) == (status, told)


async def test_an_unknown_id_is_no_episode(bus):
    async with browser(bus) as http:
        asked = await http.get("/custom/episodes/m/9")
        cancelled = await http.post("/custom/episodes/m/9/cancel", json={})
    assert asked.status_code == cancelled.status_code == 404
    assert asked.json() == {"error": "unknown_episode"}


async def test_a_cancelled_match_is_told_as_it_is_then(bus):
    await post(bus)
    async with browser(bus) as http:
        answer = await http.post("/custom/episodes/m/1/cancel", json={})
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")


async def test_the_way_to_play_is_told_only_to_who_may_start(bus):
    play = (await post(bus)).json()["play"]
    assert play == {"ada": f"/play/ada#token={player_token(bus.publish_token, 'ada')}"}
    async with browser(bus, "") as http:
        told = await http.get("/custom/episodes/m/1")
    assert "play" not in told.json()
    assert player_token(bus.publish_token, "ada") not in told.text


async def test_who_may_start_may_watch_on_a_bus_with_a_read_token():
    async with BusServer(settings=BusSettings(read_token="secret")) as closed:
        async with browser(closed) as http:
            assert (await http.get("/api/streams")).status_code == 200
        async with browser(closed, player_token(closed.publish_token, "ada")) as http:
            assert (await http.get("/api/streams")).status_code == 401
