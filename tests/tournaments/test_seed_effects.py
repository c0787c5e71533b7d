"""Whether the order hangs on single seeds."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from random import Random

from tournaments.pairs import LegScore, Outcome, Pair
from tournaments.seed_effects import seed_effects


def pair(first: str, second: str, seed: int, score: float) -> Pair:
    leg = LegScore(outcome=Outcome.DRAW, adjusted=score)
    return Pair(
        pair_id=f"{first}-{second}-{seed}", seed=seed, first=first, second=second, legs=(leg, leg)
    )


def league(strengths: Mapping[str, float], seeds: range) -> list[Pair]:
    """Everybody meets everybody; who is stronger scores more, on every seed alike."""
    names = list(strengths)
    return [
        pair(one, other, seed, 0.5 + strengths[one] - strengths[other])
        for place, one in enumerate(names)
        for other in names[place + 1 :]
        for seed in seeds
    ]


ORDERED = {"a": 0.3, "b": 0.2, "c": 0.1, "d": 0.0}


def test_an_order_that_every_seed_shows_hangs_on_none() -> None:
    found = seed_effects(league(ORDERED, range(6)))
    assert found is not None
    assert (found.first, dict(found.others), found.seeds) == ("a", {}, 6)
    assert found.order == 1


def test_the_seed_that_decides_who_leads_is_named() -> None:
    level = [pair("a", "b", seed, 0.49) for seed in range(5)]
    found = seed_effects([*level, pair("a", "b", 9, 1.0)])
    assert found is not None
    assert found.first == "a"
    assert found.others == {"b": (9,)}


def test_halves_that_disagree_are_told() -> None:
    turned = {name: 0.3 - strength for name, strength in ORDERED.items()}
    pairs = [p for p in league(ORDERED, range(6)) if p.seed % 2]
    pairs += [p for p in league(turned, range(6)) if not p.seed % 2]
    found = seed_effects(pairs)
    assert found is not None
    assert found.order == -1


def test_a_few_seeds_tell_nothing() -> None:
    assert seed_effects(league(ORDERED, range(3))) is None


def test_few_captains_have_no_order_to_compare() -> None:
    found = seed_effects(league({"a": 0.1, "b": 0.0}, range(6)))
    assert found is not None
    assert found.order is None


def test_with_seeds_of_its_own_for_every_pairing_it_is_the_same_as_rating_all_the_others() -> None:
    names, dice = "abcd", Random(5)
    pairs = [
        pair(one, other, number, dice.random())
        for number, (one, other) in enumerate([*combinations(names, 2)] * 3)
    ]
    found = seed_effects(pairs)
    assert found is not None
    leaders = {p.seed: leading([other for other in pairs if other is not p]) for p in pairs}
    without = {seed: leader for seed, leader in leaders.items() if leader != found.first}
    assert {seed: who for who, seeds in found.others.items() for seed in seeds} == without
    assert without


def leading(pairs: list[Pair]) -> str:
    found = seed_effects(pairs)
    assert found is not None
    return found.first


def test_where_some_have_not_met_scores_tell_nothing_of_the_order() -> None:
    met = [p for p in league(ORDERED, range(6)) if {p.first, p.second} != {"a", "b"}]
    assert seed_effects(met) is None
