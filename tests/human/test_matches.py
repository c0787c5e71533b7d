"""People play whole matches through a real bus on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from engine.cricket.choices import Seat
from engine.episode import play_episode
from engine.errors import BadPreset
from engine.events import DecisionEvent, EndReason
from spectator.server import BusServer
from tests.doubles import Remembering
from tests.human.person import Person, human, match, played, present

LONG_ENOUGH_S = 10.0  # for a scripted person on a busy machine


@pytest.fixture
async def bus() -> AsyncIterator[BusServer]:
    async with BusServer() as running:
        yield running


def decisions(seen: Remembering, captain: str) -> list[DecisionEvent]:
    told = [event for event in seen.events if isinstance(event, DecisionEvent)]
    return [event for event in told if event.data.captain == captain]


async def test_a_person_leads_a_side_with_full_coverage(bus: BusServer) -> None:
    seen = Remembering()
    async with present(Person.at(bus, "ada")):
        result = await played(bus, match(human("ada")), seen)
    counts = result.counts[Seat.HOME]
    assert result.end_reason is EndReason.COMPLETED
    assert counts.sources == {"human": counts.decisions}
    assert (counts.coverage, counts.timeouts, counts.rethinks) == (1.0, 0, 0)
    assert {event.data.reason for event in decisions(seen, "ada")} == {"because"}
    assert all(len(event.data.calls) == 1 for event in decisions(seen, "ada"))


async def test_two_people_play_each_other_and_see_only_their_own_questions(
    bus: BusServer,
) -> None:
    ada, bob = Person.at(bus, "ada"), Person.at(bus, "bob")
    async with present(ada, bob):
        result = await played(bus, match(human("ada"), human("bob")))
    assert result.end_reason is EndReason.COMPLETED
    assert all(counts.coverage == 1.0 for counts in result.counts.values())
    for person, seat in ((ada, "home"), (bob, "away")):
        assert {question["captain"] for question in person.asked} == {person.name}
        assert {question["observation"]["seat"] for question in person.asked} == {seat}


async def test_who_goes_away_after_an_over_is_led_by_the_baseline(bus: BusServer) -> None:
    ada, seen = Person.at(bus, "ada"), Remembering()
    person = asyncio.create_task(ada.play(upto=10))
    spec = match(human("ada", deadline_s=LONG_ENOUGH_S, gone_after=1))
    counts = (await played(bus, spec, seen)).counts[Seat.HOME]
    await person
    await ada.http.aclose()
    assert counts.sources == {"human": 10, "default": counts.timeouts}
    assert counts.problems == {"late": 1, "gone": counts.timeouts - 1}
    assert (counts.own, counts.fallbacks) == (10, 0)
    assert counts.coverage == 10 / counts.decisions
    last = decisions(seen, "ada")[-1].data
    assert last.errors == ("not waited for: he let 1 question pass in a row",)


async def test_a_default_is_no_forfeit(bus: BusServer) -> None:
    spec = match(human("ada", deadline_s=0.01, gone_after=1, on_failure="forfeit"))
    assert (await played(bus, spec)).end_reason is EndReason.COMPLETED


async def test_who_answers_again_is_waited_for_again(bus: BusServer) -> None:
    """Both are people, so that the match cannot run on while he comes back."""
    ada, bob, seen = Person.at(bus, "ada"), Person.at(bus, "bob"), Remembering()
    spec = match(human("ada", deadline_s=LONG_ENOUGH_S, gone_after=1), human("bob"))
    async with asyncio.TaskGroup() as group:
        playing = group.create_task(played(bus, spec, seen))
        while not (question := await ada.next())["gone"]:
            pass
        assert question["remaining_s"] is None
        back = await ada.answer(question["id"], {})
        assert back.json() == {"status": "back"}
        async with present(ada, bob):
            result = await playing
    counts = result.counts[Seat.HOME]
    assert counts.problems["late"] >= 1
    assert counts.sources["human"] > 0


async def test_without_a_bus_a_person_is_refused_before_anything_is_told() -> None:
    seen = Remembering()
    with pytest.raises(BadPreset, match="through a spectator bus"):
        await play_episode(match(human("ada")), observers=[seen])
    assert seen.events == []


async def test_a_cancelled_match_takes_its_question_back(bus: BusServer) -> None:
    ada = Person.at(bus, "ada")
    playing = asyncio.create_task(played(bus, match(human("ada"))))
    question = await ada.next()
    playing.cancel()
    await asyncio.gather(playing, return_exceptions=True)
    assert (await ada.read()).json()["questions"] == []
    late = await ada.answer(question["id"], {"tool": "choose_toss"})
    assert (late.status_code, late.json()) == (409, {"error": "withdrawn"})
    await ada.http.aclose()


async def test_who_is_asked_once_an_over_is_asked_less(bus: BusServer) -> None:
    async with present(ada := Person.at(bus, "ada")):
        result = await played(bus, match(human("ada", cadence="over")))
    assert result.counts[Seat.HOME].standing > 0
    assert len(ada.asked) == result.counts[Seat.HOME].decisions
