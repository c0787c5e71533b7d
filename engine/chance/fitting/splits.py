"""How each class of ball splits into the outcomes of the catalogue, by phase: counted, and smoothed
across phases.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.chance.classes import CLASS_OF, CLASSES, BallClass, Floats, Ints
from engine.chance.design import BALLS_PER_OVER, PHASES, Family
from engine.chance.fitting.reading import KINDS, Deliveries
from engine.cricket.outcomes import OUTCOME_INDEX, OUTCOMES, Dismissal, End

# A phase's own counts are joined by this many balls shared out as in all phases.
SMOOTHING: Final = 30.0
DISMISSALS: Final = {
    "b": Dismissal.BOWLED,
    "c": Dismissal.CAUGHT,
    "cb": Dismissal.CAUGHT_AND_BOWLED,
    "lbw": Dismissal.LBW,
    "st": Dismissal.STUMPED,
    "hw": Dismissal.HIT_WICKET,
    "obs": Dismissal.OBSTRUCTING,
    "hb": Dismissal.OBSTRUCTING,  # handled the ball has been part of Law 37 since 2017
    "h2": Dismissal.HIT_THE_BALL_TWICE,
    "rto": Dismissal.RETIRED_OUT,
    "rh": Dismissal.RETIRED_HURT,
    "rno": Dismissal.RETIRED_NOT_OUT,
}

_UNKNOWN: Final = "run out, end unknown"
_UNKNOWN_END: Final = -2
_INDEX: Final = {**OUTCOME_INDEX, _UNKNOWN: _UNKNOWN_END}
_IS_RUN_OUT: Final = np.array([o.dismissal is Dismissal.RUN_OUT for o in OUTCOMES])


def phases_of(family: Family, d: Deliveries) -> Ints:
    """The phase of each delivery, an index into `PHASES`."""
    phase = np.array([phase_of_ball(family, ball) for ball in range(family.overs * BALLS_PER_OVER)])
    return np.asarray(phase[np.minimum(d.legal, len(phase) - 1)])


def phase_of_ball(family: Family, ball: int) -> int:
    """The phase of the legal ball, from 0, an index into `PHASES`."""
    if ball < family.powerplay_balls:
        return 0
    return 2 if family.overs * BALLS_PER_OVER - ball <= family.death * BALLS_PER_OVER else 1


def splits_of(family: Family, d: Deliveries) -> dict[str, dict[str, float]]:
    """Phase → outcome key → chance given the class."""
    keys = _keys(d)
    phase = phases_of(family, d)
    everywhere = _counts(keys, d.outcome)
    tables = {}
    for i, name in enumerate(PHASES):
        counts = _counts(keys[phase == i], d.outcome[phase == i]) + SMOOTHING * _normal(everywhere)
        share = _normal(counts)
        tables[name] = {
            o.key: round(float(share[n]), 7) for n, o in enumerate(OUTCOMES) if share[n]
        }
    return tables


def _counts(keys: Ints, ball: Ints) -> Floats:
    """Deliveries by outcome. Run outs of unknown shape are shared out as the known ones."""
    counts = np.bincount(keys[keys >= 0], minlength=len(OUTCOMES)).astype(np.float64)
    for c in range(CLASSES):
        mine = _IS_RUN_OUT & np.equal(CLASS_OF, c)
        known = float(counts[mine].sum())
        unknown = float(((keys == _UNKNOWN_END) & (ball == c)).sum())
        if known:
            counts[mine] *= 1.0 + unknown / known
    return counts


def _normal(counts: Floats) -> Floats:
    """Counts to shares within each class. A class never seen takes its plainest outcome."""
    share = counts.copy()
    for c in range(CLASSES):
        mine = np.equal(CLASS_OF, c)
        if not share[mine].any():
            share[OUTCOME_INDEX[_PLAINEST[BallClass(c)]]] = 1.0
        share[mine] /= share[mine].sum()
    return share


_PLAINEST: Final = {
    BallClass.DOT: "0",
    BallClass.ONE: "1",
    BallClass.TWO: "2",
    BallClass.THREE: "3",
    BallClass.FOUR: "4",
    BallClass.SIX: "6",
    BallClass.WICKET: "caught",
    BallClass.BYE: "b1",
    BallClass.LEG_BYE: "lb1",
    BallClass.WIDE: "wd1",
    BallClass.NO_BALL: "nb1",
}


def _keys(d: Deliveries) -> Ints:
    """The index in `OUTCOMES` of each delivery; -1 where the catalogue has no such ball or its end
    is unknown.
    """
    columns = (d.bat, d.wides, d.no_balls, d.byes, d.leg_byes, d.kind, d.who, d.next_new)
    packed = np.stack(columns, axis=1)
    distinct, place = np.unique(packed, axis=0, return_inverse=True)
    known = np.array([_INDEX.get(_key(*row), -1) for row in distinct.tolist()])
    return np.asarray(known[place.ravel()])


def _key(bat: int, wides: int, no_balls: int, byes: int, leg_byes: int, *out: int) -> str:
    kind, who, next_new = KINDS[out[0]], out[1], out[2]
    runs = _runs(bat=bat, wides=wides, no_balls=no_balls, byes=byes, leg_byes=leg_byes)
    if kind == "ro":
        if next_new < 0:
            return _UNKNOWN  # the shape of a run out is told by who faces next
        end = End.STRIKER if next_new else End.BOWLER
        return (
            "+".join(filter(None, ("run out", _run_out_runs(runs))))
            + ("/non-striker" if who == 2 else "")
            + f"/{end}"
        )
    if kind in DISMISSALS:
        return "+".join(filter(None, (DISMISSALS[kind].value, "" if runs == "0" else runs)))
    return runs


def _run_out_runs(runs: str) -> str:
    """Three and more completed runs are told as two."""
    return "" if runs == "0" else ("2" if runs in ("3", "4", "5") else runs)


def _runs(*, bat: int, wides: int, no_balls: int, byes: int, leg_byes: int) -> str:
    if wides:
        return f"wd{min(wides, 5)}"
    extra = f"b{min(byes, 4)}" if byes else f"lb{min(leg_byes, 4)}" if leg_byes else ""
    if not no_balls:
        return extra or (str(bat) if bat < 6 else "6")
    return "+".join(filter(None, ("nb1", extra or (str(bat) if bat else ""))))
