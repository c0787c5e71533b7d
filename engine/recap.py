"""Sides and innings as events tell them.

A match that begins in the middle publishes the play before it: enough for every view to show its
scorecards without a case of its own.
"""

from __future__ import annotations

from engine import events as ev
from engine.captains import CaptainSpec
from engine.cricket.players import PlayerIndex, Squad
from engine.cricket.state import Innings, Squads, overs_notation


def score_of(innings: Innings) -> ev.Score:
    return ev.Score(
        runs=innings.runs,
        wickets=innings.wickets,
        legal_balls=innings.legal_balls,
        overs=overs_notation(innings.legal_balls),
    )


def before_of(innings: Innings, squads: Squads) -> ev.InningsBefore | None:
    """The innings as the match found it; None for one that has not begun."""
    if innings.legal_balls == 0:
        return None
    batting, fielding = squads.of(innings.batting), squads.of(innings.fielding)
    came_in = sorted((line.position, i) for i, line in enumerate(innings.batters) if line.position)
    return ev.InningsBefore(
        score=score_of(innings),
        extras=innings.extras.total,
        striker=_name(batting, innings.striker),
        non_striker=_name(batting, innings.non_striker),
        batters=tuple(_batter(innings, i, batting, fielding) for _, i in came_in),
        bowlers=tuple(
            _bowler(innings, i, fielding) for i, line in enumerate(innings.bowlers) if line.overs
        ),
    )


def _batter(innings: Innings, index: int, batting: Squad, fielding: Squad) -> ev.BatterBefore:
    line = innings.batters[index]
    return ev.BatterBefore(
        name=batting[index].name,
        runs=line.runs,
        balls=line.balls,
        fours=line.fours,
        sixes=line.sixes,
        out=None if line.dismissal is None else line.dismissal.value,
        bowler=_name(fielding, line.bowler),
    )


def _bowler(innings: Innings, index: int, fielding: Squad) -> ev.BowlerBefore:
    line = innings.bowlers[index]
    return ev.BowlerBefore(
        name=fielding[index].name,
        balls=line.balls,
        runs=line.runs,
        wickets=line.wickets,
        maidens=line.maidens,
    )


def _name(squad: Squad, player: PlayerIndex | None) -> str | None:
    return None if player is None else squad[player].name


def line_of(innings: Innings) -> ev.InningsLine:
    return ev.InningsLine(
        innings=innings.number,
        batting=innings.batting.value,
        runs=innings.runs,
        wickets=innings.wickets,
        legal_balls=innings.legal_balls,
        all_out=innings.is_all_out,
    )


def side_of(captain: CaptainSpec, squad: Squad) -> ev.SideInfo:
    return ev.SideInfo(
        captain=captain.name,
        kind=captain.kind,
        squad=squad.name,
        players=tuple(player.name for player in squad.players),
    )
