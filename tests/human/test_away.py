"""The bus is away, comes back, or is somebody else's, while a person is asked."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from engine.cricket.choices import Seat
from engine.environment import CricketEnvironment
from engine.events import EndReason
from engine.tool_captains import Caller
from spectator import BusAsker
from spectator.server import BusServer
from tests.human.person import Person, first_choice, human, match, played, present
from tests.spectator.processes import free_port
from tests.spectator.wire import DEADLINE_S

TOKEN = "a-publish-token-of-the-test"


async def test_a_bus_that_was_started_again_is_asked_again() -> None:
    async with BusServer(publish_token=TOKEN, port=(port := free_port())) as first:
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
    knocked = asyncio.Event()

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        knocked.set()
        writer.close()

    nobody = await asyncio.start_server(hang_up, "127.0.0.1", port := free_port())
    bus = not_yet(port)
    playing = asyncio.create_task(played(bus, match(human("ada"))))
    await knocked.wait()
    nobody.close()
    await nobody.wait_closed()
    async with bus, present(Person.at(bus, "ada")):
        result = await playing
    assert result.counts[Seat.HOME].coverage == 1.0


async def test_where_the_bus_stays_away_the_default_leads_and_it_is_told_so() -> None:
    bus = not_yet(free_port())
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


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi", b"HTTP/1.1 404 No\r\n\r\n"]
)
async def test_what_is_no_bus_voids_the_match(answer: bytes) -> None:
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(other, "127.0.0.1", 0)
    result = await played(not_yet(server.sockets[0].getsockname()[1]), match(human("ada")))
    server.close()
    assert result.end_reason is EndReason.TRANSPORT


async def test_who_is_gone_comes_back_although_the_bus_refused_to_ask_him(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("spectator.asker.BACKOFF_MOST_S", 0.01)
    told = b'{"state": "answered"}'
    answers = iter(
        (
            b"HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(told), told),
        )
    )

    async def bus(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(next(answers))
        writer.close()

    server, is_back = await asyncio.start_server(bus, "127.0.0.1", 0), asyncio.Event()
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    ada = Caller(captain="ada", episode_id="e", seat=Seat.HOME)
    async with server, aclosing(BusAsker(url, TOKEN)) as asker, asyncio.timeout(DEADLINE_S):
        asker.call_back(ada, CricketEnvironment().reset(1), is_back.set)
        await is_back.wait()


def not_yet(port: int) -> BusServer:
    """A bus whose address is known, and which does not listen."""
    bus = BusServer(publish_token=TOKEN, port=port)
    bus._port = port
    return bus
