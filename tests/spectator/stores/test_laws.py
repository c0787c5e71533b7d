"""Laws that every store keeps, whatever is sent in whatever order, by one server or by two."""

from __future__ import annotations

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spectator.store import EventStore
from spectator.streams import StreamKind, StreamName
from tests.spectator.stores.model import MATCHES, Append, Log, appends
from tests.spectator.stores.places import Place
from tests.spectator.wire import batch

on_every_store = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
sequences = st.lists(appends, max_size=12)
STREAMS = (StreamName("one/1"), StreamName("two/1"))


@on_every_store
@given(sequences)
def test_a_store_answers_and_keeps_what_the_model_says(place: Place, sent: list[Append]) -> None:
    async def play() -> None:
        log = Log()
        async with place.opened() as store:
            for one in sent:
                assert await store.append(one.batches, one.fence) == log.append(one)
            for stream in STREAMS:
                assert await _texts(store, stream) == [e.text for e in log.streams.get(stream, [])]

    place.empty()
    asyncio.run(play())


@on_every_store
@given(sequences)
def test_the_featured_channel_is_the_models(place: Place, sent: list[Append]) -> None:
    async def play() -> None:
        log = Log()
        async with place.opened() as store:
            for one in sent:
                await store.append(one.batches, one.fence)
                log.append(one)
            now = await store.featured()
        assert (now and (now.stream, now.fence)) == (log.featured and (log.featured, log.fence))

    place.empty()
    asyncio.run(play())


@on_every_store
@given(sequences)
def test_the_list_tells_the_outermost_events(place: Place, sent: list[Append]) -> None:
    async def play() -> None:
        log = Log()
        async with place.opened() as store:
            for one in sent:
                await store.append(one.batches, one.fence)
                log.append(one)
            page = await store.streams(StreamKind.MATCH, limit=10)
        told = {info.stream: (info.first, info.last, info.last_seq) for info in page.streams}
        assert told == {s: (es[0].text, es[-1].text, len(es)) for s, es in log.streams.items()}

    place.empty()
    asyncio.run(play())


@on_every_store
@given(sequences, sequences)
def test_two_servers_at_once_store_every_event_once(
    place: Place, here: list[Append], there: list[Append]
) -> None:
    """Each accepted event is claimed by one server, and together they are the log."""

    async def publish(store: EventStore, sent: list[Append]) -> list[tuple[StreamName, int, str]]:
        done = [one for each in sent for one in await store.append(each.batches, each.fence)]
        return [(one.stream, e.seq, e.text) for one in done for e in one.stored]

    async def play() -> None:
        async with place.servers(2) as (first, second):
            claims = await asyncio.gather(publish(first, here), publish(second, there))
            stored = [
                (stream, line.seq, line.text)
                for stream in STREAMS
                for line in await second.read(stream, 0, 100)
            ]
            assert sorted(claims[0] + claims[1]) == sorted(stored)

    place.empty()
    asyncio.run(play())


@on_every_store
@given(st.integers(0, 30), st.integers(1, 30))
def test_pages_of_any_size_make_up_the_stream(place: Place, after: int, limit: int) -> None:
    async def play() -> None:
        async with place.opened() as store:
            await store.append([batch(MATCHES["one"])])
            seqs, last = list[int](), after
            while page := await store.read(STREAMS[0], last, limit):
                assert len(page) <= limit
                seqs += [line.seq for line in page]
                last = page[-1].seq
        assert seqs == list(range(after + 1, len(MATCHES["one"]) + 1))

    asyncio.run(play())


async def _texts(store: EventStore, stream: StreamName) -> list[str]:
    return [line.text for line in await store.read(stream, 0, 1000)]
