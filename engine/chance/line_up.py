"""Runs that the players at hand add to a state: who is in and how long he has been, who is to come,
who has overs left, pitch and day. What each is worth is solved in `engine.chance.worth`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.chance.classes import Floats
from engine.chance.crease import MOST_FACED
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
        total += worth.batting[0, -1, : 2 * (SQUAD_SIZE - 1)] @ _from_the_crease(self._skills, 0, 1)
        total += worth.order[0, 0, -1] + worth.order[0, 1, -1] + 2.0 * worth.settled[-1, 0, 0]
        total += worth.coming[-1, 0]
        return float(total) - self._reply

    def shift(self, innings: Innings, left: int, lost: int) -> float:
        """Of the state as it is."""
        if lost >= innings.max_wickets or left == 0:
            return -self._reply
        if left == innings.format.max_balls and innings.striker is None:
            return self.at_the_start()
        shift = self._as_it_is(innings, left, lost, self._two(innings, lost))
        return shift + (self._worth.free_hit.item(left, lost) if innings.free_hit else 0.0)

    def in_other_conditions(self, left: int, lost: int, more: Floats) -> Floats:
        """Runs that `more` conditions, of any shape, add to a state in those that are known."""
        known = self._worth.in_conditions(left, lost, self._towards)
        return np.asarray(self._worth.in_conditions(left, lost, self._towards + more) - known)

    def shifts_after(self, innings: Innings, left: int, lost: int) -> Shifts:
        """Of the state after the next ball."""
        two = self._two(innings, lost)
        striker, other, coming = two
        again = self._as_it_is(innings, left, lost, two)
        free_hit = self._worth.free_hit.item(left, lost)
        left -= 1
        settled, lines = self._worth.settled, innings.batters
        faced = min(lines[striker].balls + 1, MOST_FACED)
        waited = min(lines[other].balls, MOST_FACED)
        stays = (
            self._there(lost, left, striker, other)
            + coming.stays_of(left)
            + settled.item(left, lost, faced)
            + settled.item(left, lost, waited)
        )
        lost += 1
        falls = (
            self._there(lost, left, other, coming.following)
            + coming.falls_of(left)
            + settled.item(left, lost, waited)
            + settled.item(left, lost, 0)
        )
        return Shifts(stays, falls, again, free_hit, innings.free_hit)

    def _as_it_is(self, innings: Innings, left: int, lost: int, two: _Two) -> float:
        striker, other, coming = two
        settled, lines = self._worth.settled, innings.batters
        return (
            self._there(lost, left, striker, other)
            + coming.stays_of(left)
            + settled.item(left, lost, min(lines[striker].balls, MOST_FACED))
            + settled.item(left, lost, min(lines[other].balls, MOST_FACED))
        )

    def _two(self, innings: Innings, lost: int) -> _Two:
        """Who is in, and who comes after them."""
        striker, other = _pair(innings)
        return striker, other, self._coming(innings, lost, striker, other)

    def _there(self, lost: int, left: int, one: int, other: int) -> float:
        """What does not depend on who is to come out of his turn, with these two in."""
        if self._base is None:
            self._base = self._tables()
        order = self._order
        return float(
            self._base.item(lost, left)
            + order.item(lost, one, left)
            + order.item(lost, other, left)
        )

    def _tables(self) -> Floats:
        """(wickets, balls left) for those who come in by the natural order; sets `_order` (wickets,
        player, balls left) for those who are in.
        """
        worth, skills = self._worth, self._skills
        crease = worth.batting[:, :, :2] @ skills.T
        self._order = worth.order + crease.swapaxes(1, 2)
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
    return np.asarray(worth.batting[lost, :, 2 : 2 + coming.size] @ coming.ravel())


def _from_the_crease(skills: Floats, one: int, other: int) -> Floats:
    """Skills in the order of `Worth.batting`: the two who are in together, then the others."""
    there = skills[one] + skills[other]
    return np.concatenate([there, np.delete(skills, [one, other], axis=0).ravel()])


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
