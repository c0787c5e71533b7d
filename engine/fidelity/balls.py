"""Deliveries as arrays, real or simulated: what every table of the fidelity check is folded from.

An entry says what a scorer wrote down for one delivery and nothing that can be worked out from the
deliveries before it, so that real rows and simulated ones go through the same arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from engine.chance.classes import Bools, Ints
from engine.cricket.nodes import BallBowled
from engine.cricket.outcomes import NOT_OUT, OUTCOMES, Dismissal
from engine.cricket.players import Squad

KINDS: Final = tuple(Dismissal)
NO_DISMISSAL: Final = -1
PACE, SPIN, UNKNOWN_STYLE = 0, 1, -1
_COUNTS_AS_WICKET: Final[Bools] = np.array([kind not in NOT_OUT for kind in KINDS] + [False])


@dataclass(frozen=True, slots=True, kw_only=True)
class Balls:
    """One entry a delivery; those of one innings stand together, in playing order.

    `match` counts from 0 to `matches` - 1; `innings` is 1 or 2 (super overs are left out); `over`
    from 0; `batter` and `bowler` tell the players of an innings apart; `position` 1…11 by order of
    coming in; `kind` indexes `KINDS`, -1 no dismissal; `striker_out` 1 where the striker was;
    `spin` 1, 0 for pace, -1 unknown. `target` (matches) is what wins for the side batting second.
    """

    matches: int
    target: Ints
    match: Ints
    innings: Ints
    over: Ints
    batter: Ints
    bowler: Ints
    position: Ints
    bat: Ints
    wides: Ints
    no_balls: Ints
    byes: Ints
    leg_byes: Ints
    penalty: Ints
    kind: Ints
    striker_out: Ints
    spin: Ints

    def __len__(self) -> int:
        return len(self.match)

    @property
    def legal(self) -> Bools:
        """Whether the ball counts in the over."""
        return np.asarray((self.wides == 0) & (self.no_balls == 0))

    @property
    def extras(self) -> Ints:
        return np.asarray(self.wides + self.no_balls + self.byes + self.leg_byes + self.penalty)

    @property
    def wicket(self) -> Bools:
        """Whether the side lost a wicket: not for a batter retired hurt or not out."""
        return np.asarray(_COUNTS_AS_WICKET[self.kind])

    def of_matches(self, chosen: Bools) -> Balls:
        """The deliveries of the matches that are chosen (matches), numbered anew."""
        number = np.cumsum(chosen) - 1
        rows = chosen[self.match]
        columns = {name: getattr(self, name)[rows] for name in COLUMNS}
        columns["match"] = number[columns["match"]]
        return Balls(matches=int(chosen.sum()), target=self.target[chosen], **columns)

    @classmethod
    def joined(cls, parts: Sequence[Balls]) -> Balls:
        """The deliveries of all parts, their matches numbered one after another."""
        before = np.cumsum([0, *(part.matches for part in parts)])
        columns = {name: np.concatenate([getattr(p, name) for p in parts]) for name in COLUMNS}
        columns["match"] += np.repeat(before[:-1], [len(part) for part in parts])
        target = np.concatenate([part.target for part in parts])
        return cls(matches=int(before[-1]), target=target, **columns)


COLUMNS: Final = tuple(f.name for f in fields(Balls) if f.name not in ("matches", "target"))

_OF_OUTCOME: Final = {
    "bat": np.array([o.bat for o in OUTCOMES], dtype=np.intp),
    "wides": np.array([o.wides for o in OUTCOMES], dtype=np.intp),
    "no_balls": np.array([o.no_balls for o in OUTCOMES], dtype=np.intp),
    "byes": np.array([o.byes for o in OUTCOMES], dtype=np.intp),
    "leg_byes": np.array([o.leg_byes for o in OUTCOMES], dtype=np.intp),
    "penalty": np.array([o.penalty for o in OUTCOMES], dtype=np.intp),
    "kind": np.array(
        [NO_DISMISSAL if o.dismissal is None else KINDS.index(o.dismissal) for o in OUTCOMES],
        dtype=np.intp,
    ),
    "striker_out": np.array(
        [o.dismissal is not None and not o.non_striker_out for o in OUTCOMES], dtype=np.intp
    ),
}


SIMULATED_COLUMNS: Final = (
    *("match", "innings", "over", "batter", "bowler", "position", "spin"),
    "outcome",  # index into the catalogue `OUTCOMES`
)


def of_outcomes(matches: int, target: Ints, columns: Mapping[str, Ints]) -> Balls:
    """Simulated deliveries, with the `SIMULATED_COLUMNS`."""
    told = {name: columns[name] for name in SIMULATED_COLUMNS if name != "outcome"}
    drawn = {name: column[columns["outcome"]] for name, column in _OF_OUTCOME.items()}
    return Balls(matches=matches, target=target, **told, **drawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedMatch:
    """A match that the engine played: its deliveries and the two squads, home first."""

    balls: Sequence[BallBowled]
    squads: tuple[Squad, Squad]


def of_matches(played: Iterable[PlayedMatch]) -> Balls:
    """What the engine's own matches came to, super overs left out."""
    rows: list[tuple[int, ...]] = []
    targets: list[int] = []
    for number, match in enumerate(played):
        mine = [row for ball in match.balls if (row := _row(number, ball, match.squads))]
        rows += mine
        targets.append(1 + sum(OUTCOMES[row[-1]].runs for row in mine if row[1] == 1))
    columns = np.array(rows, dtype=np.intp).reshape(-1, len(SIMULATED_COLUMNS)).T
    return of_outcomes(
        len(targets),
        np.array(targets, dtype=np.intp),
        dict(zip(SIMULATED_COLUMNS, columns, strict=True)),
    )


_INDEX_OF: Final = {outcome: i for i, outcome in enumerate(OUTCOMES)}


def _row(number: int, ball: BallBowled, squads: tuple[Squad, Squad]) -> tuple[int, ...] | None:
    before = ball.before
    if before.is_super_over or before.striker is None or before.bowler is None:
        return None
    fielding = squads[0] if before.fielding == "home" else squads[1]
    return (
        number,
        before.number,
        before.over,
        before.striker,
        before.bowler,
        before.batters[before.striker].position,
        int(fielding[before.bowler].bowls.is_spin),
        _INDEX_OF[ball.outcome],
    )
