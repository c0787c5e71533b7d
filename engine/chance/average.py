"""What a ball comes to on average over the players who may face and bowl it.

The weight of a class is the product of what time and wickets, the batter and the bowler make of it;
its chance is that weight over the sum of all. Means of chances over hundreds of pairs are therefore
two matrix products a bowler: one for the sums, one for the mean.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.chance.classes import CLASSES, BallClass, Floats
from engine.chance.crease import Crease, crease_of
from engine.chance.design import BALLS_PER_OVER
from engine.chance.elevens import LEFT_HANDED
from engine.chance.kinds import KINDS, batters_of, bowlers_of
from engine.chance.lookup import match_up_table
from engine.chance.model import BallModel
from engine.chance.rotation import spin_shares
from engine.chance.tables import ECONOMY, SCORING, WICKET, FormatTables
from engine.cricket.formats import Format
from engine.cricket.players import Bowling, Hand

_PACE: Final = tuple(i for i, b in enumerate(Bowling) if not b.is_spin and b is not Bowling.NONE)
_SPIN: Final = tuple(i for i, b in enumerate(Bowling) if b.is_spin)
ODD: Final = (BallClass.ONE, BallClass.THREE, BallClass.BYE, BallClass.LEG_BYE)  # runs, mostly


class OverAll:
    """Weights of the classes: `_base` (innings, ball, wickets, class) · `_batters` (ball, batter,
    class), a batter being a faced bin, a place in the order and a kind · `_bowlers` (bowler, ball,
    class), a bowler being pace or spin and a kind, and how `_often` (bowler, ball) he bowls.
    `styles` (2, phase, class) what pace and spin add to the log-odds.
    """

    def __init__(self, model: BallModel, fmt: Format, tables: FormatTables) -> None:
        self._skills = batters_of(model.coefficients.spreads)
        able = self._skills * np.array([1.0, -1.0]) @ tables.effects[[SCORING, WICKET]]
        there = tables.crease[:, :, :, None] + able
        self._shape = there.shape[1:-1]
        self._batters = np.exp(there.reshape(len(there), -1, CLASSES))
        self._base = np.exp(tables.base)
        bowlers = bowlers_of(model.coefficients.spreads) @ tables.effects[[ECONOMY, WICKET]]
        self.styles = _styles(model)
        styles = self.styles[:, tables.phase]
        self._bowlers = np.exp(styles[:, None] + bowlers[:, None]).reshape(-1, *styles.shape[1:])
        spin = np.repeat(spin_shares(fmt), BALLS_PER_OVER)
        self._often = np.repeat(np.stack([1.0 - spin, spin]), KINDS, axis=0) / KINDS

    def crease(self) -> Crease:
        """Who is in, average bowlers bowling. In a chase it is taken to be as batting first."""
        bowled = np.exp(np.einsum("mb,mbc->bc", self._often, np.log(self._bowlers)))
        weight = self._base[0] * bowled[:, None]
        sums = weight @ self._batters.swapaxes(1, 2)
        illegal = (BallClass.WIDE, BallClass.NO_BALL)
        sums -= weight[..., illegal] @ self._batters[..., illegal].swapaxes(1, 2)
        falls, *odd = (  # of a legal ball
            weight[..., [each]] * self._batters[:, None, :, each] / sums
            for each in (BallClass.WICKET, *ODD)
        )
        changes = np.sum(odd, axis=0) / (1.0 - falls)
        shape = *falls.shape[:2], *self._shape
        return crease_of(falls.reshape(shape), changes.reshape(shape), self._skills)

    def levels(self, facing: Floats) -> Floats:
        """Log-chances (innings, ball, wickets, class), their mean over the batters on strike."""
        who = facing.reshape(*facing.shape[:2], -1)
        total = np.zeros_like(self._base)
        for bowled, often in zip(self._bowlers, self._often, strict=True):
            weight = self._base * bowled[:, None]
            sums = weight @ self._batters.swapaxes(1, 2)
            total += often[:, None, None] * weight * ((who / sums) @ self._batters)
        return np.log(total)


def _styles(model: BallModel) -> Floats:
    """What pace and spin add, (2, phase, class): styles alike, hands as they come."""
    hands = np.array([1.0 - LEFT_HANDED if hand is Hand.RIGHT else LEFT_HANDED for hand in Hand])
    effect = np.einsum("shpc,h->spc", match_up_table(model), hands)
    return np.stack([effect[list(styles)].mean(axis=0) for styles in (_PACE, _SPIN)])
