"""What tells the kinds of captain apart."""

from statistics import mean

import pytest

from engine.captains import PRESETS, Baseline, build
from engine.captains.heuristic import Heuristic, HeuristicSettings
from engine.cricket.choices import DecisionKind, Election, Field, ShotDecision, TossDecision
from engine.seeds import CaptainDraws, Streams, captain_draws
from tests.tables import Match


def draws(seed: int = 0) -> CaptainDraws:
    return captain_draws(Streams(seed), seat="home", kind="x", innings=1, ball=0, repeat=0)


def aggressions(name: str, seed: int) -> list[float]:
    captain, match = build(PRESETS[name]), Match(seed=seed, overs=20)
    found = []
    while match.driver.request is not None:
        if match.request.kind is DecisionKind.SHOT:
            decision = captain.decide(match.request, match.driver.draws())
            assert isinstance(decision, ShotDecision)
            if decision.aggression is not None:
                found.append(decision.aggression)
        match.play()
    return found


def test_the_baseline_leaves_everything_to_what_is_usual() -> None:
    shot = Baseline().decide(Match().to(DecisionKind.SHOT).request, draws())
    ball = Baseline().decide(Match().to(DecisionKind.DELIVERY).request, draws())
    assert shot == ShotDecision()
    assert getattr(ball, "field", None) is Field.STANDARD


def test_the_baseline_fields_first_and_keeps_the_batting_order() -> None:
    match = Match()
    assert Baseline().decide(match.request, draws()) == TossDecision(elect=Election.FIELD)
    first = Baseline().decide(match.to(DecisionKind.BATTER).request, draws())
    assert getattr(first, "player", None) == 0


def test_presets_differ_in_the_way_their_names_say() -> None:
    bold, usual, careful = (
        mean(aggressions(name, seed=5)) for name in ("aggressive", "heuristic", "cautious")
    )
    assert bold > usual + 0.03 > careful + 0.03


@pytest.mark.parametrize("name", ["heuristic", "aggressive", "cautious"])
def test_aggression_stays_in_range(name: str) -> None:
    assert all(0.0 <= a <= 1.0 for a in aggressions(name, seed=2))


def test_the_heuristic_without_variety_is_predictable() -> None:
    captain = Heuristic(HeuristicSettings(variety=0.0))
    request = Match().to(DecisionKind.DELIVERY).request
    assert len({captain.decide(request, draws(seed)) for seed in range(20)}) == 1


def test_the_heuristic_with_variety_is_not() -> None:
    request = Match().to(DecisionKind.DELIVERY).request
    assert len({Heuristic().decide(request, draws(seed)) for seed in range(40)}) > 1


def test_the_random_captain_reaches_every_legal_choice() -> None:
    captain, request = build(PRESETS["random"]), Match().to(DecisionKind.BOWLER).request
    found = {getattr(captain.decide(request, draws(seed)), "player", None) for seed in range(200)}
    assert found == set(request.legal.players)
