"""What a delivery can be: the finite catalogue of outcomes that a ball model gives probabilities
to.

Every outcome states its runs by kind (Laws 18, 21, 22, 23, 41), whether the ball counts in the
over, and the dismissal if there is one. `OUTCOMES` is ordered from the bowler's best to the
batter's best, so that one uniform draw pushed through two similar distributions meets like
outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

WICKET_WORTH_RUNS: Final = 6.0  # only orders the catalogue; about what a wicket costs a T20 innings


class Dismissal(StrEnum):
    """Laws 32 to 39, and retirements (Law 25.4). The names are those of the scorebook."""

    BOWLED = "bowled"  # Law 32
    CAUGHT = "caught"  # Law 33
    CAUGHT_AND_BOWLED = "caught and bowled"  # Law 33
    HIT_THE_BALL_TWICE = "hit the ball twice"  # Law 34
    HIT_WICKET = "hit wicket"  # Law 35
    LBW = "lbw"  # Law 36
    OBSTRUCTING = "obstructing the field"  # Law 37
    RUN_OUT = "run out"  # Law 38
    STUMPED = "stumped"  # Law 39
    RETIRED_OUT = "retired out"  # Law 25.4.3
    RETIRED_HURT = "retired hurt"  # Law 25.4.2: not out, may return at the fall of a wicket
    RETIRED_NOT_OUT = "retired not out"  # Law 25.4.2


CREDITED_TO_BOWLER: Final = frozenset(
    {
        Dismissal.BOWLED,
        Dismissal.CAUGHT,
        Dismissal.CAUGHT_AND_BOWLED,
        Dismissal.HIT_WICKET,
        Dismissal.LBW,
        Dismissal.STUMPED,
    }
)
NOT_OUT: Final = frozenset({Dismissal.RETIRED_HURT, Dismissal.RETIRED_NOT_OUT})
# ICC 21.19.1: off a free hit a batter can be out only as off a no-ball (Law 21.18).
ALLOWED_ON_FREE_HIT: Final = frozenset(
    {
        Dismissal.RUN_OUT,
        Dismissal.OBSTRUCTING,
        Dismissal.HIT_THE_BALL_TWICE,
        Dismissal.RETIRED_HURT,
        Dismissal.RETIRED_NOT_OUT,
        Dismissal.RETIRED_OUT,
    }
)


class End(StrEnum):
    """Where the wicket was put down in a run out: the end that the striker faced from, or the
    bowler's end.
    """

    STRIKER = "striker's end"
    BOWLER = "bowler's end"


def _derived() -> Any:
    return field(init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One thing that a delivery can be.

    `bat` runs off the bat, `wides` and `no_balls` with their penalty run, `byes`, `leg_byes`,
    `penalty` (5, Law 41.17, to the batting side). `boundary`: 4 or 6 without running (Law 19).
    `dismissal` takes the striker unless `non_striker_out`; `end` is where a run-out wicket fell
    (None for every other dismissal).
    """

    bat: int = 0
    wides: int = 0
    no_balls: int = 0
    byes: int = 0
    leg_byes: int = 0
    penalty: int = 0
    boundary: bool = False
    dismissal: Dismissal | None = None
    non_striker_out: bool = False
    end: End | None = None

    # What follows from the above, worked out once: the laws read it on every ball.
    is_legal: bool = _derived()  # the ball counts as one of the over (Laws 21.16, 22.8)
    runs: int = _derived()  # to the side's total
    # In the bowler's analysis: not byes, leg-byes or penalties (Laws 23, 41).
    charged_to_bowler: int = _derived()
    # Completed between the wickets: strike changes when odd (Law 18.12).
    run_between: int = _derived()
    is_wicket: bool = _derived()  # the side loses one (a batter retired hurt is not out)
    is_credited: bool = _derived()  # to the bowler
    # A short unique name, such as `4`, `wd1`, `nb1+6`, `run out+1/non-striker/bowler's end`.
    key: str = _derived()

    def __post_init__(self) -> None:
        charged = self.bat + self.wides + self.no_balls
        out = self.dismissal
        for name, value in (
            ("is_legal", not self.wides and not self.no_balls),
            ("charged_to_bowler", charged),
            ("runs", charged + self.byes + self.leg_byes + self.penalty),
            ("run_between", _run_between(self)),
            ("is_wicket", out is not None and out not in NOT_OUT),
            ("is_credited", out in CREDITED_TO_BOWLER),
            ("key", _key(self)),
        ):
            object.__setattr__(self, name, value)


