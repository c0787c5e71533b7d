"""Venue, day and innings effects, drawn for a match.

They supply the spread that independent deliveries lack (their totals vary 2.7 times too little);
the fit calibrates the spreads of each family, and formats between two families mix them as they do
the predictors. Each effect has its own key, so none depends on how many others were drawn.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.random import Generator

from engine.chance.classes import Floats
from engine.chance.coefficients import Coefficients, ConditionSpreads, shipped_coefficients
from engine.chance.tables import family_shares
from engine.cricket.formats import Format
from engine.cricket.players import Game
from engine.cricket.state import Conditions
from engine.seeds import Streams

PURPOSE: Final = "conditions"
_HALF_STEP: Final = 2.0**-54
_NORMAL: Final = NormalDist()


def standard_normal(uniform: float) -> float:
    """The normal score of a uniform number in [0, 1)."""
    return _NORMAL.inv_cdf(uniform + _HALF_STEP)


def spreads_of_conditions(coefficients: Coefficients, fmt: Format, game: Game) -> ConditionSpreads:
    """How far venue, day and innings spread in matches of this format and game. Raises
    `UnknownFormat`.
    """
    shares = family_shares(fmt, game)
    mixed = {
        effect: sum(
            share * getattr(coefficients.families[family.name].conditions, effect)
            for family, share in shares.items()
        )
        for effect in ConditionSpreads.model_fields
    }
    return ConditionSpreads(**mixed)


def towards_of(scores: Floats, spreads: ConditionSpreads) -> Floats:
    """What conditions add to scoring, (2 innings, matches), from their normal scores, (4, matches):
    venue, day, and each innings.
    """
    shared = spreads.venue * scores[0] + spreads.day * scores[1]
    return np.asarray(shared + spreads.innings * scores[2:])


def draw_towards(draws: Generator, matches: int, spreads: ConditionSpreads) -> Floats:
    """What venue, day and innings add to scoring in many matches, (2 innings, matches), distributed
    as `draw_conditions` has it.
    """
    return towards_of(draws.standard_normal((4, matches)), spreads)


def draw_conditions(
    streams: Streams, fmt: Format, game: Game, coefficients: Coefficients | None = None
) -> Conditions:
    """The conditions of a match of this format and game, from its own streams. Raises
    `UnknownFormat`.
    """
    spreads = spreads_of_conditions(coefficients or shipped_coefficients(), fmt, game)
    score = [standard_normal(streams.uniform(PURPOSE, index=i)) for i in range(4)]
    return Conditions(
        venue=spreads.venue * score[0],
        day=spreads.day * score[1],
        innings=(spreads.innings * score[2], spreads.innings * score[3]),
    )
