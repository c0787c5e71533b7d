"""The ball model, its fitted coefficients, conditions and squads drawn for a match, win
probability, luck.

Pure at run time: a price is a function of the context, a draw of its key. Only `coefficients` reads
files, and `kept`, which finds what an earlier process has solved.
"""

from engine.chance.aggression import natural_aggression
from engine.chance.conditions import draw_conditions
from engine.chance.model import BallModel
from engine.chance.opening import MatchValue
from engine.chance.squads import draw_squad
from engine.chance.value import WinProbability

__all__ = [
    "BallModel",
    "MatchValue",
    "WinProbability",
    "draw_conditions",
    "draw_squad",
    "natural_aggression",
]