def _run_between(o: Outcome) -> int:
    if o.boundary:
        return 0
    return o.wides - 1 if o.wides else o.bat + o.byes + o.leg_byes


def _key(o: Outcome) -> str:
    parts = [
        f"{prefix}{runs}"
        for prefix, runs in (
            ("wd", o.wides),
            ("nb", o.no_balls),
            ("b", o.byes),
            ("lb", o.leg_byes),
            ("pen", o.penalty),
        )
        if runs
    ]
    if o.bat or not (parts or o.dismissal):
        parts.append(f"{o.bat}{'*' if o.bat in (4, 6) and not o.boundary else ''}")
    if o.dismissal is None:
        return "+".join(parts)
    who = "/non-striker" if o.non_striker_out else ""
    where = f"/{o.end}" if o.end else ""
    return "+".join([o.dismissal.value, *parts]) + who + where


def _off_the_bat() -> list[Outcome]:
    runs = [Outcome(bat=n) for n in (0, 1, 2, 3, 5)]
    return [*runs, Outcome(bat=4), Outcome(bat=4, boundary=True), Outcome(bat=6, boundary=True)]


def _extras() -> list[Outcome]:
    """A wide or bye that reaches the boundary is scored 5 wides or 4 byes (Laws 22.7, 23.3) and
    nobody has run.
    """
    boundary = [
        Outcome(byes=4, boundary=True),
        Outcome(leg_byes=4, boundary=True),
        Outcome(wides=5, boundary=True),
        Outcome(no_balls=1, byes=4, boundary=True),
        Outcome(no_balls=1, leg_byes=4, boundary=True),
        Outcome(no_balls=1, bat=4, boundary=True),
        Outcome(no_balls=1, bat=6, boundary=True),
    ]
    run = [Outcome(byes=n) for n in (1, 2, 3)] + [Outcome(leg_byes=n) for n in (1, 2, 3)]
    run += [Outcome(wides=n) for n in (1, 2, 3, 4)]
    run += [Outcome(no_balls=1, bat=n) for n in (0, 1, 2, 3)]
    run += [Outcome(no_balls=1, byes=1), Outcome(no_balls=1, leg_byes=1), Outcome(penalty=5)]
    return boundary + run


def _run_outs() -> list[Outcome]:
    shapes = [Outcome(bat=n) for n in (0, 1, 2)] + [
        Outcome(leg_byes=1),
        Outcome(byes=1),
        Outcome(wides=1),
        Outcome(no_balls=1),
        Outcome(no_balls=1, bat=1),
    ]
    return [
        replace(shape, dismissal=Dismissal.RUN_OUT, non_striker_out=out, end=end)
        for shape in shapes
        for out in (False, True)
        for end in End
    ]


def _dismissals() -> list[Outcome]:
    simple = (
        Dismissal.BOWLED,
        Dismissal.CAUGHT,
        Dismissal.CAUGHT_AND_BOWLED,
        Dismissal.LBW,
        Dismissal.STUMPED,
        Dismissal.HIT_WICKET,
        Dismissal.HIT_THE_BALL_TWICE,
        Dismissal.OBSTRUCTING,
        Dismissal.RETIRED_HURT,
        Dismissal.RETIRED_OUT,
        Dismissal.RETIRED_NOT_OUT,
    )
    found = [Outcome(dismissal=kind) for kind in simple]
    found += [
        Outcome(wides=1, dismissal=Dismissal.STUMPED),  # Law 39.1
        Outcome(bat=1, dismissal=Dismissal.RETIRED_HURT),
        Outcome(dismissal=Dismissal.OBSTRUCTING, non_striker_out=True),
    ]
    return found


def _worth(outcome: Outcome) -> tuple[float, str]:
    """Runs to the batting side, less a wicket's worth, plus the ball saved when it must be bowled
    again.
    """
    again = 0.0 if outcome.is_legal else 0.5
    lost = WICKET_WORTH_RUNS if outcome.is_wicket else 0.0
    return outcome.runs - lost + again, outcome.key


OUTCOMES: Final[tuple[Outcome, ...]] = tuple(
    sorted(_off_the_bat() + _extras() + _run_outs() + _dismissals(), key=_worth)
)
OUTCOME_INDEX: Final = {outcome.key: i for i, outcome in enumerate(OUTCOMES)}
