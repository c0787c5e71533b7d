"""Tables in the width that there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.narrow import LEAST_NAME, crosstable_within, standings_within

STANDINGS = [
    ["#", "captain", "played", "won", "lost", "tied", "points", "nrr"],
    ["1", "gradient-descent", "120", "70", "48", "2", "142", "+1.250"],
    ["2", "heuristic", "120", "48", "70", "2", "98", "-1.250"],
]
CROSSTABLE = [
    ["captain", "gradient-descent", "simulated-annealing"],
    ["gradient-descent", "·", "70–48–2 (0.59)"],
    ["simulated-annealing", "48–70–2 (0.41)", "·"],
]


def width(rows: list[list[str]]) -> int:
    return sum(max(map(len, column)) for column in zip(*rows, strict=True)) + 2 * (len(rows[0]) - 1)


@pytest.mark.parametrize(
    ("room", "head"),
    [
        (80, STANDINGS[0]),
        (52, ["#", "captain", "P", "W", "L", "T", "Pts", "nrr"]),
        (45, ["#", "captain", "W", "L", "T", "Pts", "nrr"]),
        (36, ["#", "captain", "W", "Pts", "nrr"]),
        (26, ["#", "captain", "Pts"]),
        (1, ["#", "captain", "Pts"]),
    ],
)
def test_columns_go_before_a_name_is_cut(room: int, head: list[str]) -> None:
    fits = standings_within(STANDINGS, room)
    assert fits[0] == head
    whole = room > 24
    assert (fits[1][1] == "gradient-descent") is whole


@given(room=st.integers(20, 90))
def test_no_line_of_the_standings_is_wider_than_the_room(room: int) -> None:
    assert width(standings_within(STANDINGS, room)) <= room


def test_a_name_that_is_cut_ends_with_an_ellipsis() -> None:
    assert standings_within(STANDINGS, 20)[1] == ["1", "gradient-de…", "142"]


@pytest.mark.parametrize(
    ("room", "row"),
    [
        (60, ["gradient-descent", "·", "70–48–2 (0.59)"]),
        (54, ["1 gradient-descent", "·", "70–48–2 (0.59)"]),
        (41, ["1 gradient-descent", "·", "70–48–2"]),
        (30, ["1 gradient-…", "·", "70–48–2"]),
    ],
)
def test_a_crosstable_numbers_opponents_before_it_cuts_names(room: int, row: list[str]) -> None:
    fits = crosstable_within(CROSSTABLE, room)
    assert fits is not None
    assert fits[1] == row
    assert width(fits) <= room


def test_a_crosstable_that_fits_nowhere_is_none() -> None:
    assert crosstable_within(CROSSTABLE, LEAST_NAME + 10) is None
