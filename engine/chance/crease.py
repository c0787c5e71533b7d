"""Who may be in: how often a batter at the crease is of which place in the order, and has faced how
many balls, by what is known of an innings between usual sides, its balls and its wickets.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.chance.classes import BallClass, Floats
from engine.chance.design import FACED_BINS, FACED_STARTS, ORDERS, WICKETS, faced_bin

_MOST: Final = FACED_STARTS[-1]  # balls faced beyond which nothing changes
_BIN: Final = faced_bin(np.arange(_MOST + 1))
_ON_STRIKE: Final = 0.5  # of the balls, either of the two


def shares_of(levels: Floats) -> Floats:
    """(ball, wickets, faced bin, order - 1), summing to one over the last two: of one of the two who
    are in, either as likely. `levels` (ball, wickets, faced bin, order - 1, class) are the classes'
    log-chances. A batter faces every other ball, and the one who faces it is out.
    """
    weight = np.exp(levels)
    falls = weight[..., BallClass.WICKET] / weight.sum(axis=-1)
    found = np.zeros(falls.shape)
    found[:] = _newcomers()
    in_now = np.zeros((WICKETS, _MOST + 1, ORDERS))  # who is in, and how often it comes to that
    in_now[0, 0, :2] = 0.5
    for ball in range(len(falls)):
        told = _by_bin(in_now)
        often = told.sum(axis=(1, 2))
        is_seen = often > 0.0
        found[ball, is_seen] = told[is_seen] / often[is_seen, None, None]
        in_now = _after(in_now, falls[ball][:, _BIN], found[ball], falls[ball])
    return found


def _after(now: Floats, own: Floats, shares: Floats, falls: Floats) -> Floats:
    """Who is in after a legal ball; `own` (wickets, faced, order) the chance to be out on it."""
    partner = (shares * falls).sum(axis=(1, 2))[:, None, None]
    faces, waits = now * _ON_STRIKE, now * (1.0 - _ON_STRIKE)
    after = np.zeros_like(now)
    stays = faces * (1.0 - own)
    after[:, 1:] += stays[:, :-1]
    after[:, -1] += stays[:, -1]
    after += waits * (1.0 - partner)
    after[1:] += (waits * partner)[:-1]
    gone = (faces * own).sum(axis=(1, 2))
    for lost in range(WICKETS - 1):
        after[lost + 1, 0, min(lost + 2, ORDERS - 1)] += gone[lost]
    return after


def _by_bin(in_now: Floats) -> Floats:
    told = np.zeros((WICKETS, FACED_BINS, ORDERS))
    np.add.at(told, (slice(None), _BIN), in_now)
    return told


def _newcomers() -> Floats:
    """(wickets, faced bin, order - 1) of states that are never seen: the last to come in."""
    shares = np.zeros((WICKETS, FACED_BINS, ORDERS))
    for lost in range(WICKETS):
        shares[lost, 0, [min(lost, ORDERS - 1), min(lost + 1, ORDERS - 1)]] += 0.5
    return shares
