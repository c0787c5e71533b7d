"""A squad drawn for a match: eleven plausible players whose skills follow the fitted population.

The shape of a T20 eleven: specialist batters to five, a keeper among the top seven, two all-
rounders at six and seven, four bowlers below, sometimes a batter who bowls a little spin. Seven or
six bowl, two or three of them spin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final, TypeVar

from engine.chance.coefficients import Coefficients, Spreads, shipped_coefficients
from engine.chance.conditions import standard_normal
from engine.chance.names import INITIALS, SURNAMES
from engine.cricket.players import (
    MAX_SKILL,
    SQUAD_SIZE,
    Bowling,
    Game,
    Hand,
    Player,
    Role,
    Skill,
    Squad,
)
from engine.seeds import Streams

T = TypeVar("T")

LEFT_HANDED: Final = 0.3  # of batters (share of balls faced left-handed, targets 'Bowler type')
PART_TIMER: Final = (
    0.5  # of squads have a batter who can bowl a little spin: bowlers used are 6.04 an innings
)
PART_TIME_SKILL: Final = -0.25  # his economy: part-timers concede more (assumed)
_PACE: Final = (
    (Bowling.RIGHT_FAST, 0.42),
    (Bowling.RIGHT_MEDIUM, 0.35),
    (Bowling.LEFT_FAST, 0.15),
    (Bowling.LEFT_MEDIUM, 0.08),
)  # left-arm pace bowls 23 % of pace balls (targets, 'Bowler type')
_SPIN: Final = (
    (Bowling.LEFT_ORTHODOX, 0.33),
    (Bowling.LEG_SPIN, 0.32),
    (Bowling.OFF_SPIN, 0.29),
    (Bowling.LEFT_WRIST_SPIN, 0.06),
)  # shares of spin balls (targets, 'Bowler type')
_KEEPER_AT: Final = ((1, 0.2), (2, 0.2), (3, 0.2), (4, 0.2), (5, 0.2))  # natural order, assumed
# Which of the places 6…11 bowl spin; the others bowl pace. Spin bowls .39 of balls (targets).
_SPINNERS_AT: Final = (
    ((7, 9), 0.35),
    ((6, 8), 0.25),
    ((6, 9, 11), 0.15),
    ((7, 8, 10), 0.25),
)
_FIRST_BOWLER: Final = 6
_ALL_ROUNDERS: Final = (6, 7)


@dataclass(frozen=True, slots=True)
class _Draws:
    """The uniform numbers of one squad, one key a purpose and a place in the order."""

    streams: Streams
    purpose: str

    def uniform(self, what: str, place: int = 0) -> float:
        return self.streams.uniform(f"{self.purpose}/{what}", index=place)

    def normal(self, what: str, place: int) -> float:
        return standard_normal(self.uniform(what, place))

    def pick(self, options: Sequence[tuple[T, float]], what: str, place: int = 0) -> T:
        """One of the options, by their shares."""
        left = self.uniform(what, place)
        for option, share in options:
            left -= share
            if left < 0.0:
                return option
        return options[-1][0]


def draw_squad(
    streams: Streams,
    seat_name: str,
    coefficients: Coefficients | None = None,
    game: Game = Game.MEN,
) -> Squad:
    """Eleven players for `seat_name`; their draws depend on the match's seed and on that name
    alone.
    """
    spreads = (coefficients or shipped_coefficients()).spreads
    draws = _Draws(streams, f"squad/{seat_name}")
    keeper = draws.pick(_KEEPER_AT, "keeper")
    spinners = draws.pick(_SPINNERS_AT, "spinners")
    part_timer = 0 if draws.uniform("part-timer") >= PART_TIMER else (4 if keeper == 5 else 5)
    names = _names(draws)
    players = tuple(
        _player(draws, spreads, names[order - 1], order, keeper, spinners, part_timer)
        for order in range(1, SQUAD_SIZE + 1)
    )
    return Squad(name=seat_name, players=players, game=game)


def _names(draws: _Draws) -> list[str]:
    """Eleven different surnames, each with an initial."""
    ranked = sorted(range(len(SURNAMES)), key=lambda i: draws.uniform("name", i))
    initials = [
        INITIALS[int(draws.uniform("initial", i) * len(INITIALS))] for i in range(SQUAD_SIZE)
    ]
    return [f"{initial} {SURNAMES[i]}" for initial, i in zip(initials, ranked, strict=False)]


def _player(
    draws: _Draws,
    spreads: Spreads,
    name: str,
    order: int,
    keeper: int,
    spinners: tuple[int, ...],
    part_timer: int,
) -> Player:
    left = draws.uniform("hand", order) < LEFT_HANDED
    return Player(
        name=name,
        role=_role(order, keeper),
        bats=Hand.LEFT if left else Hand.RIGHT,
        bowls=_bowling(draws, order, spinners, part_timer),
        skill=_skill(draws, spreads, order, is_part_timer=order == part_timer),
    )


def _role(order: int, keeper: int) -> Role:
    if order == keeper:
        return Role.KEEPER
    if order in _ALL_ROUNDERS:
        return Role.ALL_ROUNDER
    return Role.BATTER if order < _FIRST_BOWLER else Role.BOWLER


def _bowling(draws: _Draws, order: int, spinners: tuple[int, ...], part_timer: int) -> Bowling:
    if order < _FIRST_BOWLER and order != part_timer:
        return Bowling.NONE
    spins = order in spinners or order == part_timer
    return draws.pick(_SPIN if spins else _PACE, "style", order)


def _skill(draws: _Draws, spreads: Spreads, order: int, *, is_part_timer: bool) -> Skill:
    scoring, survival = _pair(
        draws,
        "batting",
        order,
        spreads.scoring[order - 1],
        spreads.survival[order - 1],
        spreads.batting_correlation,
    )
    economy, strike = _pair(
        draws, "bowling", order, spreads.economy, spreads.strike, spreads.bowling_correlation
    )
    if order < _FIRST_BOWLER:
        economy, strike = (PART_TIME_SKILL, 0.0) if is_part_timer else (0.0, 0.0)
    return Skill(scoring=scoring, survival=survival, economy=economy, strike=strike)


def _pair(
    draws: _Draws, what: str, order: int, first: float, second: float, correlation: float
) -> tuple[float, float]:
    """Two normal numbers with these spreads and this correlation, within the bounds of a skill."""
    a = draws.normal(f"{what}/first", order)
    b = correlation * a + sqrt(1.0 - correlation**2) * draws.normal(f"{what}/second", order)
    return _bounded(first * a), _bounded(second * b)


def _bounded(skill: float) -> float:
    return round(min(MAX_SKILL, max(-MAX_SKILL, skill)), 4)
