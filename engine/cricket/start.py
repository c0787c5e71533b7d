"""Where a match begins that does not begin at the toss, and the check that play can get there.

A start lies between two overs. `check_start` is the Laws read backwards: whoever makes a start (an
eval pack, a user's file, a record) can be wrong, and a match from a state that no match reaches
would be worth nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from engine.cricket.errors import BadStart
from engine.cricket.formats import BALLS_PER_OVER, SUPER_OVER, Format
from engine.cricket.players import Squad
from engine.cricket.state import Innings, Squads

MAIN_INNINGS: Final = 2
_Rule = tuple[bool, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """`finished` innings, in order, and the `innings` in which play begins: before an over, two
    batters at the crease; before a super over nobody.
    """

    innings: Innings
    finished: tuple[Innings, ...] = ()


def check_start(start: Start, fmt: Format, squads: Squads) -> None:
    """Raises `BadStart` where no match of `fmt` between `squads` reaches `start`."""
    for number, innings in enumerate((*start.finished, start.innings), start=1):
        wanted = fmt if number <= MAIN_INNINGS else SUPER_OVER
        _hold(innings, _place(innings, number, wanted))
        _hold(innings, _card(innings))
        _hold(innings, _crease(innings))
        _hold(innings, _bowling(innings, squads.of(innings.fielding)))
    for innings in start.finished:
        _hold(innings, ((innings.is_complete, "has not ended"),))
    _hold(start.innings, _open(start.innings))
    _hold(start.innings, _sequence(start))


def _hold(innings: Innings, rules: tuple[_Rule, ...] | Iterator[_Rule]) -> None:
    for holds, rule in rules:
        if not holds:
            raise BadStart(f"innings {innings.number}: {rule}")


def _place(innings: Innings, number: int, fmt: Format) -> Iterator[_Rule]:
    yield innings.number == number, f"is number {number} of the match"
    yield innings.format == fmt, f"is played in another format than {fmt.name}"
    yield 0 <= innings.legal_balls <= fmt.max_balls, f"has 0 to {fmt.max_balls} legal balls"
    yield 0 <= innings.wickets <= innings.max_wickets, f"has 0 to {innings.max_wickets} wickets"


def _card(innings: Innings) -> Iterator[_Rule]:
    """The lines of batters, bowlers and extras are the score (Law 18, 22.6)."""
    extras, batters, bowlers = innings.extras, innings.batters, innings.bowlers
    bat = sum(line.runs for line in batters)
    charged = sum(line.runs for line in bowlers)
    faced = sum(line.balls for line in batters)
    figures = [value for line in batters for value in (line.runs, line.balls)]
    yield min(figures) >= 0, "has no figure below 0"
    yield bat + extras.total == innings.runs, "batters' runs and extras are the score"
    yield charged == bat + extras.wides + extras.no_balls, "bowlers are charged all but byes"
    yield faced == innings.legal_balls + extras.no_balls, "batters face every ball but wides"
    yield all(line.balls or not line.runs for line in batters), "runs come off a ball"
    out = sum(line.is_out for line in batters)
    yield out == innings.wickets, "as many batters are out as wickets have fallen"
    took = sum(line.wickets for line in bowlers)
    yield took <= innings.wickets, "bowlers have no more wickets than have fallen"


def _crease(innings: Innings) -> Iterator[_Rule]:
    came_in = sorted(line.position for line in innings.batters if line.position)
    yield came_in == list(range(1, len(came_in) + 1)), "batters come in one after the other"
    ends = [end for end in (innings.striker, innings.non_striker) if end is not None]
    yield len(set(ends)) == len(ends), "two different batters are at the crease"
    lines = [innings.batters[end] for end in ends]
    yield all(b.position and b.dismissal is None for b in lines), "who is in is not out"
    gone = [line for line in innings.batters if line.dismissal is not None]
    yield all(line.position for line in gone), "who is out has batted"
    yield len(gone) + len(ends) == len(came_in), "who has come in is out or at the crease"


def _bowling(innings: Innings, fielding: Squad) -> Iterator[_Rule]:
    """Law 17.6 and ICC 12.9: nobody over his quota, nobody two overs in a row."""
    overs = [line.overs for line in innings.bowlers]
    balls = [line.balls for line in innings.bowlers]
    yield sum(balls) == innings.legal_balls, "the bowlers' balls are the legal balls"
    used = [i for i, begun in enumerate(overs) if begun]
    yield set(used) <= set(fielding.bowlers), "only those bowl who can"
    short = [begun * BALLS_PER_OVER - bowled for begun, bowled in zip(overs, balls, strict=True)]
    yield min(short) >= 0, "nobody bowls more than six balls an over"
    broken_off = BALLS_PER_OVER if innings.is_complete else 0  # the last over alone may be short
    yield sum(short) <= broken_off, "bowlers bowl whole overs"
    last = innings.last_bowler if innings.bowler is None else innings.bowler
    for i in used:
        yield from _overs_of(innings, i, overs, last, fielding[i].name)


def _overs_of(
    innings: Innings, index: int, overs: list[int], last: int | None, name: str
) -> Iterator[_Rule]:
    """The overs can be put in an order with no bowler twice running, `last` the last, if nobody has
    more than half of them, an odd one only for the last.
    """
    others = overs[:index] + overs[index + 1 :]
    quota = innings.format.may_bowl_another(overs[index] - 1, others)
    yield quota, f"{name} has {overs[index]} overs, more than his quota"
    most = (sum(overs) + (last == index)) // 2
    yield overs[index] <= most, f"{name} has {overs[index]} overs, some of them in a row"


def _open(innings: Innings) -> Iterator[_Rule]:
    """What holds where play begins: between overs, with everything to play for."""
    yield not innings.is_complete, "is over already"
    yield innings.is_over_complete and innings.bowler is None, "begins with an over"
    yield not innings.free_hit and innings.held_field is None, "begins without a free hit"
    nobody = innings.striker is None and innings.non_striker is None
    yield not nobody or innings.legal_balls == 0, "needs two batters at the crease"
    yield nobody or None not in (innings.striker, innings.non_striker), "needs two batters"
    last = innings.last_bowler
    yield (last is None) == (innings.legal_balls == 0), "names the last over's bowler"
    yield last is None or innings.bowlers[last].overs > 0, "the last over's bowler has bowled"


def _sequence(start: Start) -> Iterator[_Rule]:
    """Law 13.3 and 16: who bats after whom, and for what."""
    played = (*start.finished, start.innings)
    for before, after in pairwise(played):
        super_over_begins = after.number > MAIN_INNINGS and after.number % 2 == 1
        follows = before.batting if super_over_begins else before.batting.other
        yield after.batting is follows, f"innings {after.number} is batted by the other side"
        target = before.runs + 1 if after.number % 2 == 0 else None
        yield after.target == target, f"innings {after.number} has target {target}"
        level = not super_over_begins or before.needed == 1
        yield level, "a super over follows level scores"
    yield played[0].target is None, "the first innings has no target"
