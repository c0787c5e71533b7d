"""How often each class of ball comes by balls faced, place in the order, wickets and required rate:
counted in the data and in bulk play, so that the calibration can bring them together.

A logit fitted ball by ball gives the right shares at the states of the data. In play, who reaches a
state differs a little (the better batters are those who face fifty balls), and so do the shares
there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from engine.chance.classes import CLASS_OF, CLASSES, RUNS_OF, Floats, Ints
from engine.chance.design import (
    BALLS_PER_OVER,
    FACED_BINS,
    ORDERS,
    WICKETS,
    Family,
    faced_bin,
    factor_shapes,
)
from engine.chance.fitting.reading import Deliveries
from engine.chance.logs import InningsLog, MatchLogs

Numbers = npt.NDArray[Any]
PRIOR_EVENTS: Final = 150.0  # events, real or simulated, at which a cell's difference counts half
LARGEST_MOVE: Final = 1.0  # of a log-odds in one round
FACTORS: Final = ("settled", "order", "wickets", "rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """Deliveries by the levels of each factor and class: `settled` (faced bin, class), `order`
    (place, class), `wickets` (innings, lost, class), `rate` (knot, class).
    """

    counts: Mapping[str, Floats]


def margins_of(family: Family, d: Deliveries) -> Margins:
    """What the data say."""
    left = np.maximum(family.overs * BALLS_PER_OVER - d.legal, 1)
    rate = np.where(d.target > 0, (d.target - d.runs) * BALLS_PER_OVER / left, np.nan)
    innings = np.minimum(d.innings, 2) - 1
    return _counted(family, innings, d.wickets, d.order, d.faced, rate, d.outcome)


def margins_in(family: Family, logs: MatchLogs) -> Margins:
    """What bulk play says."""
    target = logs.first.runs + 1
    parts = [_flat(family, logs.first, None), _flat(family, logs.second, target)]
    first, second = parts
    innings = np.concatenate([np.full(len(p[0]), i) for i, p in enumerate(parts)])
    return _counted(
        family, innings, *(np.concatenate(pair) for pair in zip(first, second, strict=True))
    )


def _flat(family: Family, log: InningsLog, target: Ints | None) -> tuple[Numbers, ...]:
    """Wickets, order, faced, rate and class of every delivery."""
    bowled = log.outcome >= 0
    outcome = log.outcome[bowled]
    rate = np.full(log.outcome.shape, np.nan)
    if target is not None:
        made = np.where(bowled, RUNS_OF[log.outcome], 0)
        left = np.maximum(family.overs * BALLS_PER_OVER - log.legal, 1)
        rate = (target - (made.cumsum(axis=0) - made)) * BALLS_PER_OVER / left
    return log.lost[bowled], log.order[bowled], log.faced[bowled], rate[bowled], CLASS_OF[outcome]


def _counted(
    family: Family,
    innings: Ints,
    lost: Numbers,
    order: Numbers,
    faced: Numbers,
    rate: Numbers,
    ball: Numbers,
) -> Margins:
    def table(level: Ints, size: int, chosen: Ints | slice = slice(None)) -> Floats:
        key = level.astype(np.intp) * CLASSES + ball[chosen].astype(np.intp)
        return np.bincount(key, minlength=size * CLASSES).reshape(size, CLASSES).astype(np.float64)

    chasing = np.flatnonzero(~np.isnan(rate))
    knots = np.array(family.rate)
    near = np.searchsorted((knots[1:] + knots[:-1]) / 2.0, rate[chasing])
    wickets = innings * WICKETS + np.minimum(lost, WICKETS - 1)
    return Margins(
        counts={
            "settled": table(faced_bin(faced.astype(np.intp)), FACED_BINS),
            "order": table(np.minimum(order, ORDERS) - 1, ORDERS),
            "wickets": table(wickets, 2 * WICKETS),
            "rate": table(near, len(knots), chasing),
        }
    )


def moves(family: Family, name: str, real: Margins, simulated: Margins) -> Floats:
    """What to add to a factor's table, (rows, class): to the rows that all bands of time share."""
    ratio = log_ratio(real.counts[name], simulated.counts[name])
    shape = factor_shapes(family)[name]
    found = np.zeros((*shape, CLASSES))
    if name == "wickets":
        found[:, -1] = ratio.reshape(2, WICKETS, CLASSES)
    else:
        found[-1] = ratio
    return found.reshape(-1, CLASSES)


def log_ratio(real: Floats, simulated: Floats) -> Floats:
    """Log of real over simulated shares, (level, class), against the dot ball and against the
    same of all levels together, which the levels by over see to; drawn to zero where either is
    rare.
    """
    events = np.minimum(real, simulated)
    whole = shares_ratio(real.sum(axis=0, keepdims=True), simulated.sum(axis=0, keepdims=True))
    cell = (shares_ratio(real, simulated) - whole) * events / (events + PRIOR_EVENTS)
    return np.asarray(cell - cell[:, :1])


def shares_ratio(real: Floats, simulated: Floats) -> Floats:
    """Log of real over simulated shares of each row, bounded."""
    a = real / np.maximum(real.sum(axis=1, keepdims=True), 1.0)
    b = simulated / np.maximum(simulated.sum(axis=1, keepdims=True), 1.0)
    return np.asarray(np.clip(np.log((a + 1e-6) / (b + 1e-6)), -LARGEST_MOVE, LARGEST_MOVE))
