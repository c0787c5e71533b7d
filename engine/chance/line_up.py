"""Runs that the players at hand add to a state: who is in and how long he has been, who is to come,
who has overs left, pitch and day. What each is worth is solved in `engine.chance.worth`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from engine.chance.classes import Floats, Ints, one_by_one
from engine.chance.crease import MOST_FACED
from engine.chance.design import BALLS_PER_OVER
from engine.chance.grid import Shifts
from engine.chance.rotation import spin_share, usual_plan
from engine.chance.worth import Worth
from engine.cricket.formats import Format
from engine.cricket.players import SQUAD_SIZE, PlayerIndex, Squad
from engine.cricket.state import Innings
from engine.making import by_identity


@by_identity
def bowling_of(squad: Squad, fmt: Format) -> Floats:
    """Of those who usually bowl each over, (overs, 3): economy, strike, and spin beside its usual
    share.
    """
    players = [squad[place] for place in usual_plan(squad, fmt)]
    return np.array(
        [
            [p.skill.economy, p.skill.strike, p.bowls.is_spin - spin_share(over, fmt.max_overs)]
            for over, p in enumerate(players)
        ]
    )


class LineUp:
    """Runs to the batting side that the players at hand add to a state. `reply` runs of the other
    side's innings are taken off throughout.
    """

    def __init__(
        self, worth: Worth, batting: Squad, bowling: Floats, towards: float, reply: float = 0.0
    ) -> None:
        self._worth, self._bowling = worth, bowling.ravel()
        self._towards, self._reply = towards, reply
        skills = np.array([(p.skill.scoring, p.skill.survival) for p in batting.players])
        self._skills = skills
        self._pairs = _Pairs(worth.order, worth.batting, worth.settled, *skills.T)
        self._pair = _Pairs(
            one_by_one(worth.order),
            one_by_one(worth.batting),
            one_by_one(worth.settled),
            *skills.T.tolist(),
        )
        self._known: dict[object, _Crease] = {}
        self._found: dict[tuple[int, tuple[PlayerIndex, ...]], memoryview[float]] = {}

    @cached_property
    def _base(self) -> Floats:
        """(wickets, balls left): conditions and those who bowl."""
        worth = self._worth
        conditions = (worth.conditions + worth.curvature * self._towards) * self._towards
        bowling = worth.bowling @ self._bowling
        return np.ascontiguousarray((conditions + worth.coming + bowling).T - self._reply)

    def at_the_start(self) -> float:
        """Before the first ball, the openers in."""
        worth = self._worth
        total = worth.in_conditions(-1, 0, self._towards) + worth.bowling[-1, 0] @ self._bowling
        total += worth.batting[0, -1, : self._skills.size] @ self._skills.ravel()
        total += worth.order[0, 0, 0, -1] + worth.order[0, 1, 1, -1]
        total += worth.settled[-1, 0, :, 0].sum() + worth.coming[-1, 0]
        return float(total) - self._reply

    def shift(self, innings: Innings, left: int, lost: int) -> float:
        """Of the state as it is."""
        if lost >= innings.max_wickets or left == 0:
            return -self._reply
        if left == innings.format.max_balls and innings.striker is None:
            return self.at_the_start()
        striker, other = _pair(innings)
        stays = self._crease(innings, lost, striker, other).stays[left]
        faces, waits = _faced(innings, striker), _faced(innings, other)
        return float(stays + self._pair.of(left, lost, striker, faces, other, waits))

    def in_other_conditions(self, left: int, lost: int, more: Floats) -> Floats:
        """Runs that `more` conditions, of any shape, add to a state in those that are known."""
        known = self._worth.in_conditions(left, lost, self._towards)
        return np.asarray(self._worth.in_conditions(left, lost, self._towards + more) - known)

    def shifts_after(self, innings: Innings, left: int, lost: int) -> Shifts:
        """Of the state after the next ball."""
        striker, other = _pair(innings)
        crease, of_pair = self._crease(innings, lost, striker, other), self._pair.of
        faces, waits = _faced(innings, striker), _faced(innings, other)
        again = crease.stays[left] + of_pair(left, lost, striker, faces, other, waits)
        left, out, new = left - 1, lost + 1, crease.new
        faces = faces + 1 if faces < MOST_FACED else MOST_FACED
        stays, falls = crease.stays[left], crease.falls[left]
        same = stays + of_pair(left, lost, striker, faces, other, waits)
        crossed = stays + of_pair(left, lost, other, waits, striker, faces)
        if left % BALLS_PER_OVER:
            return Shifts(same, crossed, falls + of_pair(left, out, new, 0, other, waits), again)
        return Shifts(crossed, same, falls + of_pair(left, out, other, waits, new, 0), again)

    def shifts_after_each(self, innings: Sequence[Innings], left: Ints, lost: Ints) -> Floats:
        """(state, shift): as `shifts_after`, of each state."""
        who, others = [], []
        for each, balls, fallen in zip(innings, left.tolist(), lost.tolist(), strict=True):
            striker, other = _pair(each)
            crease = self._crease(each, fallen, striker, other)
            faced = _faced(each, striker), _faced(each, other)
            who.append((striker, faced[0], other, faced[1], crease.new))
            others.append((crease.stays[balls], crease.stays[balls - 1], crease.falls[balls - 1]))
        (striker, faces, other, waits, new), of_pair = np.array(who).T, self._pairs.of
        now, stays, falls = np.array(others).T
        again = now + of_pair(left, lost, striker, faces, other, waits)
        left, out, none = left - 1, lost + 1, np.zeros_like(lost)
        faces = np.minimum(faces + 1, MOST_FACED)
        same = stays + of_pair(left, lost, striker, faces, other, waits)
        crossed = stays + of_pair(left, lost, other, waits, striker, faces)
        goes_on = left % BALLS_PER_OVER > 0
        at_ends = np.where(goes_on, (new, none, other, waits), (other, waits, new, none))
        same, crossed = np.where(goes_on, (same, crossed), (crossed, same))
        return np.column_stack([same, crossed, falls + of_pair(left, out, *at_ends), again])

    def _crease(
        self, innings: Innings, lost: int, striker: PlayerIndex, other: PlayerIndex
    ) -> _Crease:
        # Who is to come is not known by how many have been in: who looks ahead may think of others.
        key = lost, striker, other, *[line.position for line in innings.batters]
        found = self._known.get(key)
        if found is None:
            coming = tuple(_coming(innings, striker, other))
            found = self._known[key] = _Crease(
                stays=self._others(lost, coming),
                falls=self._others(lost + 1, coming[1:]),
                new=coming[0] if coming else PlayerIndex(SQUAD_SIZE - 1),
            )
        return found

    def _others(self, lost: int, coming: tuple[PlayerIndex, ...]) -> memoryview[float]:
        """(balls left): conditions, those who bowl, and those who are to come in, in this order."""
        found = self._found.get((lost, coming))
        if found is None:
            skills = self._skills[list(coming)]
            added = self._worth.batting[lost, :, 4 : 4 + skills.size] @ skills.ravel()
            found = self._found[lost, coming] = one_by_one(self._base[lost] + added)
        return found


class _Pairs:
    """What is read for the two at the crease: one state at a time from views and lists, or many at
    once from arrays.
    """

    __slots__ = ("_batting", "_order", "_scoring", "_settled", "_survival")

    def __init__(self, order: Any, batting: Any, settled: Any, scoring: Any, survival: Any) -> None:
        self._order, self._batting, self._settled = order, batting, settled
        self._scoring, self._survival = scoring, survival

    def of(self, left: Any, lost: Any, faces: Any, faced: Any, waits: Any, waited: Any) -> Any:
        """Of who faces and who waits: their places and skills, and that each has faced so many
        balls.
        """
        batting, order, settled = self._batting, self._order, self._settled
        scoring, survival = self._scoring, self._survival
        return (
            order[lost, 0, faces, left]
            + order[lost, 1, waits, left]
            + batting[lost, left, 0] * scoring[faces]
            + batting[lost, left, 1] * survival[faces]
            + batting[lost, left, 2] * scoring[waits]
            + batting[lost, left, 3] * survival[waits]
            + settled[left, lost, 0, faced]
            + settled[left, lost, 1, waited]
        )


class _Crease(NamedTuple):
    """With two who are in, and one more out: runs (balls left) of all the others, and who comes in
    then.
    """

    stays: memoryview[float]
    falls: memoryview[float]
    new: PlayerIndex


def _faced(innings: Innings, player: PlayerIndex) -> int:
    """Balls that he has faced, as far as they are told apart."""
    balls = innings.batters[player].balls
    return balls if balls < MOST_FACED else MOST_FACED


def _pair(innings: Innings) -> tuple[PlayerIndex, PlayerIndex]:
    """Who is in, or will be by the natural order."""
    striker, other = innings.striker, innings.non_striker
    if striker is not None and other is not None:
        return striker, other
    coming = _coming(innings, striker, other)
    if striker is None:
        striker = coming.pop(0) if coming else PlayerIndex(SQUAD_SIZE - 1)
    if other is None:
        other = coming.pop(0) if coming else PlayerIndex(SQUAD_SIZE - 1)
    return striker, other


def _coming(
    innings: Innings, striker: PlayerIndex | None, other: PlayerIndex | None
) -> list[PlayerIndex]:
    """Those who have not been in, in natural order."""
    return [
        PlayerIndex(i)
        for i, line in enumerate(innings.batters)
        if not line.position and i not in (striker, other)
    ]
