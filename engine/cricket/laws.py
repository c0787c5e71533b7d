"""The Laws as pure functions from one state of an innings to the next.

Law numbers are those of the Laws of Cricket 2017 Code (3rd edition, 2022); "ICC" is the ICC's
men's T20I and ODI playing conditions. Which choices are legal stands in `legality`; the order of
play in `match`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, TypeVar

from engine.cricket.choices import Field, Seat
from engine.cricket.errors import IllegalDraw
from engine.cricket.formats import BALLS_PER_OVER, Format
from engine.cricket.outcomes import (
    ALLOWED_ON_FREE_HIT,
    NOT_OUT,
    Dismissal,
    End,
    Outcome,
)
from engine.cricket.players import PlayerIndex
from engine.cricket.state import BatterLine, BowlerLine, Extras, Innings
from engine.making import maker, replacer

_Line = TypeVar("_Line")

SUPER_OVER_WICKETS: Final = 2  # ICC super over clause 8
SUPER_OVER_BATTERS: Final = 3  # ICC super over clause 5: three nominated batters


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    """Who stands at the striker's and at the bowler's end once the ball is dead; None where a
    batter left.
    """

    striker: PlayerIndex | None
    bowler: PlayerIndex | None


_changed, _ends = replacer(Innings), maker(_Ends)
_batter_line, _bowler_line = maker(BatterLine), maker(BowlerLine)


def start_innings(*, number: int, batting: Seat, format_: Format, target: int | None) -> Innings:
    return Innings(number=number, batting=batting, format=format_, target=target)


def send_in(innings: Innings, player: PlayerIndex) -> Innings:
    """Law 25: `player` takes the vacant end, the striker's first. A retired batter resumes his
    innings (25.4.4).
    """
    line = innings.batters[player]
    if line.position == 0:
        position = 1 + sum(1 for b in innings.batters if b.position)
        line = replace(line, position=position)
    else:
        line = replace(line, dismissal=None)
    batters = _with(innings.batters, player, line)
    if innings.striker is None:
        return _changed(innings, striker=player, batters=batters)
    return _changed(innings, non_striker=player, batters=batters)


def begin_over(innings: Innings, bowler: PlayerIndex) -> Innings:
    """Law 17.6: the over is `bowler`'s from here, whether or not it is completed."""
    line = innings.bowlers[bowler]
    bowlers = _with(innings.bowlers, bowler, replace(line, overs=line.overs + 1))
    return _changed(innings, bowler=bowler, bowlers=bowlers, over_charged=0)


def as_scored(innings: Innings, outcome: Outcome) -> Outcome:
    """What of `outcome` counts: nothing after the winning run, save a boundary's whole allowance
    (Law 16.6).

    Raises `IllegalDraw` for a dismissal that a free hit forbids (ICC 21.19.1).
    """
    if innings.free_hit and outcome.dismissal and outcome.dismissal not in ALLOWED_ON_FREE_HIT:
        raise IllegalDraw(f"{outcome.dismissal} off a free hit")
    needed = innings.needed
    if needed is None or outcome.runs < needed:
        return outcome
    return up_to_winning_run(outcome, needed)


def up_to_winning_run(outcome: Outcome, needed: int) -> Outcome:
    """What counts of an outcome that brings at least the runs `needed` to win, 1 or more."""
    if not outcome.is_legal and needed == 1:  # the penalty run wins before anything is run
        return Outcome(wides=min(1, outcome.wides), no_balls=outcome.no_balls)
    if outcome.boundary or outcome.penalty:
        return outcome
    surplus = outcome.runs - needed
    return replace(
        outcome,
        dismissal=None,
        non_striker_out=False,
        end=None,
        bat=outcome.bat - surplus if outcome.bat else 0,
        wides=outcome.wides - surplus if outcome.wides else 0,
        byes=outcome.byes - surplus if outcome.byes else 0,
        leg_byes=outcome.leg_byes - surplus if outcome.leg_byes else 0,
    )


def player_out(innings: Innings, outcome: Outcome) -> PlayerIndex | None:
    """Who leaves the wicket on this ball, out or retired."""
    if outcome.dismissal is None:
        return None
    return innings.non_striker if outcome.non_striker_out else innings.striker


def after_delivery(innings: Innings, outcome: Outcome, field: Field = Field.STANDARD) -> Innings:
    """The innings after one delivery. `outcome` must be what `as_scored` gave.

    An end that a batter left is None until `send_in`; at the end of an over `bowler` is None until
    `begin_over`.
    """
    legal = outcome.is_legal
    over_ends = legal and (innings.legal_balls + 1) % BALLS_PER_OVER == 0
    ends = _ends_after(innings, outcome)
    striker, non_striker = (
        (ends.bowler, ends.striker) if over_ends else (ends.striker, ends.bowler)  # Law 17.1
    )
    free_hit = _free_hit_follows(innings, outcome)
    field_is_held = free_hit and striker is not None and striker == innings.striker
    return _changed(
        innings,
        runs=innings.runs + outcome.runs,
        wickets=innings.wickets + outcome.is_wicket,
        legal_balls=innings.legal_balls + legal,
        repeat=0 if legal else innings.repeat + 1,
        free_hit=free_hit,
        held_field=field if field_is_held else None,  # ICC 21.19.2
        striker=striker,
        non_striker=non_striker,
        bowler=None if over_ends else innings.bowler,
        last_bowler=innings.bowler if over_ends else innings.last_bowler,
        over_charged=innings.over_charged + outcome.charged_to_bowler,
        extras=_extras_after(innings.extras, outcome)
        if outcome.runs != outcome.bat
        else innings.extras,
        batters=_batters_after(innings, outcome),
        bowlers=_bowlers_after(innings, outcome, over_ends=over_ends),
    )


