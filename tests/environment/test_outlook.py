"""What a captain is told while he plays does not depend on what nobody knows of the day."""

import random
from dataclasses import replace

from engine.chance import BallModel, WinProbability
from engine.cricket.formats import T5
from engine.cricket.setup import MatchSetup
from engine.cricket.state import Conditions
from engine.outlook import PublicAccount
from tests.play import COMMON, SQUADS, play_randomly

MODEL = BallModel.shipped()


def account(setup: MatchSetup) -> PublicAccount:
    return PublicAccount(setup, MODEL, WinProbability.public(setup, MODEL))


def test_the_public_account_of_the_same_balls_is_the_same_on_any_day() -> None:
    plain = MatchSetup(format=T5, squads=SQUADS)
    harsh = replace(plain, conditions=Conditions(day=-0.5, innings=(0.2, -0.3)))
    one, other = account(plain), account(harsh)
    for fact in play_randomly(T5, random.Random(3), COMMON).facts:
        one.hear(fact)
        other.hear(fact)
        assert (one.luck, one.home_win_probability) == (other.luck, other.home_win_probability)
    assert one.luck != 0.0
