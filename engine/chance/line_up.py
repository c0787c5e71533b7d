"""Runs that the players at hand add to a state: who is in and how long he has been, who is to come,
who has overs left, pitch and day. What each is worth is solved in `engine.chance.worth`.
"""

from __future__ import annotations

from collections.abc import Sequence

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

    __slots__ = ("_base", "_bowling", "_known", "_order", "_reply", "_skills", "_towards", "_worth")

    def __init__(
        self, worth: Worth, batting: Squad, bowling: Floats, towards: float, reply: float = 0.0
    ) -> None:
        self._worth, self._bowling = worth, bowling.ravel()
        self._towards, self._reply = towards, reply
        self._skills = np.array([[p.skill.scoring, p.skill.survival] for p in batting.players])
        self._base: Floats | None = None
        self._order: Floats = np.zeros(0)
        self._known: dict[_Crease, _Coming] = {}

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
        striker, other, coming = self._two(innings, lost)
        there = self._there(lost, left, self._faced(innings, striker), self._faced(innings, other))
        free_hit = self._worth.free_hit.item(left, lost) if innings.free_hit else 0.0
        return there + coming.stays_of(left) + free_hit

    def in_other_conditions(self, left: int, lost: int, more: Floats) -> Floats:
        """Runs that `more` conditions, of any shape, add to a state in those that are known."""
        known = self._worth.in_conditions(left, lost, self._towards)
        return np.asarray(self._worth.in_conditions(left, lost, self._towards + more) - known)

    def shifts_after(self, innings: Innings, left: int, lost: int) -> Shifts:
        """Of the state after the next ball."""
        striker, other, coming = self._two(innings, lost)
        faces, waits = self._faced(innings, striker), self._faced(innings, other)
        again = self._there(lost, left, faces, waits) + coming.stays_of(left)
        free_hit = self._worth.free_hit.item(left, lost)
        left -= 1
        faces = striker, faces[1] + 1
        new: _Batter = coming.following, 0
        ends = [(faces, waits), (waits, faces), (new, waits)]
        if left % BALLS_PER_OVER == 0:
            ends = [(waits, faces), (faces, waits), (waits, new)]
        stays, falls = coming.stays_of(left), coming.falls_of(left)
        return Shifts(
            self._there(lost, left, *ends[0]) + stays,
            self._there(lost, left, *ends[1]) + stays,
            self._there(lost + 1, left, *ends[2]) + falls,
            again,
            free_hit,
            innings.free_hit,
        )

    def _faced(self, innings: Innings, player: PlayerIndex) -> _Batter:
        return player, innings.batters[player].balls

    def _two(self, innings: Innings, lost: int) -> _Two:
        """Who is in, and who comes after them."""
        striker, other = _pair(innings)
        return striker, other, self._coming(innings, lost, striker, other)

    def _there(self, lost: int, left: int, faces: _Batter, waits: _Batter) -> float:
        """What does not depend on who is to come out of his turn, with these two in."""
        if self._base is None:
            self._base = self._tables()
        order, settled = self._order, self._worth.settled
        return float(
            self._base.item(lost, left)
            + order.item(lost, 0, faces[0], left)
            + order.item(lost, 1, waits[0], left)
            + settled.item(left, lost, 0, min(faces[1], MOST_FACED))
            + settled.item(left, lost, 1, min(waits[1], MOST_FACED))
        )

    def _tables(self) -> Floats:
        """(wickets, balls left) for those who come in by the natural order; sets `_order` (wickets,
        2, player, balls left) for those who are in.
        """
        worth, skills = self._worth, self._skills
        crease = worth.batting[:, :, :4].reshape(*worth.batting.shape[:2], 2, 2)
        self._order = worth.order + (crease @ skills.T).transpose(0, 2, 3, 1)
        conditions = (worth.conditions + worth.curvature * self._towards) * self._towards
        base = (conditions + worth.coming + worth.bowling @ self._bowling).T - self._reply
        for lost in range(len(base)):
            base[lost] += _worth_of(worth, lost, skills[lost + 2 :])
        return np.ascontiguousarray(base)

    def _coming(
        self, innings: Innings, lost: int, striker: PlayerIndex, other: PlayerIndex
    ) -> _Coming:
        key = (lost, striker, other)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._new_coming(_coming(innings, striker, other), lost)
        return found

    def _new_coming(self, players: Sequence[PlayerIndex], lost: int) -> _Coming:
        following = players[0] if players else SQUAD_SIZE - 1
        if list(players) == list(range(lost + 2, SQUAD_SIZE)):
            return _Coming(following)
        worth, skills = self._worth, self._skills
        stays, falls = (
            _worth_of(worth, lost + out, skills[list(players[out:])])
            - _worth_of(worth, lost + out, skills[lost + out + 2 :])
            for out in (0, 1)
        )
        return _Coming(following, stays, falls)


_Crease = tuple[int, PlayerIndex, PlayerIndex]
_Two = tuple[PlayerIndex, PlayerIndex, "_Coming"]
_Batter = tuple[int, int]  # who, and how many balls he has faced


class _Coming:
    """Who comes in next, and by balls left what those who are to come add beside the natural order,
    as it is and with the striker out.
    """

    __slots__ = ("_falls", "_stays", "following")

    def __init__(
        self, following: int, stays: Floats | None = None, falls: Floats | None = None
    ) -> None:
        self.following, self._stays, self._falls = following, stays, falls

    def stays_of(self, left: int) -> float:
        return 0.0 if self._stays is None else self._stays.item(left)

    def falls_of(self, left: int) -> float:
        return 0.0 if self._falls is None else self._falls.item(left)


def _worth_of(worth: Worth, lost: int, coming: Floats) -> Floats:
    """(balls left): what those who are yet to come in, (player, 2), are worth."""
    return np.asarray(worth.batting[lost, :, 4 : 4 + coming.size] @ coming.ravel())


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
