"""The two sides of many matches as arrays, who bowls which over, and when the matches are played:
what the vectorised simulator plays with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.chance.classes import Floats, Ints
from engine.chance.elevens import IS_SPIN, STYLES, Elevens
from engine.chance.rotation import HABITS, habit_of, plan_overs
from engine.cricket.formats import Format
from engine.cricket.players import SQUAD_SIZE, Bowling, Game
from engine.eras import CURRENT_ERA

_BASE_THREE: Final = 3 ** np.arange(SQUAD_SIZE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The players of one side in many matches, (matches, 11) each, and who bowls each over,
    (matches, overs).
    """

    scoring: Floats
    survival: Floats
    economy: Floats
    strike: Floats
    style: Ints
    hand: Ints
    plan: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Seasons:
    """When each match is played, `era` (matches), and whose game all of them are."""

    era: Ints
    game: Game

    @classmethod
    def current(cls, matches: int) -> Seasons:
        return cls(era=np.full(matches, CURRENT_ERA), game=Game.MEN)


def sides_from(elevens: Elevens, fmt: Format) -> Sides:
    """The arrays of squads, one a match, and their plans."""
    return Sides(
        scoring=elevens.scoring,
        survival=elevens.survival,
        economy=elevens.economy,
        strike=elevens.strike,
        style=elevens.bowls,
        hand=elevens.bats,
        plan=_plans(elevens, fmt),
    )


def _plans(elevens: Elevens, fmt: Format) -> Ints:
    """Who bowls each over, (matches, overs), by place: `engine.chance.rotation.usual_plan`. Squads
    in which the same places spin and that have the same habit share a plan.
    """
    kinds = np.where(IS_SPIN[elevens.bowls], 2, 1)
    bowling = np.where(elevens.bowls == STYLES.index(Bowling.NONE), 0, kinds)
    habit = habit_of(_ten_thousandths(elevens.scoring), _ten_thousandths(elevens.economy))
    key = (bowling @ _BASE_THREE) * HABITS + habit
    keys, first, place = np.unique(key, return_index=True, return_inverse=True)
    plans = np.empty((len(keys), fmt.max_overs), dtype=np.intp)
    for k, match in enumerate(first):
        bowlers = np.flatnonzero(bowling[match])[::-1]
        is_spin = tuple((bowling[match, bowlers] == 2).tolist())
        plans[k] = bowlers[list(plan_overs(fmt, is_spin, int(habit[match])))]
    return np.asarray(plans[place])


def _ten_thousandths(skill: Floats) -> Ints:
    """The sum of a skill over each squad, (matches)."""
    return np.asarray(np.rint(skill * 10_000).astype(np.intp).sum(axis=1))
