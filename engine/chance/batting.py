"""What a batter who is in adds until the end, runs: by the balls that he has faced, by his place in
the order and by a unit of his skills, facing the next ball or waiting at the other end.

All tables are (balls left, wickets, 2, n), the third axis being faces or waits. The one who faces
is the one who may be out; a new batter takes his end, and an over's end changes who faces.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.chance.classes import Floats
from engine.chance.crease import Crease, Pairs
from engine.chance.design import BALLS_PER_OVER


class Chances(NamedTuple):
    """Of a legal ball in even states, (balls left, wickets): that it takes a wicket, and that the
    batters change ends if not.
    """

    falls: Floats
    odd: Floats


class Batters(NamedTuple):
    """By balls faced, by place - 1, and by skill: scoring, survival."""

    settled: Floats
    order: Floats
    skills: Floats

    def of(self, pairs: Pairs, ball: int, left: int, more: int) -> Floats:
        """Of the two who are in, by wickets before the ball, `more` having fallen."""
        wickets = self.settled.shape[1] - 1
        total = np.zeros(wickets)
        for worth, who in zip(self, pairs, strict=True):
            mine = worth[left, more : wickets + more]
            total += (who[ball, :wickets] * mine).sum(axis=(1, 2))
        return total


def batters_of(settled: Floats, order: Floats, skills: Floats, chances: Chances) -> Batters:
    """From what it adds on one ball, (balls left, wickets, n), to be who faces it."""
    return Batters(
        _until_the_end(settled, chances, is_older=True),
        _until_the_end(order, chances),
        _until_the_end(skills, chances),
    )


def _until_the_end(now: Floats, chances: Chances, *, is_older: bool = False) -> Floats:
    """`is_older` if the last axis is balls faced, the last of them and more."""
    balls, wickets, size = now.shape
    total = np.zeros((balls, wickets + 1, 2, size))
    for left in range(1, balls):
        later = _before_the_over_ended(total[left - 1], left)
        fall, odd = (chance[left][:, None] for chance in chances)
        mine = np.concatenate([later[..., 1:], later[..., -1:]], axis=-1) if is_older else later
        faces = (1.0 - odd) * mine[:-1, 0] + odd * mine[:-1, 1]
        waits = (1.0 - odd) * later[:-1, 1] + odd * later[:-1, 0]
        total[left, :-1, 0] = now[left] + (1.0 - fall) * faces
        total[left, :-1, 1] = (1.0 - fall) * waits + fall * later[1:, 1]
    return total


def those_to_come(skills: Floats, chances: Chances) -> list[Floats]:
    """Of a unit of skill of the next to come in, then of the one after him, …, each (balls left,
    wickets, 2). `skills` is that of those who are in.
    """
    found: list[Floats] = []
    comes = skills
    for _ in range(skills.shape[1] - 1):
        total = np.zeros_like(skills[:, :, 0])
        for left in range(1, len(skills)):
            fall, later = chances.falls[left][:, None], comes[left - 1]
            if not found:
                later = _before_the_over_ended(later, left)[:, 0]
            total[left, :-1] = (1.0 - fall) * total[left - 1, :-1] + fall * later[1:]
        found.append(total)
        comes = total
    return found


def worth_of_change(batters: Batters, crease: Crease, falls: Floats) -> Floats:
    """(balls left, wickets): from the end, what makes the usual two who are in neither gain nor
    lose on any ball, whoever comes in and whoever of them is likelier to stay.
    """
    balls, wickets = len(falls) - 1, falls.shape[1]
    total = np.zeros((balls + 1, wickets + 1))
    for left in range(1, balls + 1):
        ball, fall, later = balls - left, falls[left], total[left - 1]
        stay = batters.of(crease.stays, ball, left - 1, 0) + later[:-1]
        out = batters.of(crease.falls, ball, left - 1, 1) + later[1:]
        before = batters.of(crease.before, ball, left, 0)
        total[left, :-1] = (1.0 - fall) * stay + fall * out - before
    return total


def _before_the_over_ended(later: Floats, left: int) -> Floats:
    """(wickets, 2, n) by the ends at which the ball with so many left leaves the batters."""
    return later[:, ::-1] if (left - 1) % BALLS_PER_OVER == 0 else later
