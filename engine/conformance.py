"""The suite that any captain must pass before he may play: `check_captain(build)`.

He is put through whole matches in every format and through scripted weather that brings on what
is rare: free hits, all out and the last pair, super overs, batters retired hurt. He must answer
legally, in the same way each time he is asked the same question, in any order, and must leave
what he is shown as it was. It needs no ball model.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from engine.captains.base import Policy
from engine.cricket import legality
from engine.cricket.choices import Decision, Seat
from engine.cricket.errors import IllegalDecision
from engine.cricket.formats import ODI, T5, T10, T20, Format, format_of
from engine.cricket.nodes import DecisionRequest
from engine.cricket.setup import MatchSetup
from engine.cricket.state import Innings, Squads
from engine.driver import draws_for
from engine.rehearsal import Weather, dots, injuries, no_balls, ordinary, rehearse, wickets
from engine.seeds import CaptainDraws, Streams
from engine.squads import load_squad

Build = Callable[[], Policy]

FORMATS: Final = (T5, T10, T20, ODI, format_of(1), format_of(7), format_of(50))
SEED: Final = 20261123


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing asked of the captain. `detail` says what went wrong, empty when it passed."""

    name: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question of a match, the captain's draws for it, and his answer."""

    request: DecisionRequest
    draws: CaptainDraws
    decision: Decision


class _Failed(Exception):
    """What the captain did wrong."""


def check_captain(build: Build, formats: Sequence[Format] = FORMATS) -> list[Check]:
    """Every check, passed or not; a captain who raises fails the check that he raised in."""
    checks: list[tuple[str, Callable[[], None]]] = [
        *((f"plays {fmt.name} legally", _plays(build, fmt)) for fmt in _distinct(formats)),
        ("plays on through free hits", lambda: _meets(build, no_balls, _has_free_hit)),
        ("plays the last wicket and is all out", lambda: _meets(build, wickets, _has_last_pair)),
        ("plays super overs", lambda: _meets(build, dots, _has_super_over)),
        ("plays on when batters retire hurt", lambda: _meets(build, injuries, _has_retired)),
        ("plays the same match again on the same seed", lambda: _repeats(build)),
        ("answers a question as before, in any order", lambda: _is_a_function(build)),
        ("leaves what it is shown as it was", lambda: _mutates_nothing(build)),
    ]
    return [_run(name, check) for name, check in checks]


# --- the checks --------------------------------------------------------------------------------


def _run(name: str, check: Callable[[], None]) -> Check:
    try:
        check()
    except _Failed as failure:
        return Check(name=name, passed=False, detail=str(failure))
    except Exception as error:  # noqa: BLE001 - whatever a captain raises is his failure
        return Check(name=name, passed=False, detail=f"raised {type(error).__name__}: {error}")
    return Check(name=name, passed=True)


def _plays(build: Build, fmt: Format) -> Callable[[], None]:
    return lambda: _exhaust(_match(build, fmt, ordinary))


def _meets(build: Build, weather: Weather, happened: Callable[[Innings], bool]) -> None:
    asked = list(_match(build, T5, weather))
    innings = [a.request.view.innings for a in asked]
    if not any(happened(i) for i in innings if i is not None):
        raise AssertionError("the weather did not bring it on: a bug in the suite")


def _repeats(build: Build) -> None:
    for first, again in zip(
        _match(build, T20, ordinary), _match(build, T20, ordinary), strict=True
    ):
        if first.decision != again.decision:
            raise _Failed(
                f"{_named(first.request)}: {first.decision}, then {again.decision} on the same seed"
            )


def _is_a_function(build: Build) -> None:
    asked = list(_match(build, T10, ordinary))
    fresh = build()
    for question in reversed(asked):
        again = fresh.decide(question.request, question.draws)
        if again != question.decision:
            raise _Failed(
                f"{_named(question.request)}: {question.decision} in the match, {again} when asked "
                "alone: it depends on something that is not in the request"
            )


def _mutates_nothing(build: Build) -> None:
    captain = build()
    for question in _match(build, T5, ordinary):
        before = pickle.dumps(question.request)
        captain.decide(question.request, question.draws)
        if pickle.dumps(question.request) != before:
            raise _Failed(f"{_named(question.request)}: the request was changed")


# --- a match of the captain against himself -----------------------------------------------------


def _match(build: Build, fmt: Format, weather: Weather) -> Iterator[Asked]:
    """Question by question. Raises `_Failed`."""
    captains = {seat: build() for seat in Seat}
    streams = Streams(SEED)
    setup = MatchSetup(format=fmt, squads=_squads(), max_super_overs=2)
    return rehearse(
        setup, weather, streams, lead=lambda node: _ask(captains[node.seat], node, streams)
    )


def _ask(captain: Policy, request: DecisionRequest, streams: Streams) -> Asked:
    draws = draws_for(request, streams)
    decision = captain.decide(request, draws)
    try:
        legality.check(request, decision)
    except IllegalDecision as error:
        raise _Failed(f"{_named(request)}: {error}") from None
    return Asked(request=request, draws=draws, decision=decision)


@cache
def _squads() -> Squads:
    return Squads(home=load_squad("saltmarsh"), away=load_squad("redstone"))


def _has_free_hit(innings: Innings) -> bool:
    return innings.free_hit


def _has_last_pair(innings: Innings) -> bool:
    return innings.wickets == innings.max_wickets - 1 and not innings.is_super_over


def _has_super_over(innings: Innings) -> bool:
    return innings.is_super_over


def _has_retired(innings: Innings) -> bool:
    return any(line.dismissal is not None and not line.is_out for line in innings.batters)


def _exhaust(asked: Iterator[Asked]) -> None:
    for _ in asked:
        pass


def _distinct(formats: Sequence[Format]) -> list[Format]:
    return list({fmt.name: fmt for fmt in formats}.values())


def _named(request: DecisionRequest) -> str:
    return f"question {request.number} ({request.kind})"
