"""A match that begins in the middle: everything that play reaches is a start, nothing else is."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cricket.choices import DecisionKind, Seat
from engine.cricket.errors import BadStart
from engine.cricket.formats import T5
from engine.cricket.nodes import InningsEnded, InningsStarted, ResultKind, TossMade
from engine.cricket.players import PlayerIndex
from engine.cricket.setup import MatchSetup
from engine.cricket.start import Start
from engine.cricket.state import Innings
from tests.play import COMMON, SQUADS, Played, play_randomly, random_matches


def starts_in(played: Played) -> list[Start]:
    """Every state of the match in which a bowler was asked for."""
    views = [r.view for r, _ in played.requests if r.kind is DecisionKind.BOWLER]
    return [Start(innings=v.innings, finished=v.finished) for v in views if v.innings]


def match_of(seed: int) -> Played:
    return play_randomly(T5, random.Random(seed), COMMON)


def begun(start: Start, seed: int = 1) -> Played:
    return play_randomly(T5, random.Random(seed), COMMON, start)


@given(random_matches())
def test_every_state_that_play_reaches_between_overs_is_a_start(played: Played) -> None:
    for start in starts_in(played):
        fmt = played.requests[0][0].view.format
        MatchSetup(format=fmt, squads=SQUADS, start=start)


@given(st.integers(0, 2**16), st.integers(0, 40))
def test_play_goes_on_from_a_start_and_keeps_the_books(seed: int, at: int) -> None:
    starts = starts_in(match_of(seed))
    start = starts[at % len(starts)]
    played = begun(start)
    assert played.balls[0].before.legal_balls == start.innings.legal_balls
    for innings in played.result.innings:
        assert innings.runs == sum(b.runs for b in innings.batters) + innings.extras.total
        assert sum(b.balls for b in innings.bowlers) == innings.legal_balls


def test_nobody_tosses_and_what_was_played_before_is_told_first() -> None:
    start = next(s for s in starts_in(match_of(3)) if s.finished)
    told = begun(start).facts
    assert not any(isinstance(fact, TossMade) for fact in told)
    assert told[:3] == [
        InningsStarted(innings=start.finished[0]),
        InningsEnded(innings=start.finished[0]),
        InningsStarted(innings=start.innings),
    ]


def test_a_chase_from_a_start_is_won_by_the_wickets_that_are_left() -> None:
    chases = [s for seed in range(30) for s in starts_in(match_of(seed)) if s.finished]
    results = [begun(start, seed).result for seed, start in enumerate(chases)]
    won = [r for r in results if r.kind is ResultKind.WICKETS]
    assert won
    assert all(r.margin == 10 - r.innings[1].wickets for r in won)


def test_a_match_may_begin_with_its_super_over() -> None:
    start = Start(innings=super_over(), finished=(level_first(), level_second()))
    result = begun(start).result
    assert result.innings[2].batting is Seat.AWAY
    assert result.kind in (ResultKind.SUPER_OVER, ResultKind.TIE)


def level_first() -> Innings:
    return match_of(5).result.innings[0]


def level_second() -> Innings:
    first = level_first()
    return replace(first, number=2, batting=first.batting.other, target=first.runs + 1)


def super_over() -> Innings:
    start = next(
        s
        for seed in range(200)
        for s in starts_in(play_randomly(T5, random.Random(seed), COMMON[:1]))
        if s.innings.is_super_over
    )
    return replace(start.innings, batting=level_second().batting)


def middle() -> Start:
    return next(s for s in starts_in(match_of(3)) if s.finished and s.innings.wickets > 1)


def _with_line(innings: Innings, which: str, index: int, **changes: Any) -> Innings:
    lines = list(getattr(innings, which))
    lines[index] = replace(lines[index], **changes)
    changed: dict[str, Any] = {which: tuple(lines)}
    return replace(innings, **changed)


def _not_in(innings: Innings) -> PlayerIndex:
    return PlayerIndex(next(i for i, line in enumerate(innings.batters) if not line.position))


def _used(innings: Innings) -> PlayerIndex:
    return PlayerIndex(next(i for i, line in enumerate(innings.bowlers) if line.overs))


BROKEN: dict[str, Callable[[Innings], Innings]] = {
    "score": lambda i: replace(i, runs=i.runs + 1),
    "wickets": lambda i: replace(i, wickets=i.wickets + 1),
    "legal balls": lambda i: replace(i, legal_balls=i.legal_balls + 6),
    "too long": lambda i: replace(i, legal_balls=600),
    "one batter": lambda i: replace(i, non_striker=None),
    "the same batter": lambda i: replace(i, non_striker=i.striker),
    "a batter who is not in": lambda i: replace(i, striker=_not_in(i)),
    "a free hit": lambda i: replace(i, free_hit=True),
    "in an over": lambda i: replace(i, bowler=_used(i)),
    "nobody bowled last": lambda i: replace(i, last_bowler=None),
    "a quota": lambda i: _with_line(i, "bowlers", _used(i), overs=4),
    "a target": lambda i: replace(i, target=(i.target or 0) + 1),
    "a seat": lambda i: replace(i, batting=i.batting.other),
    "a number": lambda i: replace(i, number=1),
    "a negative figure": lambda i: _with_line(i, "batters", i.striker or 0, runs=-1),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_state_that_no_match_reaches_is_refused(fault: str) -> None:
    start = middle()
    broken = replace(start, innings=BROKEN[fault](start.innings))
    with pytest.raises(BadStart, match="innings"):
        MatchSetup(format=T5, squads=SQUADS, start=broken)
