"""What a run tells the page: small, in time, and enough for whoever comes late."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import events as ev
from engine.events import EndReason
from flows import news
from flows.announce import Announcer, spacing_s
from flows.pace import Done, Pace
from flows.run import Run
from spectator.streams import RUN_TAIL
from tests.flows.seasons import GAUNTLET, LARGE, one_by_one, opened, played, told
from tests.flows.support import EPISODES_OF_SMALL, SMALL, Clock


def test_the_start_tells_the_whole_schedule() -> None:
    async def nothing(*_: object) -> None:
        return

    start = told(SMALL, nothing)[0]
    assert isinstance(start, ev.TournamentStartedEvent)
    assert (start.data.kind, start.data.rounds, start.data.pairs) == ("round_robin", 3, 2)
    met = {tuple(sorted(pair)) for of_round in start.data.schedule for pair in of_round}
    assert met == {(0, 1), (0, 2), (1, 2)}


STEPS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.1, 0.7, 3.0, 400.0]),
        st.sampled_from([EndReason.COMPLETED, EndReason.FORFEIT, EndReason.TRANSPORT]),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
def test_every_event_adds_up(steps: list[tuple[float, EndReason]]) -> None:
    async def play(run: Run, announcer: Announcer, clock: Clock) -> None:
        for (wait_s, reason), episode in zip(steps, run.plan.episodes(), strict=False):
            results = [played(episode, reason)]
            run.add(results)
            announcer.add(results)
            clock.now_s += wait_s
            await announcer.tick()

    events = told(SMALL, play)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    *_, crosstable, standings, end = events
    assert isinstance(crosstable, ev.TournamentCrosstableEvent)
    assert isinstance(standings, ev.TournamentStandingsEvent)
    assert isinstance(end, ev.TournamentEndedEvent)
    progress, rows = standings.data.progress, standings.data.rows
    assert progress is not None
    assert progress.counted + progress.void + progress.open == standings.data.episodes
    assert sum(row["played"] for row in rows) == 2 * progress.counted
    assert sum(row.get("void", 0) for row in rows) == 2 * progress.void
    cells = crosstable.data.cells
    assert sum(cell.played for cell in cells) == progress.counted
    assert sum(cell.points + cell.points_against for cell in cells) == sum(
        row["points"] for row in rows
    )
    fixtures = crosstable.data.fixtures
    assert sum(first + second + tied for first, second, tied, _ in fixtures) == progress.counted
    assert sum(void for _, _, _, void in fixtures) == progress.void
    assert end.data.played == progress.counted


def test_a_table_is_told_at_most_once_a_second_and_a_crosstable_less_often() -> None:
    async def play(run: Run, announcer: Announcer, clock: Clock) -> None:
        await one_by_one(run, announcer, clock, 0.05, most=2_500)

    events = told(LARGE, play)
    *during, _, _, _ = events
    standings = [e.data for e in during if isinstance(e, ev.TournamentStandingsEvent)]
    seconds = [data.progress.seconds for data in standings if data.progress is not None]
    assert len(seconds) > 100
    assert all(later - earlier >= 0.95 for earlier, later in pairwise(seconds))
    crosstables = [e for e in during if isinstance(e, ev.TournamentCrosstableEvent)]
    assert len(crosstables) <= len(standings) / 4


@pytest.mark.parametrize(("text", "differ"), [(SMALL, False), (GAUNTLET, True)])
def test_every_row_tells_that_points_a_match_decide(text: str, differ: bool) -> None:
    async def play(run: Run, announcer: Announcer, clock: Clock) -> None:
        await one_by_one(run, announcer, clock, 2.0)

    tables = [e.data for e in told(text, play) if isinstance(e, ev.TournamentStandingsEvent)]
    assert [row.get("by_share", False) for row in tables[-1].rows] == 3 * [differ]


def test_the_crosstable_catches_up_with_the_table_although_nothing_more_happens() -> None:
    async def play(run: Run, announcer: Announcer, clock: Clock) -> None:
        await one_by_one(run, announcer, clock, 0.2)
        for _ in range(20):  # the featured match is still being shown
            clock.now_s += 0.5
            await announcer.tick()

    *during, _, _, _ = told(SMALL, play)
    crosstables = [e.data for e in during if isinstance(e, ev.TournamentCrosstableEvent)]
    assert crosstables[-1].played == EPISODES_OF_SMALL
    assert [event.type for event in during[-2:]].count("tournament.crosstable") == 1


def test_a_crosstable_tells_no_end_of_a_score_that_no_score_can_have() -> None:
    async def play(run: Run, announcer: Announcer, clock: Clock) -> None:
        for number, episode in enumerate(run.plan.episodes()):
            results = [replace(played(episode), luck=0.4 if number % 3 else -0.4)]
            run.add(results)
            announcer.add(results)
        clock.now_s += 100.0
        await announcer.tick()

    crosstable = [e.data for e in told(SMALL, play) if isinstance(e, ev.TournamentCrosstableEvent)]
    found = [one.adjusted for one in crosstable[-1].ratings if one.adjusted]
    ends = [(one.low, one.high) for one in found]
    assert all(low is not None and high is not None and 0 <= low < high <= 1 for low, high in ends)
    assert (0, 1) in ends


def test_a_late_comer_finds_a_crosstable_in_the_tail() -> None:
    async def play(run: Run, announcer: Announcer, clock: Clock) -> None:
        await one_by_one(run, announcer, clock, 2.0)
        episode = next(iter(run.missing.values()))
        for _ in range(100):  # nothing ends for long, but others are played
            with run.playing.of([episode], on_bus=True):
                clock.now_s += 20.0
                await announcer.tick()
            clock.now_s += 20.0
            await announcer.tick()

    events = told(SMALL, play)
    assert len(events) > 200
    for end in range(RUN_TAIL, len(events)):
        tail = {event.type for event in events[max(0, end - RUN_TAIL) : end]}
        assert {"tournament.standings", "tournament.crosstable"} <= tail


def test_ten_thousand_episodes_of_sixteen_captains_are_told_in_little() -> None:
    async def play(run: Run, announcer: Announcer, clock: Clock) -> None:
        await one_by_one(run, announcer, clock, 2.0, before=10_000)

    longest = Counter[str]()
    for event in told(LARGE, play):
        longest[event.type] = max(longest[event.type], len(event.line))
    assert 0 < longest["tournament.standings"] < 6_500
    assert 0 < longest["tournament.crosstable"] < 30_000


def test_a_long_run_tells_less_often_but_goes_on_telling() -> None:
    assert [spacing_s(hours * 3600.0) for hours in (0, 0.1, 1, 3, 48)] == [1, 1, 6, 10, 10]


def test_what_is_played_is_told_until_it_is_over() -> None:
    with opened() as run:
        batch = list(run.missing.values())[:3]
        with run.playing.of(batch, on_bus=True), run.playing.of(batch[:1], on_bus=True):
            many, one = run.playing.told(most=2)
            assert (many.episodes, many.stream) == (3, None)
            assert one.stream == f"{batch[0].episode_id}/1"
            assert len(run.playing.told(most=1)) == 1
        assert run.playing.told(most=9) == ()


@pytest.mark.parametrize(
    ("error", "state", "why"),
    [
        (KeyboardInterrupt(), "interrupted", ()),
        (asyncio.CancelledError(), "interrupted", ()),
        (OSError("http://user:secret@endpoint"), "failed", ("OSError",)),
    ],
)
def test_a_run_that_breaks_off_says_so_and_no_more_than_what_broke(
    error: BaseException, state: str, why: tuple[str, ...]
) -> None:
    with opened() as run:
        end = news.broken_off(run, Pace(Done(0)), error)
    assert (end.state, end.why) == (state, why)
