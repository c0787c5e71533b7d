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


def test_he_gives_an_over_to_spin_as_often() -> None:
    request, captain = Match(overs=20).to(DecisionKind.BOWLER).request, Empirical()
    squad = request.view.squads.of(request.seat)
    chosen = [captain.decide(request, draws(seed)) for seed in range(MANY)]
    spins = [squad[c.player].bowls.is_spin for c in chosen if isinstance(c, BowlerDecision)]
    assert mean(spins) == pytest.approx(spin_share(0, 20), abs=0.07)


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
