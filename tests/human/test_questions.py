"""The bus's side: who sees a question, which answers it takes, and how each other is refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from engine.tool_captains.human.wire import HumanQuestion
from spectator import player_token
from spectator.questions import Questions, QuestionState
from spectator.server import BusServer
from spectator.settings import BusSettings
from tests.human.person import Person, Question, first_choice, human, match, played
from tests.spectator.wire import DEADLINE_S, metric


@pytest.fixture
async def bus() -> AsyncIterator[BusServer]:
    async with BusServer() as running:
        yield running


@asynccontextmanager
async def asked(bus: BusServer, **settings: Any) -> AsyncIterator[tuple[Person, Question]]:
    """A person, and the first question of a match that waits for him."""
    ada = Person.at(bus, "ada")
    playing = asyncio.create_task(played(bus, match(human("ada", **settings))))
    try:
        yield ada, await ada.next()
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        await ada.http.aclose()


async def to_kind(ada: Person, question: Question, kind: str) -> Question:
    """Plays on to a question of that kind."""
    while question["asked"] != kind:
        await ada.answer(question["id"], first_choice(question))
        question = await ada.next()
    return question


async def test_a_question_says_all_that_a_form_needs(bus: BusServer) -> None:
    async with asked(bus) as (_, question):
        assert (question["episode_id"], question["captain"], question["seat"]) == (
            "e", "ada", "home",
        )  # fmt: skip
        assert 0 < question["remaining_s"] <= question["deadline_s"] == 60
        assert question["question"] >= 0
        observation = question["observation"]
        assert observation["prompt_text"]
        assert all(
            tool["parameters"]["type"] == "object" for tool in observation["available_tools"]
        )


async def test_open_questions_are_among_the_metrics(bus: BusServer) -> None:
    async with asked(bus):
        assert await metric(bus, "captains_bus_questions_open") == 1


async def test_who_comes_late_sees_the_open_question(bus: BusServer) -> None:
    async with asked(bus) as (_, question):
        late = Person.at(bus, "ada")
        assert (await late.next())["id"] == question["id"]
        await late.http.aclose()


@pytest.mark.parametrize("other", ["bob", "Ada", "ada "])
async def test_another_captains_token_opens_nothing(bus: BusServer, other: str) -> None:
    async with asked(bus) as (_, question):
        thief = Person.at(bus, "ada", player_token(bus.publish_token, other))
        assert (await thief.read()).status_code == 401
        reply = await thief.answer(question["id"], first_choice(question))
        assert reply.status_code == 401
        await thief.http.aclose()


async def test_a_player_sees_no_question_of_another(bus: BusServer) -> None:
    async with asked(bus) as (_, question):
        bob = Person.at(bus, "bob")
        assert (await bob.read()).json()["questions"] == []
        assert (await bob.answer(question["id"], {})).status_code == 404
        await bob.http.aclose()


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_a_player_asks_nothing_and_withdraws_nothing(bus: BusServer, method: str) -> None:
    async with asked(bus) as (ada, question):
        path = f"/api/questions/{question['id']}"
        reply = await ada.http.request(method, path, json=question)
        assert reply.status_code == 401


async def test_neither_a_query_nor_the_publish_token_lets_anybody_read(bus: BusServer) -> None:
    token = player_token(bus.publish_token, "ada")
    async with httpx.AsyncClient(base_url=bus.url, trust_env=False, timeout=DEADLINE_S) as http:
        path = "/api/captains/ada/questions"
        assert (await http.get(path, params={"token": token})).status_code == 401
        headers = {"authorization": f"Bearer {bus.publish_token}"}
        assert (await http.get(path, headers=headers)).status_code == 401


async def test_a_second_answer_is_refused(bus: BusServer) -> None:
    async with asked(bus) as (ada, question):
        first = await ada.answer(question["id"], first_choice(question))
        second = await ada.answer(question["id"], first_choice(question))
        assert (first.status_code, first.json()) == (200, {"status": "answered"})
        assert (second.status_code, second.json()) == (409, {"error": "answered"})


async def test_of_many_answers_at_once_one_is_taken(bus: BusServer) -> None:
    async with asked(bus) as (ada, question):
        call = first_choice(question)
        replies = await asyncio.gather(*(ada.answer(question["id"], call) for _ in range(8)))
        assert sorted(reply.status_code for reply in replies) == [200] + [409] * 7


async def test_an_answer_past_the_deadline_is_refused(bus: BusServer) -> None:
    async with asked(bus, deadline_s=0.5, gone_after=1000) as (ada, question):
        await ada.next()
        late = await ada.answer(question["id"], first_choice(question))
        assert (late.status_code, late.json()) == (409, {"error": "timed_out"})


async def test_an_answer_to_no_question_is_refused(bus: BusServer) -> None:
    async with asked(bus) as (ada, _):
        assert (await ada.answer("nothing-of-that-name", {})).status_code == 404


@pytest.mark.parametrize(
    ("kind", "call", "field", "why", "legal"),
    [
        ("toss", {}, "tool", "names no tool", "JSON object"),
        ("toss", {"tool": "declare"}, "tool", "no tool 'declare'", "choose_toss"),
        ("toss", {"tool": "bowl_delivery"}, "tool", "no place here", "choose_toss"),
        ("toss", {"tool": "choose_toss"}, "arguments.elect", "missing", "bat | field"),
        ("toss", {"tool": "choose_toss", "arguments": {"elect": "x"}}, "arguments.elect",
         "elect", "bat"),
        ("toss", {"tool": "choose_toss", "arguments": 3}, "arguments", "arguments", "JSON object"),
        ("batter", {"tool": "select_batter", "arguments": {"player": "Nobody"}}, "arguments.player",
         "'Nobody' may not be chosen now", " | "),
        ("shot", {"tool": "play_delivery", "arguments": {"aggression": 2}}, "arguments.aggression",
         "less than or equal to 1", "0 to 1"),
        ("shot", {"tool": "play_delivery", "arguments": {"six": 1}}, "arguments.six",
         "no argument six", "shot?"),
    ],
)  # fmt: skip
async def test_an_unusable_answer_is_refused_at_the_door(
    bus: BusServer, kind: str, call: dict[str, Any], field: str, why: str, legal: str
) -> None:
    async with asked(bus) as (ada, first):
        question = await to_kind(ada, first, kind)
        refused = await ada.answer(question["id"], call)
        told = refused.json()
        assert (refused.status_code, told["error"]) == (422, "invalid_answer")
        assert told["field"] == field
        assert why in told["why"]
        assert legal in told["legal"]
        assert (await ada.answer(question["id"], first_choice(question))).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[" * 60_000,
        b"null",
        b'{"tool": "\\ud800"}',
        b'{"tool": "choose_toss", "arguments": {"elect": NaN}}',
        b'{"tool": "choose_toss", "arguments": {"\\ud800": "bat"}}',
        b'{"tool": "choose_toss", "arguments": {"elect": "bat"}, "reason": "\\u001b[2J"}',
        b'{"tool": "choose_toss", "arguments": {"elect": ' + b"9" * 6000 + b"}}",
        b'{"tool": "choose_toss", "arguments": {"elect": ' + b"[" * 900 + b"]" * 900 + b"}}",
    ],
    ids=lambda body: repr(body[:40]),
)
async def test_whatever_bytes_come_they_are_refused_and_the_question_stays(
    bus: BusServer, body: bytes
) -> None:
    async with asked(bus) as (ada, question):
        path = f"/api/captains/ada/questions/{question['id']}/answer"
        refused = await ada.http.post(path, content=body)
        assert (refused.status_code, refused.json()["error"]) == (422, "invalid_answer")
        assert (await ada.read()).json()["questions"][0]["id"] == question["id"]


@pytest.mark.parametrize("name", ["%ED%A0%80", "%00", "a%2Fb", "x" * 4000])
async def test_a_name_that_is_none_opens_nothing(bus: BusServer, name: str) -> None:
    async with httpx.AsyncClient(base_url=bus.url, trust_env=False, timeout=DEADLINE_S) as http:
        answer = await http.get(f"/api/captains/{name}/questions")
    assert answer.status_code in (401, 404)


async def left_alone(bus: BusServer) -> tuple[Questions, HumanQuestion]:
    """Questions of which one was asked, and nobody has waited for it."""
    questions = Questions(1, left_alone_s=0.01)
    async with asked(bus) as (_, told):
        question = HumanQuestion.model_validate_json(json.dumps(told))
    left = questions.ask(question)
    assert await questions.outcome(left, wait_s=0) is QuestionState.OPEN
    async with asyncio.timeout(DEADLINE_S):
        await left.over.wait()
    return questions, question


async def test_a_question_that_nobody_waits_for_is_withdrawn(bus: BusServer) -> None:
    questions, question = await left_alone(bus)
    assert (await questions.of("ada", None, 0)).questions == ()
    found = questions.find("ada", question.id)
    assert found is not None
    assert found.state is QuestionState.WITHDRAWN


async def test_nothing_that_was_seen_is_kept_of_a_question_that_has_ended(bus: BusServer) -> None:
    questions, question = await left_alone(bus)
    found = questions.find("ada", question.id)
    assert found is not None
    assert found.question is None


async def test_whoever_was_only_away_opens_his_question_again(bus: BusServer) -> None:
    questions, question = await left_alone(bus)
    again = questions.ask(question)
    assert again.state is QuestionState.OPEN
    questions.answer(again, json.dumps(first_choice(question.model_dump(mode="json"))).encode())
    assert again.answer is not None


async def test_a_refused_answer_uses_no_rethink_up(bus: BusServer) -> None:
    ada = Person.at(bus, "ada")
    playing = asyncio.create_task(played(bus, match(human("ada"))))
    while not playing.done():
        asking = asyncio.create_task(ada.next())
        await asyncio.wait({asking, playing}, return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            asking.cancel()
            break
        question = asking.result()
        for _ in range(5):
            await ada.answer(question["id"], {"tool": "declare"})
        await ada.answer(question["id"], first_choice(question))
    counts = (await playing).counts
    assert all(
        (c.rethinks, c.illegal, c.malformed, c.coverage) == (0, 0, 0, 1.0) for c in counts.values()
    )
    await ada.http.aclose()


async def test_a_call_that_prepares_is_followed_by_the_question_again(bus: BusServer) -> None:
    async with asked(bus) as (ada, question):
        await ada.answer(question["id"], {"tool": "analyze_situation"})
        again = await ada.next()
        assert again["question"] == question["question"]
        assert again["observation"]["reply"]


async def test_an_answer_over_the_limit_is_not_read(bus: BusServer) -> None:
    async with asked(bus) as (ada, question):
        reply = await ada.answer(question["id"], {"tool": "x" * BusSettings().max_answer_bytes})
        assert reply.status_code == 413


async def test_a_full_bus_takes_no_more_questions() -> None:
    settings = BusSettings(max_questions=1)
    async with BusServer(settings=settings) as bus, asked(bus) as (ada, question):
        headers = {"authorization": f"Bearer {bus.publish_token}"}
        other = {**question, "id": "another-one"}
        reply = await ada.http.put("/api/questions/another-one", json=other, headers=headers)
        assert (reply.status_code, reply.json()) == (503, {"error": "too_many_questions"})


async def test_a_bus_stops_although_people_wait(bus: BusServer) -> None:
    ada = Person.at(bus, "ada")
    version = (await ada.read()).json()["version"]
    waiting = asyncio.create_task(ada.read(version, wait_s=30))
    async with asked(bus):
        pass
    assert (await waiting).status_code == 200
    async with asyncio.timeout(DEADLINE_S):
        idle = asyncio.create_task(ada.read((await ada.read()).json()["version"], wait_s=30))
        await asyncio.sleep(0)
        await bus.__aexit__(None, None, None)
        await asyncio.gather(idle, return_exceptions=True)
    await ada.http.aclose()
