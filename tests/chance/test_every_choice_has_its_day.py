"""No choice is always best and none is never best: for every option of every tool there is a state,
reached in play, where it is worth most, and one where it is not.

Played between captains who do all that is legal, so that every state here can come about. Worth is
that of `engine.chance.options`: one step ahead, on what the captain who is asked knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from functools import cache

import pytest

from engine.captains import build, resolve
from engine.chance import BallModel, WinProbability
from engine.chance.advice import Adviser
from engine.cricket.choices import (
    DecisionKind,
    DeliveryDecision,
    Election,
    Field,
    Length,
    Line,
    Seat,
    Shot,
    ShotDecision,
    TossDecision,
    Variation,
)
from engine.cricket.formats import T5, T20
from engine.cricket.nodes import DecisionRequest
from engine.driver import MatchDriver
from engine.seeds import Streams
from engine.setup import match_setup, squads_named

MATCHES = 8
PAIRINGS = (("heuristic", "random"), ("random", "heuristic"), ("heuristic", "aggressive"))
TIMES = 3  # a state is no accident


class Pressing(StrEnum):
    """Aggression in thirds."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


def questions(overs: int) -> Iterator[tuple[DecisionRequest, Adviser]]:
    """What is asked in seeded matches of every pairing, and who knows what a captain may."""
    model = BallModel.shipped()
    for seed in range(MATCHES):
        for names in PAIRINGS:
            streams = Streams(seed)
            squads = squads_named(("drawn", "drawn"), streams)
            setup = match_setup(overs=overs, squads=squads, max_super_overs=1, streams=streams)
            adviser = Adviser(model, WinProbability.public(setup, model))
            driver = MatchDriver(setup, model=model, value=None, streams=streams)
            captains = dict(zip(Seat, (build(resolve(name)) for name in names), strict=True))
            while (request := driver.request) is not None:
                yield request, adviser
                driver.answer(captains[request.seat].decide(request, driver.draws()))


@cache
def best_choices(overs: int) -> tuple[Counter[object], int, int]:
    """How often each option is part of the best answer; shots and deliveries asked for."""
    best: Counter[object] = Counter()
    asked: Counter[DecisionKind] = Counter()
    for request, adviser in questions(overs):
        asked[request.kind] += 1
        match adviser.best(request):
            case ShotDecision(shot=shot, aggression=aggression):
                best[shot] += 1
                if aggression is not None:
                    best[list(Pressing)[min(2, int(3 * aggression))]] += 1
            case DeliveryDecision(field=field, length=length, line=line, variation=variation):
                best.update((field, length, line, variation))
            case TossDecision(elect=elect):
                best[elect] += 1
    return best, asked[DecisionKind.SHOT], asked[DecisionKind.DELIVERY]


OPTIONS = [*Shot, *Field, *Length, *Line, *Variation, *Pressing, *Election]


@pytest.mark.parametrize("option", OPTIONS, ids=lambda o: f"{type(o).__name__}-{o}")
def test_an_option_is_best_somewhere(option: object) -> None:
    assert sum(best_choices(fmt.max_overs)[0][option] for fmt in (T5, T20)) >= TIMES


@pytest.mark.parametrize(
    "option", OPTIONS[: -len(Election)], ids=lambda o: f"{type(o).__name__}-{o}"
)
@pytest.mark.parametrize("overs", [5, 20])
def test_no_option_is_best_nearly_everywhere(option: object, overs: int) -> None:
    best, shots, deliveries = best_choices(overs)
    of = shots if isinstance(option, Shot | Pressing) else deliveries
    most = 0.98 if option is Pressing.HIGH and overs == 5 else 0.85
    assert best[option] <= most * of


@pytest.mark.parametrize(("overs", "elect"), [(5, Election.BAT), (20, Election.FIELD)])
def test_the_toss_is_no_foregone_conclusion(overs: int, elect: Election) -> None:
    best = best_choices(overs)[0]
    assert best[elect] > best[next(other for other in Election if other is not elect)]
