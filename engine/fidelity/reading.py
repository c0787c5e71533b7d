"""From the ball-by-ball CSV files to the arrays that are folded. Only `engine.fidelity.real` reads
them; the data stay where they are.
"""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.cricket.outcomes import Dismissal
from engine.fidelity.balls import KINDS, NO_DISMISSAL, UNKNOWN_STYLE, Balls

_KIND_OF: Final = {
    "b": Dismissal.BOWLED,
    "c": Dismissal.CAUGHT,
    "cb": Dismissal.CAUGHT_AND_BOWLED,
    "lbw": Dismissal.LBW,
    "ro": Dismissal.RUN_OUT,
    "st": Dismissal.STUMPED,
    "hw": Dismissal.HIT_WICKET,
    "rh": Dismissal.RETIRED_HURT,
    "rto": Dismissal.RETIRED_OUT,
    "rno": Dismissal.RETIRED_NOT_OUT,
    "obs": Dismissal.OBSTRUCTING,
    "hb": Dismissal.OBSTRUCTING,  # handled the ball: obstruction since the Laws of 2017 (Law 37.1)
    "to": Dismissal.RETIRED_OUT,  # timed out: out without a ball, as a batter who retires is
    "h2": Dismissal.HIT_THE_BALL_TWICE,
}
_INDEX_OF: Final = {
    "": NO_DISMISSAL,
    **{code: KINDS.index(kind) for code, kind in _KIND_OF.items()},
}
_COLUMNS: Final = (
    *("match_id", "inn", "over", "batter", "bowler", "pos"),
    *("rb", "wd", "nb", "by", "lb", "pen", "wk", "who"),
)
_NAMES: Final = (
    *("match", "innings", "over", "batter", "bowler", "position"),
    *("bat", "wides", "no_balls", "byes", "leg_byes", "penalty", "kind", "striker_out"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Clean matches of one tier, of `overs` an innings, from `first` to `last` year."""

    file: str
    tier: str
    overs: int
    first: int
    last: int

    def takes(self, row: Mapping[str, str]) -> bool:
        return (
            row["clean"] == "True"
            and row["tier"] == self.tier
            and row["overs"] == str(self.overs)
            and self.first <= int(row["date"][:4]) <= self.last
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RealMatch:
    """What the list of matches says of one: calendar year, and the target."""

    year: int
    target: int


def read_matches(lines: Iterable[str], chosen: Selection) -> dict[str, RealMatch]:
    """The selected matches by id, in the order of the file."""
    return {
        row["match_id"]: RealMatch(year=int(row["date"][:4]), target=_target(row))
        for row in csv.DictReader(lines)
        if chosen.takes(row)
    }


def _target(row: Mapping[str, str]) -> int:
    return int(float(row["i2_target"])) if row["i2_target"] else int(row["i1_runs"]) + 1


def read_balls(lines: Iterable[str], matches: Mapping[str, RealMatch]) -> Balls:
    """The deliveries of `matches`, super overs left out."""
    number = {name: i for i, name in enumerate(matches)}
    columns: list[array[int]] = [array("q") for _ in _NAMES]
    for row in _rows(lines, number):
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    arrays = {
        name: np.frombuffer(column, dtype=np.int64).astype(np.intp)
        for name, column in zip(_NAMES, columns, strict=True)
    }
    return Balls(
        matches=len(matches),
        target=np.array([match.target for match in matches.values()], dtype=np.intp),
        spin=np.full(len(arrays["match"]), UNKNOWN_STYLE, dtype=np.intp),
        **arrays,
    )


def _rows(lines: Iterable[str], number: Mapping[str, int]) -> Iterator[tuple[int, ...]]:
    reader = csv.reader(lines)
    header = next(reader)
    at = [header.index(name) for name in _COLUMNS]
    super_over = header.index("so")
    for parts in reader:
        match = number.get(parts[at[0]])
        if match is None or parts[super_over] == "1":
            continue
        innings, over, batter, bowler, position, *runs, kind, who = (parts[i] for i in at[1:])
        yield (
            *(match, int(innings), int(over), int(batter), int(bowler), int(position or 11)),
            *(int(x) if x else 0 for x in runs),
            _INDEX_OF[kind],
            int(who == "1"),
        )
