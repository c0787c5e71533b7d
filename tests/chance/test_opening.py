"""What was drawn before the first ball is worth exactly nothing on average."""

from dataclasses import replace

import numpy as np
import pytest

from engine.chance import MatchValue, WinProbability, draw_conditions
from engine.chance.grid import grid_of, unknown_conditions
from engine.chance.solving import CHASE
from engine.chance.usual import Stage
from engine.cricket.choices import Seat
from engine.cricket.formats import T5, T20, Format
from engine.cricket.laws import start_innings
from engine.cricket.players import Game
from engine.cricket.setup import Captaincy, Drawn, MatchSetup
from engine.cricket.state import ALL_OUT, Conditions, Innings, Squads
from engine.eras import CURRENT_ERA
from engine.seeds import Streams
from engine.setup import match_setup, squads_named
from tests.chance.contexts import MODEL

BOTH = Drawn(squads=True, conditions=True)


def setup_of(seed: int, fmt: Format = T20, drawn: Drawn = BOTH) -> MatchSetup:
    streams = Streams(seed)
    squads = squads_named(("drawn", "drawn"), streams)
    setup = match_setup(
        overs=fmt.max_overs, squads=squads, max_super_overs=1, streams=streams, squads_drawn=True
    )
    return replace(setup, drawn=drawn)


def _first_ball(setup: MatchSetup, batting: Seat) -> Innings:
    return start_innings(number=1, batting=batting, format_=setup.format, target=None)


def swapped(setup: MatchSetup) -> MatchSetup:
    squads = Squads(home=setup.squads.away, away=setup.squads.home)
    return replace(setup, squads=squads)


@pytest.mark.parametrize("fmt", [T5, T20])
@pytest.mark.parametrize("seed", range(5))
def test_the_two_ways_of_sharing_squads_out_average_to_one_half(seed: int, fmt: Format) -> None:
    setup = setup_of(seed, fmt)
    one, other = (MatchValue(s, MODEL).opening() for s in (setup, swapped(setup)))
    assert one.before == other.before == 0.5
    assert one.after + other.after == pytest.approx(1.0, abs=1e-12)
    assert one.after != 0.5


@pytest.mark.parametrize("fmt", [T5, T20])
def test_the_mean_over_conditions_is_that_of_their_draws(fmt: Format) -> None:
    """Numerically, with the very conditions that matches draw, each with its mirror image."""
    setup = setup_of(3, fmt, Drawn(squads=False, conditions=True))
    expected = MatchValue(setup, MODEL).opening().before
    after = []
    for seed in range(2000):
        drawn = draw_conditions(Streams(seed), fmt, Game.MEN)
        first, second = drawn.innings
        mirrored = Conditions(venue=-drawn.venue, day=-drawn.day, innings=(-first, -second))
        values = [
            MatchValue(replace(setup, conditions=c), MODEL).opening().after
            for c in (drawn, mirrored)
        ]
        after.append(np.mean(values))
    error = np.std(after) / len(after) ** 0.5
    assert abs(np.mean(after) - expected) < 3.5 * error + 1e-6


def test_a_mean_over_many_places_lies_between_the_steps() -> None:
    grid = grid_of(Stage(format=T20, era=CURRENT_ERA, game=Game.MEN), MODEL, ALL_OUT, CHASE)
    at = grid.cap - 100 + np.linspace(-60.0, 60.0, 120_001)
    weights = np.exp(-0.5 * ((at - grid.cap + 100) / 9.0) ** 2)
    weights /= weights.sum()
    rounded = float(weights @ [grid.at(70, 3, place) for place in at])
    assert grid.mean(70, 3, at, weights) == pytest.approx(rounded, abs=1e-6)


def test_named_squads_are_no_luck() -> None:
    setup = setup_of(4, drawn=Drawn())
    opening = MatchValue(setup, MODEL).opening()
    assert opening.before == pytest.approx(opening.after, abs=1e-12)


def test_the_toss_is_worth_what_winners_make_of_it() -> None:
    value = MatchValue(setup_of(5), MODEL)
    won, lost = (value.after_toss(seat) for seat in Seat)
    assert (won + lost) / 2.0 == pytest.approx(value.opening().after)


def test_pitch_and_day_move_the_umpires_view_alone() -> None:
    setup = setup_of(6)
    other = replace(setup.conditions, day=setup.conditions.day + 0.3, innings=(0.2, -0.2))
    changed = replace(setup, conditions=other)
    start = MatchValue(setup, MODEL)
    assert start.opening() != MatchValue(changed, MODEL).opening()
    for seat in Seat:
        first = _first_ball(setup, seat)
        known, as_known = (WinProbability.public(s, MODEL) for s in (setup, changed))
        assert known.of(first) == as_known.of(first)
        assert list(known.after(first)) == list(as_known.after(first))


def test_conditions_that_are_not_known_matter_less_as_the_innings_goes() -> None:
    stage = Stage(format=T20, era=CURRENT_ERA, game=Game.MEN)
    spread = unknown_conditions(stage, MODEL, CHASE).deviation
    assert spread[120, 0] > spread[60, 3] > spread[6, 5] > spread[0, 5] == 0.0


def test_what_captains_are_taken_to_be_worth_is_no_luck() -> None:
    """The mean over the draws, squads shared out both ways and conditions mirrored."""
    after = []
    for seed in range(400):
        drawn = replace(setup_of(seed, T5), captaincy=Captaincy(home=(-0.5, -0.3), away=(0.1, 0.1)))
        for setup in (drawn, swapped(drawn)):
            opening = MatchValue(setup, MODEL).opening()
            after.append(opening.after - opening.before)
            assert opening.before < 0.3
    assert abs(np.mean(after)) < 3.0 * np.std(after) / len(after) ** 0.5
