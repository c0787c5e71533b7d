"""Where a function that only rises passes nought, for what has no formula of its own."""

from __future__ import annotations

from collections.abc import Callable


def root(function: Callable[[float], float], low: float, high: float, within: float) -> float:
    """The place to `within`, by Chandrupatla's way (1997): the curve through the last three points
    where it may be trusted, else halving, which takes twice as many evaluations. The nearer end
    where there is none between `low` and `high`.
    """
    new, at_new = low, function(low)
    old, at_old = high, function(high)
    last, at_last, share = new, at_new, 0.5
    if at_new >= 0 or at_old <= 0:
        return low if at_new >= 0 else high
    while True:
        place = new + share * (old - new)
        found = function(place)
        if (found > 0) == (at_new > 0):
            last, at_last = new, at_new
        else:
            last, at_last, old, at_old = old, at_old, new, at_new
        new, at_new = place, found
        best, least = (new if abs(at_new) < abs(at_old) else old), within / abs(old - new)
        if least > 0.5 or at_new == 0:
            return best
        share = min(1 - least, max(least, _share((new, at_new), (old, at_old), (last, at_last))))


Point = tuple[float, float]


def _share(new: Point, old: Point, last: Point) -> float:
    """How far it is from the new point to the old one."""
    (a, at_a), (b, at_b), (c, at_c) = new, old, last
    x, y = (a - b) / (c - b), (at_a - at_b) / (at_c - at_b)
    if not (y * y < x and (1 - y) ** 2 < 1 - x):
        return 0.5
    first = at_a / (at_b - at_a) * at_c / (at_b - at_c)
    return first + (c - a) / (b - a) * at_a / (at_c - at_a) * at_b / (at_c - at_b)
