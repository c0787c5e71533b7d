"""The vectorised simulator is the engine: the same distributions, statistic by statistic.

`bench/fidelity.py` compares thousands of T20 matches; here a few hundred short ones are enough to
see a rule that one of the two does not know. All seeds are fixed.
"""

import numpy as np
import pytest
from numpy.random import Generator, Philox

from bench.equality import p_values
from engine.chance import BallModel
from engine.chance.bulk import play_drawn
from engine.chance.sides import Seasons
from engine.cricket.formats import format_of
from engine.cricket.players import Game
from engine.fidelity import Balls, of_matches
from engine.fidelity.simulation import balls_of
from flows.fidelity import EngineMatch, play_engine_match

UNLIKELY = 1e-4  # of each of a hundred statistics and more; the seeds are fixed


def through_engine(matches: int, overs: int, game: Game) -> Balls:
    return of_matches(
        play_engine_match(EngineMatch(seed=seed, overs=overs, era=2022, game=game))
        for seed in range(matches)
    )


def vectorised(matches: int, overs: int, game: Game, *, era: int = 2022) -> Balls:
    when = Seasons(era=np.full(matches, era), game=game)
    draws = Generator(Philox(era))
    return balls_of(play_drawn(BallModel.shipped(), format_of(overs), when, draws))


@pytest.mark.parametrize(
    ("overs", "matches", "game"),
    [(5, 200, Game.MEN), (12, 50, Game.MEN), (20, 30, Game.WOMEN)],
)
def test_the_simulator_plays_as_the_engine(overs: int, matches: int, game: Game) -> None:
    found = p_values(through_engine(matches, overs, game), vectorised(2000, overs, game))
    assert min(found.values()) > UNLIKELY, min(found, key=lambda name: found[name])


def test_a_difference_of_seasons_is_seen() -> None:
    early, late = (vectorised(3000, 5, Game.MEN, era=era) for era in (2014, 2027))
    assert p_values(early, late)["innings 1: runs"] < UNLIKELY
