"""Runs that the players at hand add to a state: who is in and how long he has been, who is to come,
who has overs left, pitch and day. What each is worth is solved in `engine.chance.worth`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from engine.chance.classes import Floats
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
        self._skills = np.array([[p.skill.scoring, p.skill.survival] for p in batting.players])
        self._known: dict[tuple[int, PlayerIndex, PlayerIndex], _Crease] = {}

    @cached_property
    def _base(self) -> Floats:
        """(wickets, balls left): conditions and those who bowl."""
        worth = self._worth
        conditions = (worth.conditions + worth.curvature * self._towards) * self._towards
        bowling = worth.bowling @ self._bowling
        return np.ascontiguousarray((conditions + worth.coming + bowling).T - self._reply)

    @cached_property
    def _order(self) -> Floats:
        """(wickets, faces or waits, player, balls left)."""
        worth = self._worth
        crease = worth.batting[:, :, :4].reshape(*worth.batting.shape[:2], 2, 2)
        return np.asarray(worth.order + (crease @ self._skills.T).transpose(0, 2, 3, 1))

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
        crease, faced, waited = self._crease(innings, lost)
        return crease.there.item(left) + self._settled(left, lost, faced, waited)

    def in_other_conditions(self, left: int, lost: int, more: Floats) -> Floats:
        """Runs that `more` conditions, of any shape, add to a state in those that are known."""
        known = self._worth.in_conditions(left, lost, self._towards)
        return np.asarray(self._worth.in_conditions(left, lost, self._towards + more) - known)

    def shifts_after(self, innings: Innings, left: int, lost: int) -> Shifts:
        """Of the state after the next ball."""
        crease, faced, waited = self._crease(innings, lost)
        again = crease.there.item(left) + self._settled(left, lost, faced, waited)
        faced, left = min(faced + 1, MOST_FACED), left - 1
        same = crease.there.item(left) + self._settled(left, lost, faced, waited)
        other = crease.crossed.item(left) + self._settled(left, lost, waited, faced)
        if left % BALLS_PER_OVER:
            out = crease.new_faces.item(left) + self._settled(left, lost + 1, 0, waited)
            return Shifts(same, other, out, again)
        out = crease.new_waits.item(left) + self._settled(left, lost + 1, waited, 0)
        return Shifts(other, same, out, again)

    def _settled(self, left: int, lost: int, faces: int, waits: int) -> float:
        """Of the two at the crease, by the balls that they have faced."""
        settled = self._worth.settled
        return settled.item(left, lost, 0, faces) + settled.item(left, lost, 1, waits)

    def _crease(self, innings: Innings, lost: int) -> tuple[_Crease, int, int]:
        """Who is in, and how many balls the striker and the other have faced."""
        striker, other = _pair(innings)
        found = self._known.get((lost, striker, other))
        if found is None:
            coming = _coming(innings, striker, other)
            found = self._known[lost, striker, other] = self._new(lost, striker, other, coming)
        lines = innings.batters
        return found, min(lines[striker].balls, MOST_FACED), min(lines[other].balls, MOST_FACED)

    def _new(
        self, lost: int, striker: PlayerIndex, other: PlayerIndex, coming: Sequence[PlayerIndex]
    ) -> _Crease:
        new = coming[0] if coming else SQUAD_SIZE - 1
        stays, falls = (self._others(lost + out, coming[out:]) for out in (0, 1))
        now, after = self._order[lost], self._order[lost + 1]
        return _Crease(
            there=stays + now[0, striker] + now[1, other],
            crossed=stays + now[0, other] + now[1, striker],
            new_faces=falls + after[0, new] + after[1, other],
            new_waits=falls + after[0, other] + after[1, new],
        )

    def _others(self, lost: int, coming: Sequence[PlayerIndex]) -> Floats:
        """(balls left): conditions, those who bowl, and those who are to come in, in this order."""
        worth, skills = self._worth, self._skills[list(coming)]
        added = worth.batting[lost, :, 4 : 4 + skills.size] @ skills.ravel()
        return np.asarray(self._base[lost] + added)


class _Crease(NamedTuple):
    """Runs (balls left) with two who are in, but for how settled they are: as they stand, with the
    other to face, and with the striker out and the new batter to face or to wait.
    """

    there: Floats
    crossed: Floats
    new_faces: Floats
    new_waits: Floats


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
