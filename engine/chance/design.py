"""The factors of the linear predictor: how a situation becomes weights on rows of coefficients.

One layout serves the fit (a sparse matrix of many situations) and the run (tables expanded for one
format), so the two cannot drift apart. Time is told from the end of the innings (overs left) and,
inside the powerplay, from its start in twentieths of any length; so one family of coefficients
serves formats of other lengths.

Every basis is a set of hat functions: between two knots the weights of the two neighbours sum to
one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

import numpy as np

from engine.chance.classes import Floats, Ints
from engine.cricket.players import Game
from engine.eras import FIRST_ERA, LAST_ERA

# Balls faced: the first ball of each bin but the first. Source: the settled-batter table of the
# targets, refined at the start.
FACED_STARTS: Final = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50)
FACED_BINS: Final = len(FACED_STARTS) + 1
ORDERS: Final = 11
WICKETS: Final = 10
BALLS_PER_OVER: Final = 6
NO_PRESSURE: Final = (
    8.0  # runs an over; where a chase's required rate has no effect of its own in the basis
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Formats that share one set of coefficients, and the knots of its bases.

    `time`, `band` in overs left; `powerplay` in shares of the powerplay, 0…1; `rate` in runs an
    over required; `death` the overs left at which the last phase begins.
    """

    name: str
    overs: int
    powerplay_balls: int
    time: tuple[float, ...]
    band: tuple[float, ...]
    powerplay: tuple[float, ...]
    rate: tuple[float, ...]
    death: float
    game: Game = Game.MEN


_SIXTHS: Final = tuple((i + 0.5) / 6 for i in range(6))
T20_FAMILY: Final = Family(
    name="t20",
    overs=20,
    powerplay_balls=36,
    time=(0.17, 0.5, 0.83, *(i + 0.5 for i in range(1, 14))),
    band=(0.5, 3.0, 8.0, 14.0),
    powerplay=_SIXTHS,
    rate=(1.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 17.0, 21.0, 27.0, 36.0),
    death=5.0,
)
# Far fewer of the women's matches are on record: their family is the men's T20 with a departure.
WOMEN_FAMILY: Final = replace(T20_FAMILY, name="t20_women", game=Game.WOMEN)
ODI_FAMILY: Final = Family(
    name="odi",
    overs=50,
    powerplay_balls=60,
    time=(
        0.17,
        0.5,
        0.83,
        *(i + 0.5 for i in range(1, 10)),
        *(11.0, 13.0, 15.0, 17.0, 20.0, 23.0, 26.0, 29.0, 32.0, 35.0, 38.0),
    ),
    band=(1.0, 8.0, 20.0, 40.0),
    powerplay=_SIXTHS,
    rate=(1.0, 3.0, 4.5, 6.0, 7.5, 9.0, 11.0, 14.0, 18.0, 25.0, 36.0),
    death=10.0,
)
FAMILIES: Final = (T20_FAMILY, ODI_FAMILY, WOMEN_FAMILY)
PHASES: Final = ("powerplay", "middle", "death")
SEASONS: Final = LAST_ERA - FIRST_ERA + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Situations:
    """Many situations, one entry each. `powerplay` share of the powerplay gone, ≥ 1 when it is
    over; `rate` required.

    `rate` is nan batting first. `phase` indexes `PHASES`; `season` counts from `FIRST_ERA`.
    """

    overs_left: Floats
    powerplay: Floats
    innings: Ints
    wickets: Ints
    order: Ints
    faced: Ints
    free_hit: Ints
    rate: Floats
    phase: Ints
    season: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Weights on the rows of one factor: `columns`, `values` of shape (situations, weights a
    situation).
    """

    columns: Ints
    values: Floats


def hat(x: Floats, knots: Sequence[float]) -> Weights:
    """Linear interpolation between knots, constant outside. `x` (n,), weights (n, 2)."""
    place = np.interp(x, knots, np.arange(len(knots), dtype=np.float64))
    low = np.minimum(place.astype(np.intp), len(knots) - 2)
    share = place - low
    return Weights(
        columns=np.stack([low, low + 1], axis=1), values=np.stack([1.0 - share, share], axis=1)
    )


def with_shared(w: Weights, shared: int) -> Weights:
    """A basis with one more row, `shared`, that every situation has in full.

    What is seldom seen at one time (a number eleven in the powerplay) is then told from others.
    """
    n = len(w.columns)
    return Weights(
        columns=np.column_stack([w.columns, np.full(n, shared, dtype=np.intp)]),
        values=np.column_stack([w.values, np.ones(n)]),
    )


def crossed(a: Weights, b: Weights, b_size: int) -> Weights:
    """The product of two bases; the column of (i, j) is `i * b_size + j`."""
    n = len(a.columns)
    columns = a.columns[:, :, None] * b_size + b.columns[:, None, :]
    values = a.values[:, :, None] * b.values[:, None, :]
    return Weights(columns=columns.reshape(n, -1), values=values.reshape(n, -1))


def level(index: Ints, switch: Floats | None = None) -> Weights:
    """One row a situation, weighted by `switch` (default 1)."""
    on = np.ones(len(index)) if switch is None else switch
    return Weights(columns=index[:, None], values=on[:, None])


def faced_bin(faced: Ints) -> Ints:
    """The bin of a number of balls faced."""
    return np.searchsorted(np.asarray(FACED_STARTS), faced, side="right").astype(np.intp)


FACTORS: Final = (
    *(
        "intercept",
        "time",
        "powerplay",
        "wickets",
        "settled",
        "order",
        "rate",
        "free_hit",
        "season",
    ),
)


def factor_shapes(family: Family) -> dict[str, tuple[int, ...]]:
    """The shape of every factor's table, classes left out."""
    bands = len(family.band) + 1  # the last row is shared by all bands
    return {
        "intercept": (1,),
        "time": (2, len(family.time)),
        "powerplay": (2, len(family.powerplay)),
        "wickets": (2, bands, WICKETS),
        "settled": (bands, FACED_BINS),
        "order": (bands, ORDERS),
        "rate": (bands, len(family.rate)),
        "free_hit": (1,),
        "season": (SEASONS, len(PHASES)),
    }


