"""Squads and conditions drawn for a match."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import Generator, Philox
from scipy.stats import chi2_contingency, ks_2samp

from engine.chance import draw_conditions, draw_squad
from engine.chance.coefficients import shipped_coefficients
from engine.chance.conditions import draw_towards, spreads_of_conditions
from engine.chance.elevens import BulkSource, draw_elevens, elevens_of
from engine.chance.model import towards_runs
from engine.chance.names import SURNAMES
from engine.cricket.formats import ODI, T5, T20, format_of
from engine.cricket.players import MIN_BOWLERS, Game, Role
from engine.seeds import MAX_SEED, Streams

seeds = st.integers(0, MAX_SEED)


@given(seeds)
def test_a_drawn_squad_can_take_the_field(seed: int) -> None:
    squad = draw_squad(Streams(seed), "home")  # `Squad` refuses eleven that cannot
    spinners = [i for i in squad.bowlers if squad[i].bowls.is_spin]
    assert len(squad.bowlers) >= MIN_BOWLERS
    assert 2 <= len(spinners) <= 4
    assert sum(p.role is Role.KEEPER for p in squad.players) == 1


@given(seeds)
def test_the_same_seed_draws_the_same(seed: int) -> None:
    assert draw_squad(Streams(seed), "home") == draw_squad(Streams(seed), "home")
    one, again = (draw_conditions(Streams(seed), T20, Game.MEN) for _ in range(2))
    assert one == again


def test_the_two_seats_draw_apart() -> None:
    streams = Streams(7)
    assert draw_squad(streams, "home").players != draw_squad(streams, "away").players


def test_conditions_spread_as_fitted() -> None:
    drawn = [draw_conditions(Streams(seed), T20, Game.MEN) for seed in range(2000)]
    assert abs(np.mean([c.venue for c in drawn])) < 0.01
    assert 0.05 < np.std([c.venue + c.day for c in drawn]) < 0.35


def test_every_fitted_family_has_its_own_spreads_of_conditions() -> None:
    shipped = shipped_coefficients()
    for name, fmt, game in (
        ("t20", T5, Game.MEN),
        ("t20", T20, Game.MEN),
        ("odi", ODI, Game.MEN),
        ("t20_women", T5, Game.WOMEN),
    ):
        assert spreads_of_conditions(shipped, fmt, game) == shipped.families[name].conditions


@given(st.integers(20, 50))
def test_between_two_families_spreads_are_mixed_by_the_overs(overs: int) -> None:
    shipped = shipped_coefficients()
    short, long = (shipped.families[name].conditions for name in ("t20", "odi"))
    mixed, share = spreads_of_conditions(shipped, format_of(overs), Game.MEN), (overs - 20) / 30
    for effect in ("venue", "day", "innings"):
        a, b = getattr(short, effect), getattr(long, effect)
        assert getattr(mixed, effect) == pytest.approx(a + share * (b - a))


def test_the_tail_is_drawn_from_its_own_spread() -> None:
    tail = [draw_squad(Streams(seed), "home")[10].skill.scoring for seed in range(300)]
    assert 0.1 < np.std(tail) < 0.3


def test_surnames_are_many_and_different() -> None:
    assert len(set(SURNAMES)) == len(SURNAMES) >= 120


def test_a_drawn_squad_has_eleven_names() -> None:
    names = {player.name for player in draw_squad(Streams(5), "home").players}
    assert len({name.split(" ", 1)[1] for name in names}) == 11


def test_squads_drawn_in_bulk_are_distributed_as_squads_drawn_one_by_one() -> None:
    spreads = shipped_coefficients().spreads
    one_by_one = elevens_of([draw_squad(Streams(seed), "home") for seed in range(1500)])
    bulk = draw_elevens(BulkSource(Generator(Philox(1)), 1500), spreads)
    for name in ("scoring", "survival", "economy", "strike"):
        single, many = getattr(one_by_one, name), getattr(bulk, name)
        for place in range(11):
            assert ks_2samp(single[:, place], many[:, place], method="asymp").pvalue > 1e-4
    for name in ("bowls", "bats"):
        counts = [
            np.bincount(getattr(e, name)[:, 5:].ravel(), minlength=9) for e in (one_by_one, bulk)
        ]
        assert chi2_contingency(np.array(counts)[:, np.sum(counts, axis=0) > 0]).pvalue > 1e-4


def test_conditions_drawn_in_bulk_are_distributed_as_drawn_one_by_one() -> None:
    singles = [draw_conditions(Streams(seed), T20, Game.MEN) for seed in range(1500)]
    spreads = spreads_of_conditions(shipped_coefficients(), T20, Game.MEN)
    bulk = draw_towards(Generator(Philox(2)), 1500, spreads)
    for innings in (1, 2):
        single = [towards_runs(c, innings) for c in singles]
        assert ks_2samp(single, bulk[innings - 1], method="asymp").pvalue > 1e-4
    pairs = [[towards_runs(c, i) for c in singles] for i in (1, 2)]
    together = np.asarray(np.corrcoef(pairs))[0, 1]
    assert np.asarray(np.corrcoef(bulk))[0, 1] == pytest.approx(together, abs=0.1)
