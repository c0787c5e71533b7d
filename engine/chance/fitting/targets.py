"""What the calibration aims at: whole innings of the data, counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.chance.classes import CLASSES, Floats, Ints
from engine.chance.design import BALLS_PER_OVER, Family
from engine.chance.fitting.margins import Margins, margins_of
from engine.chance.fitting.reading import KINDS, NOT_A_WICKET, Deliveries
from engine.chance.fitting.seasons import NO_TREND, Damping, SeasonTable


@dataclass(frozen=True, slots=True, kw_only=True)
class RealTable:
    """What the data say of whole innings: `shares` deliveries by (innings, over, class), first-
    innings totals' spread, `chases` the mean score of a chase, `eras` the share of the matches that
    each season has; `seasons` where every season is held to its own.
    """

    shares: Floats
    sd: float
    correlation: float
    mean: float
    second_mean: float
    wickets: float
    chases: float
    eras: dict[int, float]
    margins: Margins
    seasons: SeasonTable | None = None
    damping: Damping = NO_TREND


def real_table(family: Family, d: Deliveries) -> RealTable:
    """The calibration's targets from the deliveries of one family."""
    shares = np.zeros((2, family.overs, CLASSES))
    over = np.minimum(d.legal // BALLS_PER_OVER, family.overs - 1)
    np.add.at(shares, (d.innings - 1, over, d.outcome), 1.0)
    runs = d.bat + d.wides + d.no_balls + d.byes + d.leg_byes
    size = int(d.match.max()) + 1
    totals = [np.bincount(d.match[d.innings == i], runs[d.innings == i], size) for i in (1, 2)]
    half = d.legal < family.overs * BALLS_PER_OVER // 2
    halves = [
        np.bincount(d.match[half & (d.innings == i)], runs[half & (d.innings == i)], size)
        for i in (1, 2)
    ]
    return RealTable(
        shares=shares,
        sd=float(totals[0].std()),
        correlation=float(np.corrcoef(halves[0], halves[1])[0, 1]) if size > 2 else 0.0,
        mean=float(totals[0].mean()),
        second_mean=float(totals[1].mean()),
        wickets=_wickets(d) / size,
        chases=_chase_score(d, totals),
        eras=_eras(d),
        margins=margins_of(family, d),
    )


def _wickets(d: Deliveries) -> float:
    """Wickets that fell in first innings; those off wides and no-balls too."""
    out = np.isin(d.kind, [i for i, kind in enumerate(KINDS) if kind not in NOT_A_WICKET])
    return float((out & (d.innings == 1)).sum())


def _chase_score(d: Deliveries, totals: list[Ints]) -> float:
    """The mean score of the side batting second: 1 won, ½ tied, 0 lost."""
    target = np.zeros(len(totals[0]))
    np.maximum.at(target, d.match, d.target)
    return float(((totals[1] >= target) + (totals[1] == target - 1) / 2.0).mean())


def _eras(d: Deliveries) -> dict[int, float]:
    """The share of the matches in each season."""
    year = d.year[np.unique(d.match, return_index=True)[1]]
    seasons, matches = np.unique(year, return_counts=True)
    return {int(s): float(n) / len(year) for s, n in zip(seasons, matches, strict=True)}
