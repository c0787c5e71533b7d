"""The log: contiguous, idempotent, fenced; the same after it is opened again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spectator.store import AppendStatus, SqliteEventStore
from spectator.streams import StreamName, StreamState
from tests.spectator.matches import match_events, run_events
from tests.spectator.wire import batch

EVENTS = match_events("log", seed=3)
STREAM = StreamName("log/1")


@pytest.fixture
async def store() -> AsyncIterator[SqliteEventStore]:
    made = SqliteEventStore()
    yield made
    await made.aclose()


slices = st.tuples(st.integers(0, 20), st.integers(1, 20)).map(lambda s: EVENTS[s[0] : s[0] + s[1]])


@given(st.lists(slices, max_size=12))
def test_any_order_and_any_repetition_leaves_a_contiguous_log(sent):
    async def play() -> list[int]:
        store = SqliteEventStore()
        for part in sent:
            await store.append([batch(part)])
        lines = await store.read(STREAM, 0, 1000)
        await store.aclose()
        return [line.seq for line in lines]

    seqs = asyncio.run(play())
    assert seqs == list(range(1, len(seqs) + 1))


async def test_the_same_event_again_is_accepted_and_changes_nothing(store):
    await store.append([batch(EVENTS[:5])])
    (again,) = await store.append([batch(EVENTS[2:5])])
    assert (again.status, again.stored, again.next_seq) == (AppendStatus.OK, (), 6)


async def test_another_event_for_a_stored_number_is_a_conflict(store):
    await store.append([batch(EVENTS[:5])])
    other = EVENTS[3].model_copy(update={"ts": EVENTS[4].ts})
    (refused,) = await store.append([batch([other])])
    assert (refused.status, refused.next_seq) == (AppendStatus.CONFLICT, 6)


async def test_a_hole_is_refused_with_the_number_that_is_expected(store):
    await store.append([batch(EVENTS[:5])])
    (refused,) = await store.append([batch(EVENTS[7:9])])
    assert (refused.status, refused.next_seq) == (AppendStatus.GAP, 6)


async def test_what_fits_before_a_hole_is_kept(store):
    (partly,) = await store.append([batch([*EVENTS[:3], *EVENTS[6:8]])])
    assert (partly.status, partly.next_seq) == (AppendStatus.GAP, 4)


async def test_one_bad_stream_does_not_hold_up_another(store):
    other = match_events("other", seed=4)[:3]
    hole, fine = await store.append([batch(EVENTS[4:6]), batch(other)])
    assert (hole.status, fine.status) == (AppendStatus.GAP, AppendStatus.OK)


async def test_a_lower_fence_is_refused_and_stores_nothing(store):
    await store.append([batch(EVENTS[:5])], fence=7)
    (refused,) = await store.append([batch(match_events("late"))], fence=6)
    assert refused.status is AppendStatus.STALE_FENCE
    assert await store.info(StreamName("late/1")) is None


@pytest.mark.parametrize("claim", [EVENTS[:5], EVENTS[40:41]])
@pytest.mark.parametrize("fence_before", [None, 1])
async def test_a_higher_fence_holds_although_it_brings_nothing_new(store, claim, fence_before):
    await store.append([batch(EVENTS[:5])], fence=fence_before)
    await store.append([batch(claim)], fence=9)
    (refused,) = await store.append([batch(EVENTS[5:7])], fence=8)
    featured = await store.featured()
    assert refused.status is AppendStatus.STALE_FENCE
    assert (featured and featured.fence) == (9 if fence_before else None)


async def test_the_newest_fence_is_featured_and_a_repeated_delivery_does_not_turn_it_back(store):
    later = match_events("later")[:3]
    await store.append([batch(EVENTS[:5])], fence=1)
    await store.append([batch(later)], fence=1)
    await store.append([batch(EVENTS[:5])], fence=1)
    featured = await store.featured()
    assert featured is not None
    assert featured.stream == "later/1"


async def test_a_stream_is_live_until_its_last_event(store):
    await store.append([batch(EVENTS[:-1])])
    before = await store.info(STREAM)
    await store.append([batch(EVENTS[-1:])])
    after = await store.info(STREAM)
    assert before is not None
    assert after is not None
    assert (before.state, after.state) == (StreamState.LIVE, StreamState.ENDED)


async def test_runs_and_matches_are_listed_apart(store):
    await store.append([batch(EVENTS), batch(run_events())])
    runs = await store.streams(runs=True, limit=10)
    matches = await store.streams(runs=False, limit=10)
    assert [i.stream for i in runs.streams] == ["run:friday-night/1"]
    assert [i.stream for i in matches.streams] == [STREAM]


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("", ["b/1", "a/1", "log/1"]),
        ("ÄRZTE", ["a/1"]),
        ("b/1", ["b/1"]),
        ("won by", ["log/1"]),
        ("baseline", ["b/1", "log/1"]),
        ("%", []),
    ],
)
async def test_a_search_looks_at_names_captains_and_results(store, search, names):
    await store.append([batch(EVENTS)])
    await store.append([batch(match_events("a", home="ärzte", away="x")[:1])])
    await store.append([batch(match_events("b")[:9])])
    found = await store.streams(runs=False, limit=2, search=search)
    assert ([i.stream for i in found.streams], found.total) == (names[:2], len(names))


async def test_a_file_keeps_its_events_fence_and_epoch(tmp_path: Path):
    first = SqliteEventStore(tmp_path / "bus.sqlite")
    await first.append([batch(EVENTS)], fence=3)
    await first.aclose()
    again = SqliteEventStore(tmp_path / "bus.sqlite")
    lines = await again.read(STREAM, 0, 1000)
    featured = await again.featured()
    await again.aclose()
    assert again.epoch == first.epoch
    assert [line.text for line in lines] == [e.model_dump_json() for e in EVENTS]
    assert featured is not None
    assert featured.fence == 3
