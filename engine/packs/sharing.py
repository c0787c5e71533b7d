"""What a start state leaves open, shared out always in the same way, so that the scorecards add up:
who made the other runs, who bowled which overs, who took the wickets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from engine.cricket.choices import Seat
from engine.cricket.errors import BadStart
from engine.cricket.formats import BALLS_PER_OVER, SUPER_OVER, Format
from engine.cricket.laws import SUPER_OVER_WICKETS
from engine.cricket.outcomes import Dismissal
from engine.cricket.players import MIN_BOWLERS, SQUAD_SIZE, PlayerIndex
from engine.cricket.state import ALL_OUT, BatterLine, BowlerLine, Extras, Innings, Squads

RUNS_OFF_A_BALL: Final = 6
USUAL_WICKETS: Final = 6  # of an innings of which only the runs are stated
# How runs that are not placed fall on the order; about what real T20 sides share.
WEIGHTS: Final = (20, 20, 18, 16, 13, 11, 8, 6, 4, 3, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What a finished innings came to. `balls`: all of them unless the side was all out."""

    runs: int
    wickets: int = USUAL_WICKETS
    balls: int | None = None


def shared(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in whole parts by `weights`; the parts add up, and none is further than one off."""
    whole = sum(weights) or 1
    edges = [total * edge // whole for edge in accumulate(weights, initial=0)]
    return [after - before for before, after in pairwise(edges)]


def off_the_bat(runs: int, faced: Sequence[int], weights: Sequence[int]) -> list[int]:
    """Runs by weights, among those who have faced a ball."""
    return shared(runs, [w if balls else 0 for w, balls in zip(weights, faced, strict=True)])


def ranked_bowlers(squads: Squads, fielding: Seat) -> tuple[PlayerIndex, ...]:
    """Who bowl, the last man of the order first; six of them."""
    return tuple(reversed(squads.of(fielding).bowlers))[:MIN_BOWLERS]


def credited(bowlers: Sequence[PlayerIndex], took: Sequence[int]) -> list[PlayerIndex]:
    """The bowler of each wicket."""
    return [b for b, wickets in zip(bowlers, took, strict=True) for _ in range(wickets)]


def bowler_lines(
    bowlers: Sequence[PlayerIndex],
    took: Sequence[int],
    charged: int,
    balls: dict[PlayerIndex, int],
    extras: Extras,
) -> tuple[BowlerLine, ...]:
    """The analyses: runs, wides and no-balls by the balls that each has bowled."""
    bowled = [balls.get(b, 0) for b in bowlers]
    runs, wides = shared(charged, bowled), shared(extras.wides, bowled)
    no_balls = shared(extras.no_balls, bowled)
    lines = [BowlerLine() for _ in range(SQUAD_SIZE)]
    for i, bowler in enumerate(bowlers):
        lines[bowler] = BowlerLine(
            overs=-(-bowled[i] // BALLS_PER_OVER),
            balls=bowled[i],
            runs=runs[i],
            wickets=took[i],
            wides=wides[i],
            no_balls=no_balls[i],
        )
    return tuple(lines)


def in_order(lines: Sequence[BatterLine]) -> tuple[BatterLine, ...]:
    """Batters came in by their place in the order."""
    found, position = [], 0
    for line in lines:
        position += line.position > 0
        found.append(
            BatterLine(
                position=position if line.position else 0,
                runs=line.runs,
                balls=line.balls,
                dismissal=line.dismissal,
                bowler=line.bowler,
            )
        )
    return tuple(found)


def dismissed(runs: int, balls: int, bowler: PlayerIndex) -> BatterLine:
    """Of a batter who is out; the bowler has the wicket."""
    return BatterLine(position=1, runs=runs, balls=balls, dismissal=Dismissal.CAUGHT, bowler=bowler)


def finished_innings(
    made: Total,
    number: int,
    batting: Seat,
    fmt: Format,
    squads: Squads,
    *,
    target: int | None = None,
) -> Innings:
    """A whole innings of that total: the first places of the order bat, six bowlers share it.
    Raises `BadStart` where no innings of the format comes to it.
    """
    balls = _balls_of(made, fmt)
    bowlers = ranked_bowlers(squads, batting.other)
    overs = shared(-(-balls // BALLS_PER_OVER), [1] * len(bowlers))[::-1]
    bowled = {b: n * BALLS_PER_OVER for b, n in zip(bowlers, overs, strict=True)}
    bowled[bowlers[0]] -= -balls % BALLS_PER_OVER
    took = shared(made.wickets, overs)
    ends = [PlayerIndex(i) for i in range(made.wickets, _came_in(made))]
    return Innings(
        number=number,
        batting=batting,
        format=fmt,
        target=target,
        max_wickets=ALL_OUT if fmt is not SUPER_OVER else SUPER_OVER_WICKETS,
        runs=made.runs,
        wickets=made.wickets,
        legal_balls=balls,
        striker=ends[1] if len(ends) > 1 else None,
        non_striker=ends[0],
        last_bowler=bowlers[0],
        batters=_batted(made, balls, credited(bowlers, took)),
        bowlers=bowler_lines(bowlers, took, made.runs, bowled, Extras()),
    )


def _balls_of(made: Total, fmt: Format) -> int:
    balls = fmt.max_balls if made.balls is None else made.balls
    least = 1 if made.wickets == ALL_OUT else fmt.max_balls
    if not least <= balls <= fmt.max_balls:
        raise BadStart(f"first_innings.balls {balls}: allowed: {least} to {fmt.max_balls}")
    most = RUNS_OFF_A_BALL * balls
    if made.runs > most:
        raise BadStart(f"first_innings.runs {made.runs}: allowed: 0 to {most} off {balls} balls")
    return balls


def _came_in(made: Total) -> int:
    """How many batters did."""
    return min(SQUAD_SIZE, made.wickets + 2)


def _batted(made: Total, balls: int, wickets_of: Sequence[PlayerIndex]) -> tuple[BatterLine, ...]:
    """The scorecard of those who came in, the first of them out."""
    came_in = _came_in(made)
    faced = shared(balls, WEIGHTS[:came_in])
    runs = off_the_bat(made.runs, faced, WEIGHTS[:came_in])
    lines = [BatterLine() for _ in range(SQUAD_SIZE)]
    for i in range(came_in):
        lines[i] = (
            dismissed(runs[i], faced[i], wickets_of[i])
            if i < made.wickets
            else BatterLine(position=1, runs=runs[i], balls=faced[i])
        )
    return in_order(lines)
