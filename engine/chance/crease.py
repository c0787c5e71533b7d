"""Who is in: how often batters at the crease are of which place in the order, have faced how many
balls and are how able, by what is known of an innings between sides as they are drawn, its balls
and its wickets.

Those who are still in have often been the better ones to survive, and who is on strike has often
been there for some balls. What a ball comes to on average, and with it the win probability between
usual sides, is therefore not what average batters make.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from engine.chance.classes import Floats
from engine.chance.design import (
    BALLS_PER_OVER,
    FACED_BINS,
    FACED_STARTS,
    ORDERS,
    WICKETS,
    faced_bin,
)

MOST_FACED: Final = FACED_STARTS[-1]  # beyond it a batter is as settled as he will be
_BIN: Final = faced_bin(np.arange(MOST_FACED + 1))
_WHO: Final = (1, 2, 3)  # axes of balls faced, place and kind


class Pairs(NamedTuple):
    """The two who are in, (ball, wickets, 2, n), who faces and who waits: how often each has faced
    so many balls, 0 … `MOST_FACED`, and is of which place; his scoring and survival.
    """

    faced: Floats
    places: Floats
    skills: Floats


class Crease(NamedTuple):
    """By ball and wickets: `facing` (…, faced bin, place - 1, kind) shares of the batters on
    strike; who is in `before` the ball, and at the next one (…, wickets before this) if none is
    out or one is.
    """

    facing: Floats
    before: Pairs
    stays: Pairs
    falls: Pairs


def crease_of(falls: Floats, odd: Floats, skills: Floats) -> Crease:
    """`falls` (ball, wickets, faced bin, place - 1, kind) the chance of a batter to be out on a
    ball that he faces, `odd` that the two change ends if he is not, `skills` (place - 1, kind, 2).
    Kinds are alike among those who come in, and a new batter faces.
    """
    facing = np.empty_like(falls)
    told: tuple[list[Pairs], ...] = ([], [], [])
    kinds = falls.shape[-1]
    shape = WICKETS, MOST_FACED + 1, ORDERS, kinds
    faces, waits = np.zeros(shape), np.zeros(shape)  # and how often it comes to that
    faces[0, 0, 0] = waits[0, 0, 1] = 1.0 / kinds
    for ball in range(len(falls)):
        facing[ball] = _by_bin(faces)
        stay, fall = _after(faces, waits, falls[ball][:, _BIN], odd[ball][:, _BIN])
        if (ball + 1) % BALLS_PER_OVER == 0:
            stay, fall = stay[::-1], fall[::-1]
        for pairs, two in zip(told, ((faces, waits), stay, fall), strict=True):
            pairs.append(_told(two, skills))
        faces, waits = (there.copy() for there in stay)
        faces[1:] += fall[0][:-1]
        waits[1:] += fall[1][:-1]
    return Crease(facing, *(Pairs(*map(np.stack, zip(*pairs, strict=True))) for pairs in told))


_Two = tuple[Floats, Floats]  # who faces, who waits


def _after(faces: Floats, waits: Floats, falls: Floats, odd: Floats) -> tuple[_Two, _Two]:
    """After a legal ball, by wickets before it: if none is out, and if one is. Those who wait meet
    the chances of whoever faces.
    """
    out, stay = faces * falls, faces * (1.0 - falls)
    gone, crossed, often = (part.sum(axis=_WHO, keepdims=True) for part in (out, stay * odd, faces))
    often = np.maximum(often, 1e-300)
    same, other = 1.0 - (crossed + gone) / often, crossed / often
    stays = (
        _one_more(stay * (1.0 - odd)) + waits * other,
        _one_more(stay * odd) + waits * same,
    )
    comes = np.zeros_like(faces)
    for lost in range(WICKETS):
        comes[lost, 0, min(lost + 2, ORDERS - 1)] = gone[lost, 0, 0, 0] / faces.shape[-1]
    return stays, (comes, waits * (gone / often))


def _one_more(who: Floats) -> Floats:
    """Having faced a ball."""
    later = np.zeros_like(who)
    later[:, 1:] = who[:, :-1]
    later[:, -1] += who[:, -1]
    return later


def _told(two: _Two, skills: Floats) -> Pairs:
    """Nobody where it never comes to that."""
    often = two[0].sum(axis=_WHO)
    often[often == 0.0] = 1.0
    by_place = np.stack([who.sum(axis=1) for who in two], axis=1)  # (wickets, 2, place, kind)
    pairs = Pairs(
        np.stack([who.reshape(*who.shape[:2], -1).sum(axis=2) for who in two], axis=1),
        by_place.sum(axis=3),
        np.tensordot(by_place, skills, axes=2),
    )
    return Pairs(*(each / often[:, None, None] for each in pairs))


def _by_bin(who: Floats) -> Floats:
    """Shares of each bin; where it never comes to so many wickets, of the last who came in."""
    told = np.zeros((WICKETS, FACED_BINS, *who.shape[2:]))
    for faced, place in enumerate(_BIN):
        told[:, place] += who[:, faced]
    often = told.sum(axis=_WHO)
    for lost in range(WICKETS):
        if often[lost] == 0.0:
            told[lost, 0, min(lost + 1, ORDERS - 1)] = 1.0
            often[lost] = who.shape[-1]
    return np.asarray(told / often[:, None, None, None])
