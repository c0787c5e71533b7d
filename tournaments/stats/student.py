"""Student's t without a library of statistics: quantiles and tails."""

from __future__ import annotations

from functools import cache
from math import atan, copysign, cos, exp, inf, lgamma, log, log1p, pi, sin, sqrt, tan
from statistics import NormalDist
from typing import Final

CONFIDENCE: Final = 0.95
_SERIES_UP_TO: Final = 200  # degrees of freedom; beyond, the expansion is exact to eight digits
_HALVINGS: Final = 60
_TERMS: Final = 30  # of a continued fraction: twelve digits at 200 degrees


def reach(freedom: float, confidence: float = CONFIDENCE) -> float:
    """The t that holds this share of Student's distribution between -t and t; `freedom` from 1. Of
    broken degrees it is exact to a hundredth.
    """
    if freedom < 1:
        return inf
    if freedom > _SERIES_UP_TO:
        return _expanded(freedom, confidence)
    whole = int(freedom)
    if whole == freedom:
        return _halved(whole, confidence)
    return _in_between(freedom, _halved(whole, confidence), _halved(whole + 1, confidence))


def below(t: float, freedom: float) -> float:
    """The share of the distribution below `t`."""
    if freedom < 1 or t == 0:
        return 0.5
    if freedom > _SERIES_UP_TO:
        return NormalDist().cdf(_normalised(t, freedom))
    whole = int(freedom)
    if whole == freedom:
        return 0.5 + copysign(_between(atan(abs(t) / sqrt(freedom)), whole), t) / 2
    square = t * t / freedom
    outside = _beta(1 / (1 + square), 1 / (1 + 1 / square) if square else 0.0, freedom / 2, 0.5)
    return 0.5 + copysign(1 - outside, t) / 2


def _normalised(t: float, freedom: float) -> float:
    """The z with as much below it (Wallace 1959), exact to five digits at this many degrees."""
    root = sqrt(freedom * log1p(t * t / freedom))
    return copysign(root * (8 * freedom + 1) / (8 * freedom + 3), t)


def _in_between(freedom: float, before: float, after: float) -> float:
    """Between the t of the whole degrees `before` and `after`: what the angle atan(t/√ν) lacks of a
    right one is nearly a power in 1/ν.
    """
    whole = int(freedom)
    lacks = atan(sqrt(whole) / before)
    share = (1 / whole - 1 / freedom) * whole * (whole + 1)
    return sqrt(freedom) / tan(lacks * (atan(sqrt(whole + 1) / after) / lacks) ** share)


@cache
def _halved(freedom: int, confidence: float) -> float:
    """By bisection of the angle atan(t/√ν)."""
    low, high = 0.0, pi / 2
    for _ in range(_HALVINGS):
        angle = (low + high) / 2
        low, high = (angle, high) if _between(angle, freedom) < confidence else (low, angle)
    return tan((low + high) / 2) * sqrt(freedom)


def _between(angle: float, freedom: int) -> float:
    """The share of the distribution between -t and t (Abramowitz & Stegun 26.7.3, 26.7.4)."""
    odd = freedom % 2
    term = cos(angle) if odd else 1.0
    series = 0.0
    for k in range(1 + odd, freedom, 2):
        series += term
        term *= cos(angle) ** 2 * k / (k + 1)
    return 2 / pi * (angle + sin(angle) * series) if odd else sin(angle) * series


def _beta(x: float, left: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, `left` being 1 - x (Abramowitz & Stegun 26.5.8,
    which is quick up to about the mean); it gives the share outside of -t and t (26.7.1).
    """
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(left, x, b, a)
    if x == 0:
        return 0.0
    fraction = 1.0
    for m in range(_TERMS, 0, -1):
        odd = -(a + m - 1) * (a + b + m - 1) / ((a + 2 * m - 2) * (a + 2 * m - 1)) * x
        even = m * (b - m) / ((a + 2 * m - 1) * (a + 2 * m)) * x
        fraction = 1 + odd / (1 + even / fraction)
    front = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(left)
    return exp(front) / (a * fraction)


def _expanded(freedom: float, confidence: float) -> float:
    """Abramowitz & Stegun 26.7.5, to the third power of 1/ν."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
