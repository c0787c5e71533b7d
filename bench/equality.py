"""Is the vectorised simulator the engine? Two samples of matches, compared statistic by statistic.

Each statistic is one number a match, so that matches are independent observations; the two-sample
Kolmogorov-Smirnov test compares their distributions (conservative for counts), Fisher's exact test
those that only happen or do not.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import fisher_exact, ks_2samp

from engine.chance.classes import Bools, Floats
from engine.fidelity import Balls


def p_values(a: Balls, b: Balls) -> dict[str, float]:
    """How likely the difference between two samples is, for each statistic, if there is none."""
    mine, theirs = dict(_statistics(a)), dict(_statistics(b))
    return {name: _p_value(mine[name], theirs[name]) for name in mine if name in theirs}


def _p_value(a: Floats, b: Floats) -> float:
    values = np.unique(np.concatenate([a, b]))
    if len(values) == 1:
        return 1.0
    if len(values) == 2:
        table = [[np.sum(x == value) for value in values] for x in (a, b)]
        return float(fisher_exact(table).pvalue)
    return float(ks_2samp(a, b, method="asymp").pvalue)


def _statistics(balls: Balls) -> Iterator[tuple[str, Floats]]:
    runs = balls.bat + balls.extras
    for innings in (1, 2):
        mine = balls.innings == innings
        where = f"innings {innings}"
        yield f"{where}: runs", _sum(balls, mine, runs)
        yield f"{where}: wickets", _sum(balls, mine, balls.wicket)
        yield f"{where}: legal balls", _sum(balls, mine, balls.legal)
        yield f"{where}: extras", _sum(balls, mine, balls.extras)
        for bat in (0, 1, 2, 4, 6):
            hit = (balls.bat == bat) & balls.legal & ~balls.wicket
            yield f"{where}: balls hit for {bat}", _sum(balls, mine, hit)
        for position in range(1, 12):
            faced = (balls.position == position) & (balls.wides == 0)
            yield f"{where}: balls faced by {position}", _sum(balls, mine, faced)
        yield from _by_over(balls, mine, where)
    won = _sum(balls, balls.innings == 2, runs) >= balls.target
    yield "the chase is won", won.astype(np.float64)


def _by_over(balls: Balls, mine: Bools, where: str) -> Iterator[tuple[str, Floats]]:
    runs = balls.bat + balls.extras
    for over in range(int(balls.over.max()) + 1):
        now = mine & (balls.over == over)
        yield f"{where}: runs of over {over + 1}", _sum(balls, now, runs)
        spin = _sum(balls, now, balls.spin == 1) > 0
        yield f"{where}: spin bowls over {over + 1}", spin.astype(np.float64)
        yield f"{where}: bowler of over {over + 1}", _first(balls, now)


def _first(balls: Balls, rows: Bools) -> Floats:
    """Who bowls, by place in the squad, -1 where nobody does any more."""
    found = np.full(balls.matches, -1.0)
    found[balls.match[rows]] = balls.bowler[rows]
    return found


def _sum(balls: Balls, rows: Bools, values: Floats | Bools | np.ndarray) -> Floats:
    return np.bincount(balls.match[rows], values[rows], balls.matches).astype(np.float64)
