"""Match-ups, one at a time and for many choices at once."""

import numpy as np
import pytest

from engine.chance.factors import deliveries_of
from engine.chance.model import BallModel
from engine.cricket.choices import Field, Shot
from engine.cricket.players import Bowling, Hand


@pytest.mark.parametrize("shot", [Shot.ON_MERIT, Shot.SWEEP])
@pytest.mark.parametrize("style", [Bowling.RIGHT_FAST, Bowling.LEG_SPIN])
def test_many_choices_at_once_are_each_choice_alone(style: Bowling, shot: Shot) -> None:
    matchups = BallModel.shipped().matchups
    balls = deliveries_of(tuple(Field), style)
    at_once = matchups.effects(balls, [shot] * len(balls), style, Hand.LEFT, 2)
    alone = [matchups.effect(ball, shot, style, Hand.LEFT, 2) for ball in balls]
    assert np.array_equal(at_once, np.array(alone))
