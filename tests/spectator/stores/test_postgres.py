"""PostgreSQL: who is told what, and what happens when it is away, locked, or another one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from engine.events import Event
from spectator.store import (
    AppendStatus,
    EventStore,
    StoreRefused,
    StoreUnavailable,
    check_store,
)
from spectator.store.postgres import PostgresEventStore, PostgresLimits
from spectator.streams import StreamName
from tests.postgres import LOCKED, PASSWORD, Postgres
from tests.spectator.matches import match_events
from tests.spectator.stores.places import Heard, Place
from tests.spectator.wire import batch, until

EVENTS = match_events("log", seed=3)
STREAM = StreamName("log/1")
ENDS_LISTENERS = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE application_name = 'captains-bus listener'"""
ENDS_ALL = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE application_name LIKE 'captains-bus%'"""


@pytest.fixture
def place(postgres_log: Place) -> Place:
    return postgres_log


@pytest.fixture
def restarted(postgres: Postgres) -> Iterator[Postgres]:
    """A server that a test stops; it runs again afterwards."""
    yield postgres
    postgres.stop()
    postgres.start()


# --- telling each other --------------------------------------------------------------------------


@pytest.fixture
async def watcher() -> Heard:
    return Heard()


@pytest.fixture
async def other(place: Place, watcher: Heard) -> AsyncIterator[PostgresEventStore]:
    """Another server, that has begun to listen."""
    async with place.opened(watcher) as store:
        assert isinstance(store, PostgresEventStore)
        await until(lambda: watcher.came("look"))
        yield store


async def test_another_server_hears_how_far_a_stream_reaches_and_can_read_it(place, other, watcher):
    async with place.opened() as first:
        await first.append([batch(EVENTS[:7])])
        await until(lambda: watcher.reaches(STREAM, 7))
    assert len(await other.read(STREAM, 0, 100)) == 7


async def test_what_brings_nothing_new_is_not_told(place, other, watcher):
    async with place.opened() as first:
        await first.append([batch(EVENTS[:7])])
        await first.append([batch(EVENTS[:7])])
        await first.append([batch(EVENTS[9:])])
        await first.append([batch(match_events("end")[:1])])
        await until(lambda: watcher.reaches(StreamName("end/1"), 1))
    assert watcher.words == [(STREAM, 7), (StreamName("end/1"), 1)]


async def test_another_server_hears_of_the_featured_channel(place, other, watcher):
    async with place.opened() as first:
        await first.append([batch(EVENTS[:3])], fence=5)
        await until(lambda: watcher.came("featured"))
    now = await other.featured()
    assert now is not None
    assert (now.stream, now.fence) == (STREAM, 5)


async def test_a_listener_that_was_cut_off_looks_again(place, postgres, other, watcher):
    looks = watcher.looks
    assert postgres.execute(ENDS_LISTENERS) == "1"
    async with place.opened() as first:
        await first.append([batch(EVENTS[:3])])
        await until(lambda: watcher.came("look", more_than=looks))
        await first.append([batch(EVENTS[:5])])
        await until(lambda: watcher.reaches(STREAM, 5))


async def test_a_log_that_was_replaced_has_another_epoch(place, postgres, other, watcher):
    before, looks = other.epoch, watcher.looks
    await asyncio.to_thread(place.empty)  # it waits for what this loop has begun
    async with place.opened():
        assert postgres.execute(ENDS_LISTENERS) > "0"
        await until(lambda: watcher.came("look", more_than=looks))
    assert other.epoch != before


# --- trouble -------------------------------------------------------------------------------------


async def test_a_store_that_is_away_says_so_and_goes_on_when_it_is_back(place, restarted):
    async with place.opened() as store:
        await store.append([batch(EVENTS[:5])])
        restarted.stop()
        with pytest.raises(StoreUnavailable):
            await store.append([batch(EVENTS[5:9])])
        restarted.start()
        (done,) = await store.append([batch(EVENTS[:9])])
    assert (done.status, done.next_seq) == (AppendStatus.OK, 10)


async def test_connections_that_are_cut_off_lose_nothing_and_double_nothing(place, postgres):
    matches = {name: match_events(name)[:25] for name in ("a", "b", "c", "d")}

    async def publish(store: EventStore, name: str) -> None:
        for event in matches[name]:
            while not await _accepts(store, event):
                pass

    async def cut() -> None:
        for _ in range(8):
            await asyncio.to_thread(postgres.execute, ENDS_ALL)

    async with place.servers(2) as stores:
        sent = [publish(stores[n % 2], name) for n, name in enumerate(matches)]
        await asyncio.gather(cut(), *sent)
        for name, events in matches.items():
            kept = await stores[0].read(StreamName(f"{name}/1"), 0, 100)
            assert [line.text for line in kept] == [e.model_dump_json() for e in events]


async def _accepts(store: EventStore, event: Event) -> bool:
    try:
        (done,) = await store.append([batch([event])])
    except StoreUnavailable:
        return False
    return done.status is AppendStatus.OK


async def test_every_accepted_event_outlives_a_crash(place, restarted):
    async with place.opened() as store:
        await store.append([batch(EVENTS)], fence=4)
        restarted.stop()
        restarted.start()
        assert len(await store.read(STREAM, 0, 1000)) == len(EVENTS)


async def test_a_lock_that_somebody_holds_is_not_waited_for_for_ever(place):
    store = PostgresEventStore(place.address, PostgresLimits(lock_s=0.1))
    await store.open(Heard())
    await store.append([batch(EVENTS[:3])])
    holder = await asyncpg.connect(place.address)
    async with holder.transaction():
        await holder.execute("SELECT * FROM captains.streams FOR UPDATE")
        with pytest.raises(StoreUnavailable, match="lock timeout"):
            await store.append([batch(EVENTS[3:6])])
    (done,) = await store.append([batch(EVENTS[3:6])])
    await holder.close()
    await store.aclose()
    assert done.next_seq == 7


async def test_more_work_than_connections_is_all_done(place):
    store = PostgresEventStore(place.address, PostgresLimits(connections=2))
    await store.open(Heard())
    sent = [store.append([batch(match_events(f"m{n}")[:20])]) for n in range(30)]
    done = [one for each in await asyncio.gather(*sent) for one in each]
    await store.aclose()
    assert {one.next_seq for one in done} == {21}


async def test_two_servers_that_begin_at_once_make_one_log(place):
    stores = [PostgresEventStore(place.address) for _ in range(4)]
    await asyncio.gather(*(store.open(Heard()) for store in stores))
    epochs = {store.epoch for store in stores}
    for store in stores:
        await store.aclose()
    assert len(epochs) == 1


async def test_a_crosswise_order_of_streams_ends(place):
    """Each server brings the same new streams, in its own order."""
    parts = [batch(match_events(name)[:4]) for name in ("a", "b", "c")]
    async with place.servers(2) as (first, second):
        done = await asyncio.gather(first.append(parts), second.append(parts[::-1]))
    assert sorted(len(one.stored) for each in done for one in each) == [0, 0, 0, 4, 4, 4]


async def test_tables_of_another_version_are_refused(place, postgres):
    async with place.opened():
        postgres.execute("UPDATE captains.meta SET value = '99' WHERE key = 'version'")
    with pytest.raises(StoreRefused, match="another version of captains"):
        await check_store(place.address)


async def test_a_database_of_another_encoding_is_refused(postgres):
    postgres.execute("DROP DATABASE IF EXISTS latin", "postgres")
    postgres.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0", "postgres")
    with pytest.raises(StoreRefused, match="LATIN1; it must be UTF8"):
        await check_store(postgres.address("latin"))


# --- who is let in -------------------------------------------------------------------------------


async def test_a_database_that_is_not_there_is_named(postgres):
    with pytest.raises(StoreRefused, match='database "nowhere" does not exist'):
        await check_store(postgres.address("nowhere"))


async def test_the_owner_of_the_database_needs_no_other_right(postgres):
    postgres.execute("DROP DATABASE IF EXISTS owned; ", "postgres")
    postgres.execute("DROP ROLE IF EXISTS owner", "postgres")
    postgres.execute("CREATE ROLE owner LOGIN", "postgres")
    postgres.execute("CREATE DATABASE owned OWNER owner", "postgres")
    store = PostgresEventStore(postgres.address("owned", user="owner"))
    await store.open(Heard())
    (done,) = await store.append([batch(EVENTS[:3])], fence=1)
    await store.aclose()
    assert done.next_seq == 4


async def test_who_may_not_make_the_tables_is_told_so(postgres):
    postgres.execute("DROP ROLE IF EXISTS guest", "postgres")
    postgres.execute("CREATE ROLE guest LOGIN", "postgres")
    with pytest.raises(StoreRefused, match="permission denied"):
        await check_store(postgres.address("postgres", user="guest"))


async def test_a_password_is_taken_from_the_environment(place, postgres, monkeypatch):
    with pytest.raises(StoreRefused, match="password authentication failed"):
        await check_store(postgres.address(user=f"{LOCKED}:wrong"))
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    await check_store(postgres.address(user=LOCKED))


async def test_a_password_is_taken_from_a_file(place, postgres, monkeypatch, tmp_path):
    file = tmp_path / "pgpass"
    file.write_text(f"*:*:*:{LOCKED}:{PASSWORD}\n")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    await check_store(postgres.address(user=LOCKED))


@pytest.mark.parametrize(
    "where", ["/d?host=/nowhere", "h/d?sslmode=verify-full&sslrootcert=/nowhere"]
)
async def test_a_socket_or_certificate_that_is_missing_is_said_to_be(where):
    with pytest.raises(StoreUnavailable, match="the server's socket, or a certificate"):
        await check_store(f"postgresql://u@{where}")


@pytest.mark.parametrize("address", ["postgresql://u:{}@h/d", "postgresql://u@h:{}/d?x"])
async def test_an_address_that_cannot_be_read_is_not_repeated(address):
    with pytest.raises(StoreRefused) as refused:
        await check_store(address.format("s3/cret"))
    assert "percent-encoded" in str(refused.value)
    assert "cret" not in str(refused.value)
