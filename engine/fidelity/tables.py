"""The tables that real and simulated cricket are compared by, and the standard error of every cell.

Errors come from the jackknife over groups of matches: each group left out once. That holds for
quantiles and correlations as for shares, and knows that the balls of a match are not independent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.chance.classes import Bools, Floats
from engine.cricket.state import ALL_OUT
from engine.fidelity.balls import KINDS
from engine.fidelity.fold import Fold, add_all
from engine.fidelity.layout import (
    BALLS_PER_OVER,
    FACED_COLUMNS,
    FACED_ROWS,
    LEGAL_OUTCOMES,
    OUTCOME_COLUMNS,
    POSITION_ROWS,
    RATE_ROWS,
    WICKET_ROWS,
    crossed,
)

QUANTILES: Final = (5, 25, 50, 75, 95)
TOTAL_COLUMNS: Final = (
    *("mean", "sd", *(f"{q} %" for q in QUANTILES)),
    *("wickets", "all out", "extras", "bowlers", "full quota"),
)
MOST_BOWLERS: Final = 9
SEASON_COLUMNS: Final = (
    *("first innings", "sd", "second innings", "wickets 1", "wickets 2"),
    *("dots", "fours", "sixes", "wicket balls", "chases"),
)
INNINGS: Final = ("innings 1", "innings 2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`values` (rows, columns), not a number where nothing was seen; `n` (rows) what a row's
    figures were counted on (balls, matches, overs); `se` standard errors, of the same shape as
    `values`.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: Floats
    n: Floats
    se: Floats


Bare = tuple[tuple[str, ...], tuple[str, ...], Floats, Floats]


def tables_of(groups: Sequence[Fold]) -> dict[str, Table]:
    """Every table of the matches of all `groups`, with standard errors when there are two or
    more.
    """
    whole = _bare_tables(add_all(groups))
    left_out = [
        _bare_tables(add_all([g for j, g in enumerate(groups) if j != i]))
        for i in range(len(groups))
        if len(groups) > 1
    ]
    return {
        name: Table(
            rows=rows,
            columns=columns,
            values=values,
            n=n,
            se=_jackknife([other[name][2] for other in left_out], values),
        )
        for name, (rows, columns, values, n) in whole.items()
    }


def _jackknife(left_out: Sequence[Floats], values: Floats) -> Floats:
    if not left_out:
        return np.full(values.shape, np.nan)
    stack = np.stack(left_out)
    spread = ((stack - stack.mean(axis=0)) ** 2).mean(axis=0)
    return np.asarray(np.sqrt((len(left_out) - 1) * spread))


def _bare_tables(f: Fold) -> dict[str, Bare]:
    return {name: build(f) for name, build in _BUILDERS.items()}


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    out = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), np.nan)
    return np.asarray(np.divide(numerator, denominator, out=out, where=denominator > 0))


def _totals(f: Fold) -> Bare:
    return INNINGS, TOTAL_COLUMNS, np.stack([_total(f, i) for i in (1, 2)]), np.full(2, f.matches)


def _total(f: Fold, innings: int) -> Floats:
    runs, wickets = f.each[f"runs {innings}"], f.each[f"wickets {innings}"]
    means = [f.each[f"{name} {innings}"].mean() for name in ("extras", "bowlers", "full quota")]
    return np.array(
        [
            *(runs.mean(), runs.std(ddof=1 if len(runs) > 1 else 0)),
            *np.percentile(runs, QUANTILES),
            *(wickets.mean(), (wickets >= ALL_OUT).mean(), *means),
        ]
    )


def _distribution(f: Fold) -> Bare:
    """The share of totals in each bin."""
    rows = f.layout.total_rows
    bins = [
        np.searchsorted(f.layout.total_starts, f.each[name], side="right")
        for name in ("runs 1", "runs 2")
    ]
    counts = np.stack([np.bincount(b, minlength=len(rows)) for b in bins], axis=1)
    return rows, INNINGS, counts / f.matches, np.full(len(rows), f.matches)


def _wickets_lost(f: Fold) -> Bare:
    rows = tuple(map(str, range(ALL_OUT + 1)))
    counts = _spread([f.each["wickets 1"], f.each["wickets 2"]], 0, ALL_OUT)
    return rows, INNINGS, counts / f.matches, np.full(len(rows), f.matches)


def _bowlers_used(f: Fold) -> Bare:
    rows = tuple(map(str, range(1, MOST_BOWLERS + 1)))
    counts = _spread([f.each["bowlers 1"], f.each["bowlers 2"]], 1, MOST_BOWLERS)
    return rows, INNINGS, counts / f.matches, np.full(len(rows), f.matches)


def _spread(columns: Sequence[Floats], lowest: int, highest: int) -> Floats:
    """How often each whole number from `lowest` to `highest` is found, (numbers, columns)."""
    return np.stack(
        [
            np.bincount(
                np.clip(column, lowest, highest).astype(np.intp) - lowest,
                minlength=highest - lowest + 1,
            ).astype(np.float64)
            for column in columns
        ],
        axis=1,
    )


def _chases(f: Fold) -> Bare:
    """Success of those that were decided (ties left out), as in the targets."""
    scored, target = f.each["runs 2"], f.each["target"]
    decided = scored != target - 1
    band = np.searchsorted(f.layout.target_starts, target, side="right")
    rows = f.layout.target_rows
    n = np.bincount(band[decided], minlength=len(rows)).astype(np.float64)
    won = np.bincount(band[decided & (scored >= target)], minlength=len(rows))
    all_of = np.append(won, won.sum()), np.append(n, n.sum())
    return (*rows, "all"), ("success",), _ratio(*all_of)[:, None], all_of[1]


def _overs(f: Fold, innings: int) -> Bare:
    """Runs and wickets of complete overs."""
    complete, runs, wickets = f.sums["overs"][innings - 1][:3]
    values = np.stack([_ratio(runs, complete), _ratio(wickets, complete)], axis=1)
    return f.layout.over_rows, ("runs", "wickets"), values, complete


def _spin(f: Fold) -> Bare:
    """The share of balls that spin bowls, of those whose style is known."""
    spin, known = f.sums["overs"][:, 3].sum(axis=0), f.sums["overs"][:, 4].sum(axis=0)
    return f.layout.over_rows, ("spin",), _ratio(spin, known)[:, None], known


def _shares(rows: tuple[str, ...], counts: Floats) -> Bare:
    counts = counts.reshape(len(rows), len(OUTCOME_COLUMNS))
    legal = counts[:, : len(LEGAL_OUTCOMES)].sum(axis=1)
    return rows, OUTCOME_COLUMNS, _ratio(counts, legal[:, None]), legal


def _faced(rows: tuple[str, ...], sums: Floats) -> Bare:
    balls = sums[:, -1]
    return rows, FACED_COLUMNS, _ratio(sums[:, :-1], balls[:, None]), balls


def _phase_rows(f: Fold) -> tuple[str, ...]:
    return f.layout.phase_rows


def _season(f: Fold) -> Bare:
    """The figures that a season is told by: totals, shares of legal balls, chases."""
    _, _, totals, _ = _totals(f)
    _, _, chases, _ = _chases(f)
    outcomes = f.sums["outcomes"].sum(axis=(0, 1, 2))
    shares = outcomes / outcomes[: len(LEGAL_OUTCOMES)].sum()
    wickets = TOTAL_COLUMNS.index("wickets")
    values = [
        *(totals[0, 0], totals[0, 1], totals[1, 0], totals[0, wickets], totals[1, wickets]),
        *(shares[OUTCOME_COLUMNS.index(name)] for name in ("p0", "p4", "p6", "wicket")),
        chases[-1, 0],
    ]
    return ("all",), SEASON_COLUMNS, np.array([values]), np.array([float(f.matches)])


def _kinds(f: Fold) -> Bare:
    counts = f.sums["kinds"]
    values = _ratio(counts, counts.sum())[:, None]
    return (
        tuple(kind.value for kind in KINDS),
        ("share",),
        values,
        np.full(len(KINDS), counts.sum()),
    )


def _dependence(f: Fold) -> Bare:
    rows = ("over-dispersion", "half-way scores", "consecutive overs")
    values = [_over_dispersion(f), _half_way(f), _consecutive(f)]
    return rows, ("value",), np.array(values)[:, None], np.full(len(rows), f.matches)


def _over_dispersion(f: Fold) -> float:
    """Variance of the residual runs off the bat of first innings, over the sum of the variances of
    their balls; 1 for independent balls. Residual of the over's mean over all innings.
    """
    balls, bat, squared = (
        f.each[name].astype(np.float64)
        for name in ("balls by over", "bat by over", "bat squared by over")
    )
    mean = _ratio(bat.sum(axis=0), balls.sum(axis=0))
    variance = _ratio(squared.sum(axis=0), balls.sum(axis=0)) - mean**2
    residual = (bat - balls * np.nan_to_num(mean)).sum(axis=1)
    own = (balls * np.nan_to_num(variance)).sum(axis=1).mean()
    return float(residual.var() / own) if own > 0.0 else np.nan


def _half_way(f: Fold) -> float:
    return _correlation(f.each["half 1"], f.each["half 2"])


def _consecutive(f: Fold) -> float:
    """Correlation of the runs of consecutive complete overs of first innings, less each over's
    mean.
    """
    complete: Bools = f.each["balls by over"] == BALLS_PER_OVER
    runs = f.each["runs by over"].astype(np.float64)
    mean = _ratio((runs * complete).sum(axis=0), complete.sum(axis=0).astype(np.float64))
    residual = runs - np.nan_to_num(mean)
    both = complete[:, :-1] & complete[:, 1:]
    return _correlation(residual[:, :-1][both], residual[:, 1:][both])


def _correlation(a: Floats, b: Floats) -> float:
    if len(a) < 2 or a.std() == 0.0 or b.std() == 0.0:
        return np.nan
    return float(np.corrcoef(a, b)[0, 1])


_BUILDERS: Final[Mapping[str, Callable[[Fold], Bare]]] = {
    "innings": _totals,
    "totals": _distribution,
    "wickets lost": _wickets_lost,
    "chases": _chases,
    "overs of innings 1": lambda f: _overs(f, 1),
    "overs of innings 2": lambda f: _overs(f, 2),
    "phase": lambda f: _shares(_phase_rows(f), f.sums["outcomes"].sum(axis=(0, 2))),
    "wickets": lambda f: _shares(WICKET_ROWS, f.sums["outcomes"].sum(axis=(0, 1))),
    "phase and wickets": lambda f: _shares(
        crossed(_phase_rows(f), WICKET_ROWS), f.sums["outcomes"].sum(axis=0)
    ),
    "innings and phase": lambda f: _shares(
        crossed(INNINGS, _phase_rows(f)), f.sums["outcomes"].sum(axis=2)
    ),
    "balls faced": lambda f: _shares(FACED_ROWS, f.sums["outcomes by faced"]),
    "position": lambda f: _shares(POSITION_ROWS, f.sums["outcomes by position"]),
    "batting by balls faced": lambda f: _faced(FACED_ROWS, f.sums["batting by faced"]),
    "batting by position": lambda f: _faced(POSITION_ROWS, f.sums["batting by position"]),
    "required rate": lambda f: _shares(RATE_ROWS, f.sums["rates"]),
    "dependence": _dependence,
    "kinds of dismissal": _kinds,
    "bowlers used": _bowlers_used,
    "spin by over": _spin,
    "season": _season,
}
TABLES: Final = tuple(_BUILDERS)
