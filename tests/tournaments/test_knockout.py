"""Brackets: the published orders, and the laws of who meets whom."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournaments.schedules import (
    Encounter,
    LoserOf,
    Seeded,
    Source,
    WinnerOf,
    bracket_slots,
    knockout,
    page_playoffs,
    qualifiers,
    serpentine,
)
from tournaments.schedules.groups import group_letter

entrants = st.integers(2, 64)


def told(encounter: Encounter) -> str:
    def source(one: Source) -> str:
        match one:
            case Seeded(seed):
                return str(seed)
            case WinnerOf(name):
                return f"W({name})"
            case LoserOf(name):
                return f"L({name})"

    return f"{source(encounter.first)}-{source(encounter.second)}"


def played(
    encounters: tuple[Encounter, ...], beats: Callable[[int, int], bool] = int.__lt__
) -> dict[str, tuple[int, int]]:
    """Of each encounter its winner and loser, as seeds; the better seed wins unless told else."""
    ended: dict[str, tuple[int, int]] = {}

    def who(source: Source) -> int:
        match source:
            case Seeded(seed):
                return seed
            case WinnerOf(name):
                return ended[name][0]
            case LoserOf(name):
                return ended[name][1]

    for encounter in encounters:
        one, other = who(encounter.first), who(encounter.second)
        ended[encounter.name] = (one, other) if beats(one, other) else (other, one)
    return ended


def test_eight_captains_stand_as_is_usual() -> None:
    first = [told(e) for e in knockout(8) if e.round == 1]
    assert first == ["1-8", "4-5", "3-6", "2-7"]


def test_six_captains_give_the_best_two_a_bye() -> None:
    assert [told(e) for e in knockout(6)] == [
        *("4-5", "3-6", "1-W(Quarter-final 1)", "W(Quarter-final 2)-2"),
        "W(Semi-final 1)-W(Semi-final 2)",
    ]


def test_the_third_place_match_comes_before_the_final() -> None:
    names = [e.name for e in knockout(4, third_place=True)]
    assert names == ["Semi-final 1", "Semi-final 2", "Third place", "Final"]
    assert played(knockout(4, third_place=True))["Third place"] == (3, 4)


def test_the_page_playoffs_are_those_of_the_indian_premier_league() -> None:
    assert [f"{e.name}: {told(e)}" for e in page_playoffs()] == [
        "Qualifier 1: 1-2",
        "Eliminator: 3-4",
        "Qualifier 2: L(Qualifier 1)-W(Eliminator)",
        "Final: W(Qualifier 1)-W(Qualifier 2)",
    ]


@given(count=entrants)
def test_all_but_one_lose_once(count: int) -> None:
    losers = [loser for _, loser in played(knockout(count)).values()]
    assert sorted(losers) == list(range(2, count + 1))


@given(count=entrants)
def test_there_are_as_many_rounds_as_halvings(count: int) -> None:
    assert max(e.round for e in knockout(count)) == (count - 1).bit_length()


@given(count=entrants)
def test_the_best_two_meet_in_the_final_alone(count: int) -> None:
    assert played(knockout(count))["Final"] == (1, 2)


@given(count=entrants)
def test_byes_go_to_the_best_seeds(count: int) -> None:
    playing = {s.seed for e in knockout(count) if e.round == 1 for s in _seeded(e)}
    byes = 2 ** (count - 1).bit_length() - count
    assert playing == set(range(byes + 1, count + 1))


@given(count=entrants)
def test_each_round_of_a_full_bracket_adds_up(count: int) -> None:
    size = 2 ** (count - 1).bit_length()
    slots = bracket_slots(size)
    assert sorted(slots) == list(range(1, size + 1))
    assert {a + b for a, b in zip(slots[::2], slots[1::2], strict=True)} == {size + 1}


@given(count=st.integers(4, 64))
def test_names_are_unique(count: int) -> None:
    names = [e.name for e in knockout(count, third_place=True)]
    assert len(set(names)) == len(names) == count


def _seeded(encounter: Encounter) -> list[Seeded]:
    return [s for s in (encounter.first, encounter.second) if isinstance(s, Seeded)]


# --- groups --------------------------------------------------------------------------------------


def test_groups_are_dealt_there_and_back() -> None:
    assert serpentine("12345678", 2) == (tuple("1458"), tuple("2367"))


@given(count=st.integers(4, 64), data=st.data())
def test_groups_are_of_one_size_as_nearly_as_can_be(count: int, data: st.DataObject) -> None:
    groups = data.draw(st.integers(2, count // 2))
    dealt = serpentine([str(n) for n in range(count)], groups)
    sizes = [len(group) for group in dealt]
    assert sum(sizes) == count
    assert max(sizes) - min(sizes) <= 1


def test_two_groups_of_two_cross() -> None:
    assert [q.label for q in qualifiers(2, 2)] == ["A1", "B1", "A2", "B2"]  # A1 v B2, B1 v A2


def test_four_groups_of_two_are_as_in_a_quarter_final() -> None:
    seeds = qualifiers(4, 2)
    first = [(seeds[a.seed - 1].label, seeds[b.seed - 1].label) for a, b in _first(8)]
    assert first == [("A1", "D2"), ("D1", "A2"), ("C1", "B2"), ("B1", "C2")]


@pytest.mark.parametrize("groups", range(2, 33))
def test_nobody_meets_his_own_group_at_once(groups: int) -> None:
    for advance in range(1, 64 // groups + 1):
        _meet_others(groups, advance)


def _meet_others(groups: int, advance: int) -> None:
    seeds = qualifiers(groups, advance)
    assert len(set(seeds)) == groups * advance
    for one, other in _first(groups * advance):
        assert seeds[one.seed - 1].group != seeds[other.seed - 1].group


def test_groups_have_letters_of_their_own() -> None:
    assert [group_letter(n) for n in (0, 25, 26, 31)] == ["A", "Z", "AA", "AF"]


def _first(count: int) -> list[tuple[Seeded, Seeded]]:
    pairs = [_seeded(e) for e in knockout(count)]
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]
