"""A squad drawn for a match: eleven plausible players whose skills follow the fitted population.

How the players are drawn stands in `engine.chance.elevens`; here the numbers come from the match's
own streams, and the players get names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.chance.classes import Floats
from engine.chance.coefficients import Coefficients, shipped_coefficients
from engine.chance.conditions import standard_normal
from engine.chance.elevens import (
    ALL_ROUNDERS,
    FIRST_BOWLER,
    HANDS,
    STYLES,
    Elevens,
    draw_elevens,
)
from engine.chance.names import INITIALS, SURNAMES
from engine.cricket.players import SQUAD_SIZE, Game, Player, Role, Skill, Squad
from engine.seeds import Streams


@dataclass(frozen=True, slots=True)
class _Draws:
    """The numbers of one squad, one key a purpose and a place in the order."""

    streams: Streams
    purpose: str

    def uniform(self, what: str, place: int = 0) -> float:
        return self.streams.uniform(f"{self.purpose}/{what}", index=place)

    def uniforms(self, what: str, places: Sequence[int]) -> Floats:
        return np.array([[self.uniform(what, place) for place in places]])

    def normals(self, what: str, places: Sequence[int]) -> Floats:
        return np.array([[standard_normal(self.uniform(what, place)) for place in places]])


def draw_squad(
    streams: Streams,
    seat_name: str,
    coefficients: Coefficients | None = None,
    game: Game = Game.MEN,
) -> Squad:
    """Eleven players for `seat_name`; their draws depend on the match's seed and on that name
    alone.
    """
    if coefficients is None:
        return _of_shipped(streams.seed, seat_name, game)
    return _drawn(streams, seat_name, coefficients, game)


@lru_cache(maxsize=8)  # the two matches of a pair are played with the same squads
def _of_shipped(seed: int, seat_name: str, game: Game) -> Squad:
    return _drawn(Streams(seed), seat_name, shipped_coefficients(), game)


def _drawn(streams: Streams, seat_name: str, coefficients: Coefficients, game: Game) -> Squad:
    draws = _Draws(streams, f"squad/{seat_name}")
    eleven = draw_elevens(draws, coefficients.spreads)
    names = _names(draws)
    players = tuple(_player(eleven, names[i], i) for i in range(SQUAD_SIZE))
    return Squad(name=seat_name, players=players, game=game)


def _names(draws: _Draws) -> list[str]:
    """Eleven different surnames, each with an initial."""
    left = list(SURNAMES)
    names = []
    for i in range(SQUAD_SIZE):
        initial = INITIALS[int(draws.uniform("initial", i) * len(INITIALS))]
        names.append(f"{initial} {left.pop(int(draws.uniform('name', i) * len(left)))}")
    return names


def _player(eleven: Elevens, name: str, index: int) -> Player:
    return Player(
        name=name,
        role=_role(index + 1, int(eleven.keeper[0])),
        bats=HANDS[eleven.bats[0, index]],
        bowls=STYLES[eleven.bowls[0, index]],
        skill=Skill(
            scoring=float(eleven.scoring[0, index]),
            survival=float(eleven.survival[0, index]),
            economy=float(eleven.economy[0, index]),
            strike=float(eleven.strike[0, index]),
        ),
    )


def _role(order: int, keeper: int) -> Role:
    if order == keeper:
        return Role.KEEPER
    if order in ALL_ROUNDERS:
        return Role.ALL_ROUNDER
    return Role.BATTER if order < FIRST_BOWLER else Role.BOWLER