def _free_hit_follows(innings: Innings, outcome: Outcome) -> bool:
    """ICC 21.19: after any no-ball, and still after a wide bowled on a free hit."""
    return outcome.no_balls > 0 or (innings.free_hit and not outcome.is_legal)


def _ends_after(innings: Innings, outcome: Outcome) -> _Ends:
    """Law 18.12 for completed runs; 18.11 and 38 for where the new batter comes in."""
    striker, non_striker = innings.striker, innings.non_striker
    if outcome.dismissal is None:
        if outcome.run_between % 2:
            return _ends(striker=non_striker, bowler=striker)
        return _ends(striker=striker, bowler=non_striker)
    if outcome.dismissal is Dismissal.RUN_OUT:
        survivor = striker if outcome.non_striker_out else non_striker
        if outcome.end is End.STRIKER:
            return _ends(striker=None, bowler=survivor)
        return _ends(striker=survivor, bowler=None)
    leaver = player_out(innings, outcome)
    if outcome.run_between % 2:
        striker, non_striker = non_striker, striker
    # Caught, bowled, lbw, stumped, hit wicket: no run has been completed, so the new batter is on
    # strike (18.11).
    return _ends(
        striker=None if striker == leaver else striker,
        bowler=None if non_striker == leaver else non_striker,
    )


def _extras_after(extras: Extras, outcome: Outcome) -> Extras:
    return Extras(
        wides=extras.wides + outcome.wides,
        no_balls=extras.no_balls + outcome.no_balls,
        byes=extras.byes + outcome.byes,
        leg_byes=extras.leg_byes + outcome.leg_byes,
        penalty=extras.penalty + outcome.penalty,
    )


def _batters_after(innings: Innings, outcome: Outcome) -> tuple[BatterLine, ...]:
    striker, batters = innings.striker, list(innings.batters)
    assert striker is not None
    line = batters[striker]
    bat, boundary = outcome.bat, outcome.boundary
    batters[striker] = _batter_line(
        position=line.position,
        runs=line.runs + bat,
        balls=line.balls + (not outcome.wides),  # a wide is not faced (Law 22.6)
        fours=line.fours + (boundary and bat == 4),
        sixes=line.sixes + (boundary and bat == 6),
    )
    if outcome.dismissal is not None and (leaver := player_out(innings, outcome)) is not None:
        credited = innings.bowler if outcome.is_credited else None
        batters[leaver] = replace(batters[leaver], dismissal=outcome.dismissal, bowler=credited)
    return tuple(batters)


def _bowlers_after(
    innings: Innings, outcome: Outcome, *, over_ends: bool
) -> tuple[BowlerLine, ...]:
    bowler, bowlers = innings.bowler, list(innings.bowlers)
    assert bowler is not None
    line = bowlers[bowler]
    runs = outcome.charged_to_bowler
    bowlers[bowler] = _bowler_line(
        overs=line.overs,
        balls=line.balls + outcome.is_legal,
        runs=line.runs + runs,
        wickets=line.wickets + outcome.is_credited,
        wides=line.wides + outcome.wides,
        no_balls=line.no_balls + outcome.no_balls,
        maidens=line.maidens + (over_ends and innings.over_charged + runs == 0),
    )
    return tuple(bowlers)


def close(innings: Innings) -> Innings:
    """Law 25.4: with an end vacant and nobody to fill it the innings is over, whatever the wickets
    say.
    """
    return _changed(innings, closed=True)


def available_batters(
    innings: Innings, *, leaving: PlayerIndex | None = None
) -> tuple[PlayerIndex, ...]:
    """Who may come in: batters not yet in, and those retired not out (25.4.2), but not the one just
    `leaving`.
    """
    fresh_allowed = not innings.is_super_over or (
        sum(1 for b in innings.batters if b.position) < SUPER_OVER_BATTERS
    )
    found = []
    for i, line in enumerate(innings.batters):
        player = PlayerIndex(i)
        fresh = line.position == 0 and fresh_allowed and player not in innings.barred_batters
        retired = line.dismissal in NOT_OUT and player != leaving
        if fresh or retired:
            found.append(player)
    return tuple(found)


def _with(lines: tuple[_Line, ...], index: int, line: _Line) -> tuple[_Line, ...]:
    return (*lines[:index], line, *lines[index + 1 :])
