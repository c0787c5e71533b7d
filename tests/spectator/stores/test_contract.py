"""What a store does in each case that the contract names, one by one."""

from __future__ import annotations

import pytest

from spectator.store import AppendStatus, Outcome, StreamFilter
from spectator.streams import StreamKind, StreamName, StreamState
from tests.spectator.matches import match_events, run_events
from tests.spectator.wire import batch

EVENTS = match_events("log", seed=3)
STREAM = StreamName("log/1")


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


async def test_a_featured_match_goes_on_until_another_publisher_follows(store):
    await store.append([batch(EVENTS[:3])], fence=5)
    (on,) = await store.append([batch(EVENTS[3:6])], fence=5)
    await store.append([batch(match_events("next")[:2])], fence=6)
    (refused,) = await store.append([batch(EVENTS[6:8])], fence=5)
    assert (on.status, on.next_seq) == (AppendStatus.OK, 7)
    assert (refused.status, refused.next_seq) == (AppendStatus.STALE_FENCE, 7)


async def test_a_match_that_goes_on_is_featured_again_where_it_was_not(store):
    for part in (EVENTS[:3], match_events("between")[:2], EVENTS[3:5]):
        await store.append([batch(part)], fence=5)
    featured = await store.featured()
    assert featured is not None
    assert featured.stream == STREAM


async def test_the_last_event_may_come_as_a_match_goes_on(store):
    await store.append([batch(EVENTS[:-1])])
    await store.append([batch(EVENTS[-1:])])
    found = await store.streams(StreamKind.MATCH, StreamFilter(search="won by"), limit=5)
    ends = [(info.state, info.outcome) for info in found.streams]
    assert ends == [(StreamState.ENDED, Outcome.ENDED)]


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
    runs = await store.streams(StreamKind.RUN, limit=10)
    matches = await store.streams(StreamKind.MATCH, limit=10)
    assert [i.stream for i in runs.streams] == ["run:friday-night/1"]
    assert [i.stream for i in matches.streams] == [STREAM]


@pytest.mark.parametrize("prefix", ["reasoning", "commentary"])
async def test_a_side_channel_is_never_listed_but_read(store, prefix):
    side = match_events(f"{prefix}:log")[:3]
    await store.append([batch(EVENTS[:3]), batch(side)])
    listed = [await store.streams(kind, limit=10) for kind in (StreamKind.MATCH, StreamKind.RUN)]
    assert [[info.stream for info in page.streams] for page in listed] == [[STREAM], []]
    assert len(await store.read(StreamName(f"{prefix}:log/1"), 0, 10)) == 3


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
    found = await store.streams(StreamKind.MATCH, StreamFilter(search=search), limit=2)
    assert ([i.stream for i in found.streams], found.total) == (names[:2], len(names))


async def test_the_log_is_there_for_the_next_server(place):
    async with place.opened() as first:
        await first.append([batch(EVENTS)], fence=3)
    async with place.opened() as again:
        lines = await again.read(STREAM, 0, 1000)
        featured = await again.featured()
        assert again.epoch == first.epoch
    assert [line.text for line in lines] == [e.model_dump_json() for e in EVENTS]
    assert featured is not None
    assert featured.fence == 3


async def test_another_log_has_another_epoch(place):
    async with place.opened() as before:
        epoch = before.epoch
    place.empty()
    async with place.opened() as after:
        assert after.epoch not in ("", epoch)


async def test_a_store_may_be_closed_twice(place):
    async with place.opened() as store:
        await store.aclose()


async def test_what_no_store_can_hold_is_not_found(store):
    await store.append([batch(EVENTS[:2])])
    assert await store.info(StreamName("log\0/1")) is None
    assert await store.read(StreamName("log\0/1"), 0, 10) == []
    assert (await store.streams(StreamKind.MATCH, StreamFilter(search="lo\0g"), limit=9)).total == 1


async def test_a_captains_name_may_hold_any_character(store):
    await store.append([batch(match_events("a", home="x\0y%_'\"", away="日本\U0001f3cf")[:1])])
    found = await store.streams(
        StreamKind.MATCH, StreamFilter(search="xy%_'\" 日本\U0001f3cf"), limit=9
    )
    assert [info.stream for info in found.streams] == ["a/1"]
