"""The one definition of how the players of a squad are drawn, for one squad or for thousands.

The numbers come from a source: the keyed streams of a match (`engine.chance.squads`), or a
generator that fills whole arrays (`engine.chance.bulk`). What is made of them is the same.

The shape of a T20 eleven: specialist batters to five, a keeper among the top seven, two all-
rounders at six and seven, four bowlers below, sometimes a batter who bowls a little spin. Seven or
six bowl, two or three of them spin.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final, Protocol

import numpy as np
from numpy.random import Generator

from engine.chance.classes import Bools, Floats, Ints
from engine.chance.coefficients import Spreads
from engine.cricket.players import MAX_SKILL, SQUAD_SIZE, Bowling, Hand, Squad

STYLES: Final = tuple(Bowling)
HANDS: Final = tuple(Hand)
IS_SPIN: Final[Bools] = np.array([style.is_spin for style in STYLES])

LEFT_HANDED: Final = 0.3  # of batters (share of balls faced left-handed, targets 'Bowler type')
PART_TIMER: Final = (
    0.5  # of squads have a batter who can bowl a little spin: bowlers used are 6.04 an innings
)
PART_TIME_SKILL: Final = -0.25  # his economy: part-timers concede more (assumed)
PACE: Final = {
    Bowling.RIGHT_FAST: 0.42,
    Bowling.RIGHT_MEDIUM: 0.35,
    Bowling.LEFT_FAST: 0.15,
    Bowling.LEFT_MEDIUM: 0.08,
}  # left-arm pace bowls 23 % of pace balls (targets, 'Bowler type')
SPIN: Final = {
    Bowling.LEFT_ORTHODOX: 0.33,
    Bowling.LEG_SPIN: 0.32,
    Bowling.OFF_SPIN: 0.29,
    Bowling.LEFT_WRIST_SPIN: 0.06,
}  # shares of spin balls (targets, 'Bowler type')
KEEPER_AT: Final = {1: 0.2, 2: 0.2, 3: 0.2, 4: 0.2, 5: 0.2}  # natural order, assumed
# Which of the places 6…11 bowl spin; the others bowl pace. Spin bowls .37 of the overs (targets).
SPINNERS_AT: Final = {
    (7, 9): 0.40,
    (6, 8): 0.30,
    (6, 9, 11): 0.10,
    (7, 8, 10): 0.20,
}
FIRST_BOWLER: Final = 6
ALL_ROUNDERS: Final = (6, 7)

_PLACES: Final = np.arange(1, SQUAD_SIZE + 1)
_ORDERS: Final = tuple(range(1, SQUAD_SIZE + 1))


class _Choice:
    """One of some values (numbers, or rows), by their shares."""

    def __init__(self, values: Ints | Bools, shares: Iterable[float]) -> None:
        self._values, self._upto = values, np.cumsum(list(shares))[:-1]

    def at(self, uniform: Floats) -> Any:
        """The value that each uniform number chooses."""
        return self._values[np.searchsorted(self._upto, uniform, side="right")]


_KEEPERS: Final = _Choice(np.array(list(KEEPER_AT)), KEEPER_AT.values())
_SPINNERS: Final = _Choice(
    np.array([[place in places for place in _ORDERS] for places in SPINNERS_AT]),
    SPINNERS_AT.values(),
)
_PACE, _SPIN = (
    _Choice(np.array([STYLES.index(style) for style in kinds]), kinds.values())
    for kinds in (PACE, SPIN)
)
_RIGHT, _LEFT = HANDS.index(Hand.RIGHT), HANDS.index(Hand.LEFT)
_NONE: Final = STYLES.index(Bowling.NONE)
_SPECIALIST: Final = _PLACES >= FIRST_BOWLER


class Source(Protocol):
    """Where the numbers come from: (squads, places), one key a purpose and a place in the order."""

    def uniforms(self, what: str, places: Sequence[int]) -> Floats: ...

    def normals(self, what: str, places: Sequence[int]) -> Floats: ...


@dataclass(frozen=True, slots=True)
class BulkSource:
    """The numbers of many squads, one after another from one generator."""

    draws: Generator
    squads: int

    def uniforms(self, what: str, places: Sequence[int]) -> Floats:  # noqa: ARG002
        return self.draws.random((self.squads, len(places)))

    def normals(self, what: str, places: Sequence[int]) -> Floats:  # noqa: ARG002
        return self.draws.standard_normal((self.squads, len(places)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Elevens:
    """The players of many squads, (squads, 11) each in natural order: `bowls` indexes `STYLES`,
    `bats` indexes `HANDS`, the rest are skills. `keeper` (squads) is a place from 1.
    """

    keeper: Ints
    bowls: Ints
    bats: Ints
    scoring: Floats
    survival: Floats
    economy: Floats
    strike: Floats


def draw_elevens(source: Source, spreads: Spreads) -> Elevens:
    """As many squads as the source has numbers for."""
    keeper = _KEEPERS.at(source.uniforms("keeper", (0,))[:, 0])
    spins = _SPINNERS.at(source.uniforms("spinners", (0,))[:, 0])
    part_timer = _part_timers(source.uniforms("part-timer", (0,))[:, 0], keeper)
    scoring, survival = _pair(
        source, "batting", spreads.scoring, spreads.survival, spreads.batting_correlation
    )
    economy, strike = _pair(
        source, "bowling", spreads.economy, spreads.strike, spreads.bowling_correlation
    )
    return Elevens(
        keeper=keeper,
        bowls=_bowling(source.uniforms("style", _ORDERS), spins, part_timer),
        bats=np.where(source.uniforms("hand", _ORDERS) < LEFT_HANDED, _LEFT, _RIGHT),
        scoring=scoring,
        survival=survival,
        economy=np.where(_SPECIALIST, economy, np.where(part_timer, PART_TIME_SKILL, 0.0)),
        strike=np.where(_SPECIALIST, strike, 0.0),
    )


def _part_timers(uniform: Floats, keeper: Ints) -> Bools:
    """The batter who bowls a little, if there is one, (squads, 11)."""
    at = np.where(uniform < PART_TIMER, np.where(keeper == 5, 4, 5), 0)
    return np.asarray(at[:, None] == _PLACES)


def _bowling(uniform: Floats, spins: Bools, part_timer: Bools) -> Ints:
    """What each player bowls."""
    kind = np.where(spins | part_timer, _SPIN.at(uniform), _PACE.at(uniform))
    return np.where(_SPECIALIST | part_timer, kind, _NONE)


def _pair(
    source: Source,
    what: str,
    first: float | Sequence[float],
    second: float | Sequence[float],
    correlation: float,
) -> tuple[Floats, Floats]:
    """Two normal numbers a player with these spreads and this correlation, within the bounds of a
    skill.
    """
    a = source.normals(f"{what}/first", _ORDERS)
    b = source.normals(f"{what}/second", _ORDERS)
    b = correlation * a + sqrt(1.0 - correlation**2) * b
    return _bounded(np.asarray(first) * a), _bounded(np.asarray(second) * b)


def _bounded(skill: Floats) -> Floats:
    return np.minimum(np.maximum(skill, -MAX_SKILL), MAX_SKILL).round(4)


def elevens_of(squads: Sequence[Squad]) -> Elevens:
    """The players of given squads."""
    skills = np.array(
        [
            [
                (p.skill.scoring, p.skill.survival, p.skill.economy, p.skill.strike)
                for p in squad.players
            ]
            for squad in squads
        ]
    )
    bowls = [[STYLES.index(p.bowls) for p in squad.players] for squad in squads]
    bats = [[HANDS.index(p.bats) for p in squad.players] for squad in squads]
    return Elevens(
        keeper=np.array([squad.keeper + 1 for squad in squads], dtype=np.intp),
        bowls=np.array(bowls, dtype=np.intp),
        bats=np.array(bats, dtype=np.intp),
        scoring=skills[..., 0],
        survival=skills[..., 1],
        economy=skills[..., 2],
        strike=skills[..., 3],
    )
