"""What a run keeps of what has been played: enough for its table, and no whole result."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from dataclasses import replace
from types import ModuleType

from engine.cricket.choices import Seat
from engine.events import EndReason
from engine.result import EpisodeResult
from flows.accounts import accounts
from flows.announce import Announcer
from flows.scorebook import Scorebook
from tests.doubles import Remembering
from tests.flows.seasons import opened, played


def held_by(*roots: object) -> Iterable[object]:
    """Everything that can be reached from these without going through a class or a module."""
    seen: dict[int, object] = {}
    ahead = list(roots)
    while ahead:
        one = ahead.pop()
        if id(one) not in seen and not isinstance(one, type | ModuleType):
            seen[id(one)] = one
            ahead += [] if callable(one) else gc.get_referents(one)
    return seen.values()


def results_in(*roots: object) -> list[EpisodeResult]:
    return [one for one in held_by(*roots) if isinstance(one, EpisodeResult)]


def test_a_run_and_its_telling_hold_no_result_of_what_counts() -> None:
    with opened() as run:
        announcer = Announcer(run, Remembering())
        for episode in run.plan.episodes():
            result = played(episode)
            run.add([result])
            announcer.add([result])
        assert run.done == run.total
        assert results_in(run, announcer) == []


def test_it_holds_a_void_one_until_it_is_played() -> None:
    with opened() as run:
        first = next(run.plan.episodes())
        void, whole = played(first, EndReason.TRANSPORT), replace(played(first), attempt=2)
        run.add([void])
        assert (results_in(run), run.book.void) == ([void], 1)
        run.add([whole])
        assert (results_in(run), run.book.void, run.done) == ([], 0, 1)


def test_its_accounts_are_those_of_the_results_that_stand() -> None:
    with opened() as run:
        first, second, *_ = run.plan.episodes()
        void = [played(first, EndReason.TRANSPORT), played(second, EndReason.TRANSPORT)]
        again = replace(played(first), attempt=2)
        run.add([*void, again])
        assert run.book.accounts() == accounts(run.plan.captains, [again, void[1]])


def test_what_is_told_twice_counts_once() -> None:
    with opened() as run:
        once, first = Scorebook(run.order), played(next(run.plan.episodes()))
        once.add(first)
        run.add([first, first])
        assert run.ended == once.ended
        assert run.book.accounts() == once.accounts()
        assert run.book.table.standings() == once.table.standings()


def test_a_captain_who_could_not_play_is_no_longer_left_out_once_he_has() -> None:
    with opened() as run:
        first = next(run.plan.episodes())
        run.add([replace(played(first, EndReason.BAD_SETTINGS), failed=Seat.HOME, error="no key")])
        assert run.book.unplayable == {first.home: "no key"}
        run.add([replace(played(first), attempt=2)])
        assert run.book.unplayable == {}
