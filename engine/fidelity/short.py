"""What the few real short matches came to: T20s that rain reduced before they began.

Both sides had the same number of overs, and the side batting first used all of them or was all out.
They are the only measure there is of T5 and T10.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from engine.fidelity.layout import BALLS_PER_OVER
from engine.fidelity.tables import Table

BANDS: Final = ((5, 5), (7, 8), (9, 10), (11, 12), (13, 14), (15, 16), (17, 19))
COLUMNS: Final = (
    *("first innings", "sd", "runs an over", "wickets", "balls a wicket"),
    *("all out", "second innings runs an over", "chases"),
)
_ALL_OUT: Final = 10


def short_matches(rows: Iterable[Mapping[str, str]]) -> Table:
    """One row a band of overs."""
    found: dict[tuple[int, int], list[tuple[float, ...]]] = {band: [] for band in BANDS}
    for row in rows:
        overs = _overs(row)
        for band in BANDS:
            if overs is not None and band[0] <= overs <= band[1]:
                found[band].append(_match(row))
    lines = [np.array(found[band]).reshape(-1, 7) for band in BANDS]
    return Table(
        rows=tuple(f"{a}" if a == b else f"{a}-{b}" for a, b in BANDS),
        columns=COLUMNS,
        values=np.array([_line(line) for line in lines]),
        n=np.array([float(len(line)) for line in lines]),
        se=np.full((len(BANDS), len(COLUMNS)), np.nan),
    )


def _overs(row: Mapping[str, str]) -> int | None:
    """How many overs both sides had, None where the match was not cut short before it began."""
    if not row["i2_target_overs"] or not row["i1_balls"]:
        return None
    given = float(row["i2_target_overs"])
    balls, wickets = int(row["i1_balls"]), int(row["i1_wkts"])
    if given != int(given) or given >= 20:
        return None
    whole = balls == int(given) * BALLS_PER_OVER
    all_out = wickets >= _ALL_OUT and balls < int(given) * BALLS_PER_OVER
    return int(given) if whole or all_out else None


def _match(row: Mapping[str, str]) -> tuple[float, ...]:
    first, second = int(row["i1_runs"]), int(row["i2_runs"] or 0)
    won = row["winner_t"] == row["i2_team"] and row["winner_t"] != "0"
    decided = row["winner_t"] not in ("", "0")
    return (
        *(first, int(row["i1_balls"]), int(row["i1_wkts"]), second, int(row["i2_balls"] or 0)),
        *(float(decided), float(won)),
    )


def _line(found: np.ndarray) -> list[float]:
    if not len(found):
        return [np.nan] * len(COLUMNS)
    first, balls, wickets, second, second_balls, decided, won = found.T
    return [
        *(first.mean(), first.std(ddof=1), first.sum() / balls.sum() * BALLS_PER_OVER),
        *(wickets.mean(), balls.sum() / max(wickets.sum(), 1.0), (wickets >= _ALL_OUT).mean()),
        *(second.sum() / max(second_balls.sum(), 1.0) * BALLS_PER_OVER, won.sum() / decided.sum()),
    ]
