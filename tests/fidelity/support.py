"""Hand-made deliveries for the fold."""

import numpy as np

from engine.cricket.outcomes import Dismissal
from engine.fidelity.balls import COLUMNS, KINDS, Balls

START = {
    "match": 0,
    "innings": 1,
    "over": 0,
    "batter": 1,
    "bowler": 11,
    "position": 1,
    "kind": -1,
    "spin": 0,
}


def ball(**told: int) -> dict[str, int]:
    """One delivery; a dot ball where nothing else is said."""
    return {**dict.fromkeys(COLUMNS, 0), **START, **told}


def out(kind: Dismissal, **told: int) -> dict[str, int]:
    """One delivery with a dismissal of the striker."""
    return ball(kind=KINDS.index(kind), **{"striker_out": 1, **told})


def balls(*rows: dict[str, int], target: int = 100) -> Balls:
    """Deliveries of as many matches as the rows name."""
    matches = max(row["match"] for row in rows) + 1
    columns = {name: np.array([row[name] for row in rows], dtype=np.intp) for name in COLUMNS}
    return Balls(matches=matches, target=np.full(matches, target, dtype=np.intp), **columns)
