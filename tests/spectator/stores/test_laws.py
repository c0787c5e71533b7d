"""Laws that every store keeps, whatever is sent in whatever order, by one server or by two."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spectator.store import EventStore
from spectator.streams import StreamKind, StreamName
from tests.spectator.stores.model import MATCHES, Append, Log, appends
from tests.spectator.stores.places import Place
from tests.spectator.wire import batch

T = TypeVar("T")

on_every_store = settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
sequences = st.lists(appends, max_size=12)
STREAMS = (StreamName("one/1"), StreamName("two/1"))


async def _after(place: Place, sent: list[Append], look: Callable[[EventStore], Awaitable[T]]) -> T:
    """What there is to see in an empty store after `sent`."""
    place.empty()
    async with place.opened() as store:
        for one in sent:
            await store.append(one.batches, one.fence)
        return await look(store)


def _log_of(sent: list[Append]) -> Log:
    log = Log()
    for one in sent:
        log.append(one)
    return log


@on_every_store
@given(sequences)
def test_a_store_answers_what_the_model_says(place: Place, sent: list[Append]) -> None:
    async def play() -> None:
        place.empty()
        log = Log()
        async with place.opened() as store:
            for one in sent:
                assert await store.append(one.batches, one.fence) == log.append(one)

    asyncio.run(play())


@on_every_store
@given(sequences)
def test_a_store_keeps_what_the_model_says(place: Place, sent: list[Append]) -> None:
    async def texts(store: EventStore) -> dict[StreamName, list[str]]:
        return {s: [line.text for line in await store.read(s, 0, 1000)] for s in STREAMS}

    kept = _log_of(sent).streams
    assert asyncio.run(_after(place, sent, texts)) == {
        stream: [entry.text for entry in kept.get(stream, [])] for stream in STREAMS
    }


@on_every_store
@given(sequences)
def test_the_featured_channel_is_the_models(place: Place, sent: list[Append]) -> None:
    log = _log_of(sent)
    now = asyncio.run(_after(place, sent, lambda store: store.featured()))
    assert (now and (now.stream, now.fence)) == (log.featured and (log.featured, log.fence))


@on_every_store
@given(sequences)
def test_the_list_tells_the_outermost_events(place: Place, sent: list[Append]) -> None:
    listed = _after(place, sent, lambda store: store.streams(StreamKind.MATCH, limit=10))
    told = {i.stream: (i.first, i.last, i.last_seq) for i in asyncio.run(listed).streams}
    assert told == {
        stream: (kept[0].text, kept[-1].text, len(kept))
        for stream, kept in _log_of(sent).streams.items()
    }


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
        place.empty()
        async with place.servers(2) as (first, second):
            claims = await asyncio.gather(publish(first, here), publish(second, there))
            stored = [
                (stream, line.seq, line.text)
                for stream in STREAMS
                for line in await second.read(stream, 0, 100)
            ]
            assert sorted(claims[0] + claims[1]) == sorted(stored)

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
