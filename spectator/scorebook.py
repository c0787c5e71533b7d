"""The scorebook of an innings: what a delivery and an over change in it. Mirrored in
`cockpit/scorebook.js`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from engine.events import Delivery, OverComplete, Score
from spectator.balls import ball_of, extras_of
from spectator.frame_parts import Batter, Bowler, Innings, Over

BALLS_PER_OVER: Final = 6
STRIKERS_END: Final = "striker's end"


def totals(score: Score) -> dict[str, Any]:
    return {
        "runs": score.runs,
        "wickets": score.wickets,
        "legal_balls": score.legal_balls,
        "overs": score.overs,
    }


def scored(innings: Innings, data: Delivery) -> Innings:
    """One delivery in the book."""
    extras = extras_of(data.outcome)
    legal = "wd" not in extras and "nb" not in extras
    charged = data.bat + extras.get("wd", 0) + extras.get("nb", 0)
    left = innings.max_balls - data.score.legal_balls
    after = replace(
        innings,
        **totals(data.score),
        extras=innings.extras + data.extras,
        needed=data.needed,
        run_rate=rate(data.score.runs, data.score.legal_balls),
        required_rate=None if data.needed is None else rate(data.needed, left),
        bowler=data.bowler,
        batters=_batted(innings.batters, data, faced="wd" not in extras),
        bowlers=_bowler_charged(innings.bowlers, data, charged=charged, legal=legal),
        this_over=(*innings.this_over, ball_of(data)),
        over_charged=innings.over_charged + charged,
    )
    return _on_strike(after, data, extras)


def rate(runs: int, balls: int) -> float | None:
    return runs * BALLS_PER_OVER / balls if balls > 0 else None


def _on_strike(innings: Innings, data: Delivery, extras: dict[str, int]) -> Innings:
    """Who faces next, as far as it can be told before the next ball: Law 18.12, and nobody in a
    fallen one's place.
    """
    ran = data.bat + extras.get("b", 0) + extras.get("lb", 0) + max(0, extras.get("wd", 0) - 1)
    ends: tuple[str | None, str | None] = (data.striker, data.non_striker)
    if data.wicket is not None:
        ends = (_unless(ends[0], data.wicket.player_out), _unless(ends[1], data.wicket.player_out))
    if data.wicket is not None and data.wicket.end is not None:
        stays = ends[0] or ends[1]  # the new batter goes where the wicket was put down
        ends = (None, stays) if data.wicket.end == STRIKERS_END else (stays, None)
    elif ran % 2 and not data.boundary:
        ends = (ends[1], ends[0])
    return replace(innings, striker=ends[0], non_striker=ends[1])


def _unless(name: str | None, out: str) -> str | None:
    return None if name == out else name


def _batted(batters: tuple[Batter, ...], data: Delivery, *, faced: bool) -> tuple[Batter, ...]:
    known = {batter.name for batter in batters}
    new = tuple(Batter(name=n) for n in (data.striker, data.non_striker) if n not in known)
    return tuple(_after_ball(batter, data, faced=faced) for batter in (*batters, *new))


def _after_ball(batter: Batter, data: Delivery, *, faced: bool) -> Batter:
    if batter.name == data.striker:
        batter = replace(
            batter,
            runs=batter.runs + data.bat,
            balls=batter.balls + int(faced),
            fours=batter.fours + int(data.boundary and data.bat == 4),
            sixes=batter.sixes + int(data.boundary and data.bat == 6),
        )
    if data.wicket is not None and data.wicket.player_out == batter.name:
        by = data.bowler if data.wicket.credited_to_bowler else None
        batter = replace(batter, out=data.wicket.kind, bowler=by)
    return batter


def _bowler_charged(
    bowlers: tuple[Bowler, ...], data: Delivery, *, charged: int, legal: bool
) -> tuple[Bowler, ...]:
    if all(bowler.name != data.bowler for bowler in bowlers):
        bowlers = (*bowlers, Bowler(name=data.bowler))
    took = int(data.wicket is not None and data.wicket.credited_to_bowler)
    return tuple(
        replace(
            bowler,
            balls=bowler.balls + int(legal),
            runs=bowler.runs + charged,
            wickets=bowler.wickets + took,
        )
        if bowler.name == data.bowler
        else bowler
        for bowler in bowlers
    )


def over_completed(innings: Innings, data: OverComplete) -> Innings:
    over = Over(
        over=data.over,
        bowler=data.bowler,
        runs=data.runs,
        wickets=data.wickets,
        score=f"{data.score.runs}/{data.score.wickets}",
        balls=innings.this_over,
    )
    maiden = int(innings.over_charged == 0)
    return replace(
        innings,
        past_overs=(*innings.past_overs, over),
        this_over=(),
        over_charged=0,
        striker=innings.non_striker,
        non_striker=innings.striker,
        bowlers=tuple(
            replace(b, maidens=b.maidens + maiden) if b.name == data.bowler else b
            for b in innings.bowlers
        ),
    )
