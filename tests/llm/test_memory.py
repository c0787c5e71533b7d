"""What a model is reminded of fits its budget, and is the match's own facts."""

from __future__ import annotations

from engine.observation import CricketObservation
from engine.tool_captains.llm.memory import BALLS_IN_FULL, MatchMemory, tokens_of
from tests.tables import Match


def late() -> tuple[MatchMemory, CricketObservation]:
    match, memory = Match(3), MatchMemory()
    hear = match._hear

    def heard(fact) -> None:
        memory.hear(fact)
        hear(fact)

    match.driver._on_fact = heard
    match.to_ball(26)
    return memory, match.session.observation(match.request)


def test_everything_fits_a_large_budget_with_the_latest_balls_in_full() -> None:
    memory, seen = late()
    lines = memory.lines(seen, 10_000)
    assert sum(" to " in line for line in lines) == BALLS_IN_FULL
    assert "innings 1, over 1, " in lines[0]


def test_no_budget_is_exceeded_and_the_latest_is_kept_longest() -> None:
    memory, seen = late()
    whole = memory.lines(seen, 10_000)
    for budget in range(-10, 900, 37):
        lines = memory.lines(seen, budget)
        assert tokens_of(*lines) <= max(budget, 0)
        assert not lines or lines[-1][:4] == whole[-1][:4] or "over" in lines[-1]


def test_an_estimate_is_never_less_than_a_token_for_three_bytes() -> None:
    assert tokens_of("abc", "äöü") == 1 + 2
    assert tokens_of("\ud800") == 1
