"""The ladder: a challenger plays up until he does not win."""

from hypothesis import given
from hypothesis import strategies as st

from tournaments.schedules import Climb, climb


def played(captains: str, challengers: int, *, strength: str) -> tuple[Climb, list[str]]:
    """The ladder at its end, and who challenged whom; `strength` from the strongest down."""
    won: dict[tuple[str, str], bool] = {}
    while (ladder := climb(captains, challengers, won)).next is not None:
        challenger, holder = ladder.next
        won[ladder.next] = strength.index(challenger) < strength.index(holder)
    return ladder, ["".join(pair) for pair in won]


def test_a_challenger_goes_up_until_he_loses() -> None:
    ladder, met = played("abcx", 1, strength="axbc")
    assert met == ["xc", "xb", "xa"]
    assert "".join(ladder.order) == "axbc"


def test_who_loses_at_once_stays_below() -> None:
    ladder, met = played("abcx", 1, strength="abcx")
    assert (met, "".join(ladder.order)) == (["xc"], "abcx")


def test_the_next_challenger_begins_below_the_first() -> None:
    ladder, met = played("axy", 2, strength="yxa")
    assert met == ["xa", "ya", "yx"]
    assert "".join(ladder.order) == "yxa"


def test_those_whose_turn_comes_are_known() -> None:
    assert climb("abxyz", 3, {}).to_come == ("y", "z")


@given(strength=st.permutations("abcdefgh"), challengers=st.integers(1, 7))
def test_challengers_into_a_sorted_ladder_leave_it_sorted(
    strength: list[str], challengers: int
) -> None:
    rungs, below = strength[:-challengers], strength[-challengers:]
    order = sorted(rungs)
    ladder, met = played("".join([*order, *below]), challengers, strength="abcdefgh")
    assert ladder.order == tuple("abcdefgh")
    assert len(set(met)) == len(met)
