"""Powerplays and quotas against the published tables."""

from __future__ import annotations

import pytest

from engine.cricket.errors import UnknownFormat
from engine.cricket.formats import ODI, SUPER_OVER, format_named, format_of
from engine.cricket.state import overs_notation

# ICC men's T20I playing conditions, clause 28.7 (June 2025): innings overs and powerplay of a
# reduced match.
REDUCED = {
    5: "1.3", 6: "1.5", 7: "2.1", 8: "2.2", 9: "2.4", 10: "3.0", 11: "3.2", 12: "3.4", 13: "3.5",
    14: "4.1", 15: "4.3", 16: "4.5", 17: "5.1", 18: "5.2", 19: "5.4", 20: "6.0",
}  # fmt: skip


@pytest.mark.parametrize(("overs", "powerplay"), REDUCED.items())
def test_powerplay_follows_the_table_for_reduced_matches(overs: int, powerplay: str) -> None:
    assert overs_notation(format_of(overs).powerplay_balls) == powerplay


def test_a_super_over_has_no_powerplay() -> None:
    assert SUPER_OVER.powerplay_balls == 0
    assert {SUPER_OVER.max_outside(ball) for ball in range(6)} == {5}


def test_an_odi_has_three_powerplays() -> None:
    assert [ODI.max_outside(ball) for ball in (0, 59, 60, 239, 240, 299)] == [2, 2, 4, 4, 5, 5]


@pytest.mark.parametrize(
    ("overs", "quotas"),
    [(5, [1] * 5), (12, [3, 3, 2, 2, 2]), (20, [4] * 5), (50, [10] * 5), (3, [1, 1, 1, 0, 0])],
)
def test_quotas_share_out_the_innings(overs: int, quotas: list[int]) -> None:
    fmt = format_of(overs)
    bowled = [0] * 5
    for player in range(5):
        while fmt.may_bowl_another(bowled[player], bowled[:player] + bowled[player + 1 :]):
            bowled[player] += 1
    assert bowled == quotas


@pytest.mark.parametrize("overs", [0, 51, -1])
def test_overs_outside_one_to_fifty_are_refused(overs: int) -> None:
    with pytest.raises(UnknownFormat, match="1 to 50"):
        format_of(overs)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownFormat, match="T5, T10, T20, ODI"):
        format_named("T15")
