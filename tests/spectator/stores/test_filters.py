"""What a list gives is what was asked for, in every store, and its pages are the whole of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.events import EndReason, EpisodeEndedEvent, Event
from spectator.store import Outcome, Result, StreamFilter
from spectator.streams import StreamKind
from tests.spectator.matches import match_events
from tests.spectator.stores.places import Place
from tests.spectator.wire import batch

NAMES = ("heuristic", "qwen3-8b", "Straße", "a' OR 1=1 --")
RUNS = ("cup-0123456789", "cup-0123456789-r", "cap")
ENDINGS = {
    None: Outcome.LIVE,
    EndReason.COMPLETED: Outcome.ENDED,
    EndReason.FORFEIT: Outcome.FORFEIT,
    EndReason.TRANSPORT: Outcome.VOID,
    EndReason.RUN_BUDGET: Outcome.VOID,
}


@dataclass(frozen=True, slots=True)
class Match:
    number: int
    run: str
    home: str
    away: str
    ending: EndReason | None
    winner: str | None

    @property
    def name(self) -> str:
        return f"{self.run}-r1-x-v-y-p{self.number:02d}-a"

    @property
    def events(self) -> list[Event]:
        first, *_, last = match_events(self.name, overs=1, home=self.home, away=self.away)
        if self.ending is None:
            return [first]
        assert isinstance(last, EpisodeEndedEvent)
        data = last.data.model_copy(update={"end_reason": self.ending, "winner": self.winner})
        return [first, last.model_copy(update={"seq": 2, "data": data})]

    def fits(self, wanted: StreamFilter) -> bool:
        found = ENDINGS[self.ending]
        return (
            self.name.startswith(f"{wanted.run}-r" if wanted.run else "")
            and all(captain in (self.home, self.away) for captain in wanted.captains)
            and (not wanted.outcomes or found in wanted.outcomes)
            and (wanted.result is None or not wanted.captains or self.went(wanted, found))
        )

    def went(self, wanted: StreamFilter, found: Outcome) -> bool:
        """Whether the match counts, and went so for the first captain."""
        won = {"home": self.home, "away": self.away, None: None}[self.winner]
        if found not in (Outcome.ENDED, Outcome.FORFEIT):
            return False
        if won is None:
            return wanted.result is Result.TIED
        return wanted.result is (Result.WON if won == wanted.captains[0] else Result.LOST)


@st.composite
def seasons(draw: st.DrawFn) -> list[Match]:
    season = []
    for number in range(draw(st.integers(0, 12))):
        home, away = draw(st.permutations(NAMES))[:2]
        run, ending = draw(st.sampled_from(RUNS)), draw(st.sampled_from(list(ENDINGS)))
        void = ending is not None and ending.is_void
        winner = None if void else draw(st.sampled_from(["home", "away", None]))
        season.append(Match(number, run, home, away, ending, winner))
    return season


filters = st.builds(
    StreamFilter,
    run=st.sampled_from(["", *RUNS]),
    captains=st.lists(st.sampled_from(NAMES), max_size=2, unique=True).map(tuple),
    result=st.none() | st.sampled_from(Result),
    outcomes=st.lists(st.sampled_from(Outcome), max_size=3, unique=True).map(tuple),
)


@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(season=seasons(), wanted=filters, page=st.integers(1, 5))
def test_pages_are_what_fits_live_first_and_the_newest_of_each(
    place: Place, season: list[Match], wanted: StreamFilter, page: int
) -> None:
    async def listed() -> tuple[list[str], int]:
        place.empty()
        async with place.opened() as store:
            for match in season:
                await store.append([batch(match.events)])
            found: list[str] = []
            total = -1
            while total < 0 or len(found) < total:
                some = await store.streams(StreamKind.MATCH, wanted, limit=page, offset=len(found))
                found += [info.stream for info in some.streams]
                total = some.total
            return found, total

    names, total = asyncio.run(listed())
    fitting = [match for match in reversed(season) if match.fits(wanted)]
    fitting.sort(key=lambda match: match.ending is not None)
    assert names == [f"{match.name}/1" for match in fitting]
    assert total == len(fitting)


async def test_a_format_and_a_captain_are_told_and_found(store):
    await store.append([batch(match_events("one", overs=5, home="ann", away="bob")[:3])])
    await store.append([batch(match_events("two", overs=20, home="ann", away="cy")[:3])])
    found = await store.streams(
        StreamKind.MATCH, StreamFilter(format="T20", captains=("ann",)), limit=9
    )
    assert [(i.stream, i.home, i.away, i.format) for i in found.streams] == [
        ("two/1", "ann", "cy", "T20")
    ]
    both = await store.streams(StreamKind.MATCH, StreamFilter(captains=("bob", "ann")), limit=9)
    assert both.total == 1
    assert (await store.streams(StreamKind.MATCH, StreamFilter(format="t5"), limit=9)).total == 0


async def test_who_won_is_known_of_a_match_that_was_followed_to_its_end(store):
    match = Match(1, "cup", "ann", "bob", EndReason.COMPLETED, "away")
    for event in match.events:
        await store.append([batch([event])])
    went = {
        result: (await store.streams(StreamKind.MATCH, _of("bob", result), limit=9)).total
        for result in Result
    }
    assert went == {Result.WON: 1, Result.LOST: 0, Result.TIED: 0}


def _of(captain: str, result: Result) -> StreamFilter:
    return StreamFilter(captains=(captain,), result=result)


async def test_a_match_changes_its_place_when_it_ends(store):
    events = match_events("one", overs=1)
    await store.append([batch(events[:-1])])
    await store.append([batch(match_events("two", overs=1)[:2])])
    live = StreamFilter(outcomes=(Outcome.LIVE,))
    assert (await store.streams(StreamKind.MATCH, live, limit=9)).total == 2
    await store.append([batch(events[-1:])])
    listed = await store.streams(StreamKind.MATCH, limit=9)
    assert [info.outcome for info in listed.streams] == [Outcome.LIVE, Outcome.ENDED]
