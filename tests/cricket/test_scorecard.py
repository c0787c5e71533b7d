"""The scorecard repeats the innings' own figures and adds nothing."""

from __future__ import annotations

from hypothesis import given

from engine.cricket.scorecard import innings_card, render
from engine.cricket.state import overs_notation
from tests.play import SQUADS, Played, random_matches


@given(random_matches())
def test_batters_and_extras_make_the_total(played: Played) -> None:
    for innings in played.result.innings:
        card = innings_card(innings, SQUADS)
        assert card.runs == sum(row.line.runs for row in card.batters) + card.extras.total
        assert len(card.batters) + len(card.did_not_bat) == 11


@given(random_matches())
def test_batters_stand_in_the_order_they_came_in(played: Played) -> None:
    for innings in played.result.innings:
        positions = [row.line.position for row in innings_card(innings, SQUADS).batters]
        assert positions == list(range(1, len(positions) + 1))


@given(random_matches())
def test_everybody_out_says_how(played: Played) -> None:
    for innings in played.result.innings:
        for row in innings_card(innings, SQUADS).batters:
            assert (row.how_out == "not out") == (row.line.dismissal is None)


@given(random_matches())
def test_the_text_shows_total_and_overs(played: Played) -> None:
    for innings in played.result.innings:
        text = render(innings_card(innings, SQUADS))
        assert f"{innings.runs}/{innings.wickets}" in text
        assert overs_notation(innings.legal_balls) in text
