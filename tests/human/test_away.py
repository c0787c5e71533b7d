"""The bus is away, comes back, or is somebody else's, while a person is asked."""

from __future__ import annotations

import asyncio
import socket

from engine.cricket.choices import Seat
from engine.events import EndReason
from spectator.server import BusServer
from tests.human.person import Person, first_choice, human, match, played, present

TOKEN = "a-publish-token-of-the-test"


async def test_a_bus_that_was_started_again_is_asked_again() -> None:
    async with BusServer(publish_token=TOKEN) as first:
        port = first.port
        playing = asyncio.create_task(played(first, match(human("ada"))))
        before = Person.at(first, "ada")
        question = await before.next()
        await before.http.aclose()
    async with BusServer(publish_token=TOKEN, port=port) as second:
        ada = Person.at(second, "ada")
        again = await ada.next()
        assert again["id"] == question["id"]
        assert again["observation"] == question["observation"]
        assert again["remaining_s"] < question["remaining_s"]
        assert (await ada.answer(again["id"], first_choice(again))).status_code == 200
        async with present(ada):
            result = await playing
    assert result.counts[Seat.HOME].coverage == 1.0


async def test_a_bus_that_comes_later_is_waited_for() -> None:
    bus = BusServer(publish_token=TOKEN, port=_free_port())
    bus._port = bus._wanted_port  # its address is known before it listens
    playing = asyncio.create_task(played(bus, match(human("ada"))))
    await asyncio.sleep(0.1)
    async with bus, present(Person.at(bus, "ada")):
        result = await playing
    assert result.counts[Seat.HOME].coverage == 1.0


async def test_where_the_bus_stays_away_the_default_leads_and_it_is_told_so() -> None:
    bus = BusServer(publish_token=TOKEN, port=_free_port())
    bus._port = bus._wanted_port
    result = await played(bus, match(human("ada", deadline_s=0.05, gone_after=2)))
    counts = result.counts[Seat.HOME]
    assert result.end_reason is EndReason.COMPLETED
    assert counts.problems == {"unreachable": 2, "gone": counts.timeouts - 2}
    assert counts.sources == {"default": counts.decisions}


async def test_a_wrong_publish_token_voids_the_match_and_is_not_told() -> None:
    async with BusServer(publish_token=TOKEN) as bus:
        bus.publish_token = "another-token-than-the-buss"
        result = await played(bus, match(human("ada")))
    assert result.end_reason is EndReason.TRANSPORT
    assert "does not accept the token" in (result.error or "")
    assert bus.publish_token not in (result.error or "")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
