"""The average side: eleven players of no skill above or below their place, four of pace, two of
spin. Strengths and the win probabilities of packs are told against it.
"""

from __future__ import annotations

from typing import Final

from engine.cricket.players import Bowling, Game, Hand, Player, Role, Squad

_BOWLS: Final = (
    Bowling.RIGHT_MEDIUM,
    Bowling.LEFT_ORTHODOX,
    Bowling.RIGHT_FAST,
    Bowling.LEG_SPIN,
    Bowling.RIGHT_FAST,
    Bowling.LEFT_FAST,
)
_LEFT_HANDERS: Final = (2, 5, 8)  # three in ten (targets, 'Bowler type')
_KEEPER: Final = 4
_BATTERS: Final = 5


def average_squad(game: Game = Game.MEN, name: str = "Average") -> Squad:
    return Squad(name=name, players=tuple(_player(place) for place in range(1, 12)), game=game)


def _player(place: int) -> Player:
    bowls = Bowling.NONE if place <= _BATTERS else _BOWLS[place - _BATTERS - 1]
    role = Role.KEEPER if place == _KEEPER else Role.BATTER
    if place > _BATTERS:
        role = Role.ALL_ROUNDER if place <= 7 else Role.BOWLER
    hand = Hand.LEFT if place in _LEFT_HANDERS else Hand.RIGHT
    return Player(name=f"Number {place}", role=role, bats=hand, bowls=bowls)