def factor_offsets(family: Family) -> dict[str, int]:
    """Where each factor's rows begin when all tables are stacked; `end` is the number of rows."""
    sizes = [int(np.prod(shape)) for shape in factor_shapes(family).values()]
    return dict(zip((*FACTORS, "end"), (0, *accumulate(sizes)), strict=True))


def weights(family: Family, at: Situations) -> dict[str, Weights]:
    """The weights of every factor, columns counted within the factor."""
    band = with_shared(hat(at.overs_left, family.band), len(family.band))
    second = level(np.minimum(at.innings, 2) - 1)
    chasing = ~np.isnan(at.rate)
    zero = np.zeros(len(at.innings), dtype=np.intp)
    rate = crossed(
        band, hat(np.where(chasing, at.rate, NO_PRESSURE), family.rate), len(family.rate)
    )
    in_powerplay = (at.powerplay < 1.0).astype(np.float64)
    powerplay = crossed(second, hat(at.powerplay, family.powerplay), len(family.powerplay))
    lost = crossed(band, level(at.wickets), WICKETS)
    return {
        "intercept": level(zero),
        "time": crossed(second, hat(at.overs_left, family.time), len(family.time)),
        "powerplay": _switched(powerplay, in_powerplay),
        "wickets": crossed(second, lost, (len(family.band) + 1) * WICKETS),
        "settled": crossed(band, level(faced_bin(at.faced)), FACED_BINS),
        "order": crossed(band, level(at.order - 1), ORDERS),
        "rate": _switched(rate, chasing.astype(np.float64)),
        "free_hit": level(zero, at.free_hit.astype(np.float64)),
        "season": level(at.season * len(PHASES) + at.phase),
    }


def _switched(w: Weights, on: Floats) -> Weights:
    return Weights(columns=w.columns, values=w.values * on[:, None])
