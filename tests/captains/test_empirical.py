"""The empirical captain does, on average, what real captains did."""

from __future__ import annotations

from statistics import mean, stdev

import pytest

from engine.captains.empirical import Empirical, EmpiricalSettings
from engine.chance.aggression import natural_aggression
from engine.chance.rotation import spin_share
from engine.cricket.choices import (
    BowlerDecision,
    DecisionKind,
    DeliveryDecision,
    Election,
    Field,
    ShotDecision,
    TossDecision,
)
from engine.seeds import CaptainDraws, Streams, captain_draws
from tests.tables import Match

MANY = 400


def draws(seed: int) -> CaptainDraws:
    return captain_draws(Streams(seed), seat="home", kind="x", innings=1, ball=0, repeat=0)


def test_he_fields_first_as_often_as_real_captains() -> None:
    request, captain = Match(overs=20).request, Empirical()
    field_first = TossDecision(elect=Election.FIELD)
    chosen = [captain.decide(request, draws(seed)) == field_first for seed in range(MANY)]
    assert mean(chosen) == pytest.approx(0.658, abs=0.07)


def spun(seed: int, length: int = 20) -> list[bool]:
    """Whether each over of a first innings that he leads was given to a spinner."""
    match, captain, overs = Match(seed, overs=length), Empirical(), list[bool]()
    while (innings := match.request.view.innings) is None or innings.number == 1:
        request = match.request
        decision = captain.decide(request, match.driver.draws())
        if isinstance(decision, BowlerDecision):
            overs.append(request.view.squads.of(request.seat)[decision.player].bowls.is_spin)
        match.driver.answer(decision)
    return overs


def test_he_gives_overs_to_spin_as_often_as_real_captains_to_the_very_last() -> None:
    innings = [overs for seed in range(100) if len(overs := spun(seed)) == 20]
    by_over = [mean(overs[over] for overs in innings) for over in range(20)]
    real = [spin_share(over, 20) for over in range(20)]
    assert mean(abs(a - b) for a, b in zip(by_over, real, strict=True)) < 0.12
    assert by_over[-1] < 0.25  # pace is kept for the end, not used up


@pytest.mark.parametrize("length", [2, 7])  # overs that a fifth does not divide: some bowl one more
def test_he_does_so_where_not_all_may_bowl_as_many_overs(length: int) -> None:
    innings = [overs for seed in range(120) if len(overs := spun(seed, length)) == length]
    spin = mean(sum(overs) for overs in innings)
    assert spin == pytest.approx(sum(spin_share(over, length) for over in range(length)), abs=0.45)


def test_his_batters_press_about_as_real_ones_do() -> None:
    request, captain = Match(overs=20).to(DecisionKind.SHOT).request, Empirical()
    shots = [captain.decide(request, draws(seed)) for seed in range(MANY)]
    found = [s.aggression for s in shots if isinstance(s, ShotDecision) and s.aggression]
    assert request.view.innings is not None
    assert mean(found) == pytest.approx(natural_aggression(request.view.innings, 0), abs=0.02)
    assert stdev(found) == pytest.approx(captain.settings.spread, abs=0.02)


def test_without_variety_he_bowls_what_is_usual() -> None:
    request = Match(overs=20).to(DecisionKind.DELIVERY).request
    captain = Empirical(EmpiricalSettings(varied=0.0))
    usual = DeliveryDecision(field=Field.STANDARD)
    assert {captain.decide(request, draws(seed)) for seed in range(20)} == {usual}
