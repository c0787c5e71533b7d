"""Scripted captains play a super over as the last over of an innings, not as its first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from statistics import mean

import pytest

from engine.captains import Policy
from engine.captains.baseline import Baseline
from engine.captains.empirical import Empirical
from engine.captains.heuristic import Heuristic
from engine.chance import draw_squad
from engine.chance.rotation import spin_shares
from engine.cricket.choices import (
    BatterDecision,
    BowlerDecision,
    Decision,
    DecisionKind,
    DeliveryDecision,
    Field,
    Length,
    Seat,
    Variation,
)
from engine.cricket.formats import SUPER_OVER, T20
from engine.cricket.nodes import DecisionRequest
from engine.cricket.players import Bowling, Skill, Squad
from engine.cricket.setup import MatchSetup
from engine.cricket.state import Squads
from engine.driver import MatchDriver
from engine.packs import SuperOver
from engine.phases import Part, part_of
from engine.seeds import Streams
from tests.doubles import FlatModel, RunsValue
from tests.tables import SQUADS

# Of the super overs of T20 majors 2014-24, by the names of their bowlers.
REAL_SPIN = 15 / 70
MANY = 150


def decisions(
    captain: Policy, squads: Squads = SQUADS, seed: int = 1
) -> Iterator[tuple[DecisionRequest, Decision]]:
    """What he decides for both sides, from the super over of a level match on."""
    start = SuperOver(super_over=True, batting=Seat.HOME).start(T20, squads)
    driver = MatchDriver(
        MatchSetup(format=T20, squads=squads, start=start),
        model=FlatModel(),
        value=RunsValue(),
        streams=Streams(seed),
    )
    while (request := driver.request) is not None:
        decision = captain.decide(request, driver.draws())
        yield request, decision
        driver.answer(decision)


def balls(captain: Policy, *, by_pace: bool) -> list[DeliveryDecision]:
    """What he has bowled in many super overs, by bowlers of one kind."""
    found = []
    for seed in range(MANY):
        for request, decision in decisions(captain, seed=seed):
            innings = request.view.innings
            if isinstance(decision, DeliveryDecision) and innings and innings.bowler is not None:
                bowler = request.view.squads.of(request.seat)[innings.bowler]
                if bowler.bowls.is_spin is not by_pace:
                    found.append(decision)
    return found


def test_every_ball_of_a_super_over_is_of_the_death() -> None:
    assert {part_of(SUPER_OVER, ball) for ball in range(7)} == {Part.DEATH}


@pytest.mark.parametrize("captain", [Heuristic(), Empirical()])
def test_he_bowls_yorkers_and_slower_balls_and_sets_no_slips(captain: Policy) -> None:
    bowled = balls(captain, by_pace=True)
    assert mean(ball.length is Length.YORKER for ball in bowled) > 0.08
    assert mean(ball.variation is Variation.SLOWER for ball in bowled) > 0.08
    assert not [b for b in bowled if b.variation is Variation.SWING or b.field is Field.SLIPS]


@pytest.mark.parametrize("captain", [Baseline(), Empirical()])
def test_spinners_bowl_it_as_often_as_in_real_sides(captain: Policy) -> None:
    spins = []
    for seed in range(MANY):
        home, away = (draw_squad(Streams(seed), seat) for seat in Seat)
        squads = Squads(home=home, away=away)
        for request, decision in decisions(captain, squads, seed):
            if isinstance(decision, BowlerDecision):
                spins.append(squads.of(request.seat)[decision.player].bowls.is_spin)
    assert mean(spins) == pytest.approx(REAL_SPIN, abs=0.08)


def test_the_usual_bowler_of_a_super_over_is_one_as_real_sides_have() -> None:
    assert spin_shares(SUPER_OVER) == (REAL_SPIN,)


@pytest.mark.parametrize("captain", [Baseline(), Heuristic()])
def test_the_best_at_the_death_bowls_it_whatever_he_bowls(captain: Policy) -> None:
    best = with_skill(SQUADS.away, 9, bowls=Bowling.LEG_SPIN, economy=0.5)
    squads = Squads(home=SQUADS.home, away=best)
    made = [d for _, d in decisions(captain, squads) if isinstance(d, BowlerDecision)]
    assert made[0].player == 9


def test_the_heuristic_sends_in_his_best_batters_whatever_their_place() -> None:
    best = with_skill(with_skill(SQUADS.home, 5, scoring=0.6), 3, scoring=0.4)
    tail = with_skill(best, 10, scoring=0.9)
    made = [
        decision.player
        for request, decision in decisions(Heuristic(), Squads(home=tail, away=SQUADS.away))
        if request.kind is DecisionKind.BATTER and isinstance(decision, BatterDecision)
    ]
    assert made[:2] == [5, 3]


def with_skill(squad: Squad, place: int, bowls: Bowling | None = None, **skill: float) -> Squad:
    """The squad with another skill at one place, and there another kind of bowling."""
    players = list(squad.players)
    was = players[place]
    players[place] = replace(was, skill=Skill(**skill), bowls=bowls or was.bowls)
    return replace(squad, players=tuple(players))
