"""What the cockpit shows, as a fold over events: `fold(frame, event) -> frame`.

Pure, and mirrored line by line in `cockpit/reducer.js`; a test runs both over the same golden
events and compares. So nothing here rounds or formats: numbers stay as they came, words are made
where they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Literal, assert_never

from engine.events import (
    DecisionEvent,
    DecisionMade,
    Delivery,
    DeliveryEvent,
    EpisodeEnded,
    EpisodeEndedEvent,
    EpisodeStarted,
    EpisodeStartedEvent,
    Event,
    InningsBefore,
    InningsEnd,
    InningsEndedEvent,
    InningsStart,
    InningsStartedEvent,
    OverComplete,
    OverCompletedEvent,
    Score,
    SideInfo,
    TossEvent,
    TournamentEndedEvent,
    TournamentStandingsEvent,
    TournamentStartedEvent,
)
from spectator.balls import Ball, ball_of, extras_of, fell

Seat = Literal["home", "away"]

BALLS_PER_OVER: Final = 6
KEPT_DECISIONS: Final = 40
STRIKERS_END: Final = "striker's end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One seat. `kind` is the captain's."""

    captain: str
    kind: str
    squad: str
    players: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batter:
    """`out` is the dismissal's name, `bowler` who is credited with it."""

    name: str
    runs: int = 0
    balls: int = 0
    fours: int = 0
    sixes: int = 0
    out: str | None = None
    bowler: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bowler:
    """`runs` are those charged to him, `balls` the legal ones."""

    name: str
    balls: int = 0
    runs: int = 0
    wickets: int = 0
    maidens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A completed over; `over` counts from 0, as in the events."""

    over: int
    bowler: str
    runs: int
    wickets: int
    score: str
    balls: tuple[Ball, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Innings:
    """One innings so far. `over_charged` are the bowler's runs in this over; rates are runs an
    over, unrounded.
    """

    innings: int
    batting: Seat
    target: int | None
    max_balls: int
    runs: int = 0
    wickets: int = 0
    legal_balls: int = 0
    overs: str = "0.0"
    extras: int = 0
    needed: int | None = None
    run_rate: float | None = None
    required_rate: float | None = None
    striker: str | None = None
    non_striker: str | None = None
    bowler: str | None = None
    batters: tuple[Batter, ...] = ()
    bowlers: tuple[Bowler, ...] = ()
    this_over: tuple[Ball, ...] = ()
    over_charged: int = 0
    past_overs: tuple[Over, ...] = ()
    complete: bool = False
    all_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One captain's call. `choice` is as he made it, `cost` what it gave away, `spent` what his
    answer took.
    """

    number: int
    seat: Seat
    captain: str
    kind: str
    innings: int
    ball: str
    choice: dict[str, Any]
    source: str
    reason: str | None
    rethinks: int
    errors: tuple[str, ...]
    latency_ms: float | None
    cost: float | None = None
    spent: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WinPoint:
    """The home side's chance after a ball; `balls` are the legal balls of that innings."""

    innings: int
    balls: int
    home: float
    wicket: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Toss:
    winner: Seat
    elected: Literal["bat", "field"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    end_reason: str
    winner: Seat | None
    text: str
    luck: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Everything that is shown of a match after event `seq`. `luck` is the home side's so far."""

    seq: int = 0
    phase: Literal["waiting", "toss", "play", "break", "ended"] = "waiting"
    format: str = ""
    max_overs: int = 0
    home: Side | None = None
    away: Side | None = None
    toss: Toss | None = None
    innings: tuple[Innings, ...] = ()
    decisions: tuple[Decision, ...] = ()
    win_probability: tuple[WinPoint, ...] = ()
    luck: float = 0.0
    result: Result | None = None


EMPTY: Final = Frame()


def fold(frame: Frame, event: Event) -> Frame:
    """The frame after `event`, which follows the events in `frame`."""
    return _shown(replace(frame, seq=event.seq), event)


def _shown(frame: Frame, event: Event) -> Frame:
    match event:
        case EpisodeStartedEvent(data=started):
            frame = _started(frame, started)
        case TossEvent(data=toss):
            made = Toss(winner=toss.winner, elected=toss.elected)
            frame = replace(frame, phase="toss", toss=made)
        case InningsStartedEvent(data=innings):
            frame = _innings_started(frame, innings)
        case DecisionEvent(data=decided):
            decisions = (*frame.decisions, Decision(**_said(decided)))
            frame = replace(frame, decisions=decisions[-KEPT_DECISIONS:])
        case DeliveryEvent(data=delivery):
            frame = _bowled(frame, delivery)
        case OverCompletedEvent(data=over):
            frame = _with_innings(frame, _over_completed(frame.innings[-1], over))
        case InningsEndedEvent(data=ended):
            frame = _innings_ended(frame, ended)
        case EpisodeEndedEvent(data=result):
            frame = _ended(frame, result)
        case TournamentStartedEvent() | TournamentStandingsEvent() | TournamentEndedEvent():
            pass
        case _:
            assert_never(event)
    return frame


def _said(decided: DecisionMade) -> dict[str, Any]:
    spent = decided.spent
    return dict(decided) | {"spent": None if spent is None else spent.model_dump()}


def _started(frame: Frame, data: EpisodeStarted) -> Frame:
    return replace(
        frame,
        phase="waiting",
        format=data.format,
        max_overs=data.max_overs,
        home=_side(data.home),
        away=_side(data.away),
    )


def _side(info: SideInfo) -> Side:
    return Side(captain=info.captain, kind=info.kind, squad=info.squad, players=info.players)


def _innings_started(frame: Frame, data: InningsStart) -> Frame:
    overs = frame.max_overs if data.innings <= 2 else 1  # after the second come super overs
    innings = Innings(
        innings=data.innings,
        batting=data.batting,
        target=data.target,
        needed=data.target,
        max_balls=overs * BALLS_PER_OVER,
    )
    frame = replace(frame, phase="play", innings=(*frame.innings, innings))
    return frame if data.before is None else _found(frame, data, data.before)


def _found(frame: Frame, data: InningsStart, before: InningsBefore) -> Frame:
    """An innings that had begun before the match did, as it stood."""
    score, innings = before.score, frame.innings[-1]
    needed = None if data.target is None else max(0, data.target - score.runs)
    left = innings.max_balls - score.legal_balls
    found = replace(
        innings,
        **_totals(score),
        extras=before.extras,
        needed=needed,
        run_rate=_rate(score.runs, score.legal_balls),
        required_rate=None if needed is None else _rate(needed, left),
        striker=before.striker,
        non_striker=before.non_striker,
        batters=tuple(Batter(**dict(batter)) for batter in before.batters),
        bowlers=tuple(Bowler(**dict(bowler)) for bowler in before.bowlers),
    )
    frame = _with_innings(frame, found)
    if data.win_probability is None:
        return frame
    point = WinPoint(
        innings=data.innings, balls=score.legal_balls, home=data.win_probability, wicket=False
    )
    return replace(frame, win_probability=(*frame.win_probability, point))


def _innings_ended(frame: Frame, data: InningsEnd) -> Frame:
    last = replace(frame.innings[-1], complete=True, all_out=data.all_out, **_totals(data.score))
    return replace(_with_innings(frame, last), phase="break")


def _bowled(frame: Frame, data: Delivery) -> Frame:
    innings = _scored(frame.innings[-1], data)
    point = WinPoint(
        innings=data.innings,
        balls=data.score.legal_balls,
        home=data.win_probability,
        wicket=fell(data),
    )
    return replace(
        _with_innings(frame, innings),
        phase="play",
        win_probability=(*frame.win_probability, point),
        luck=frame.luck + data.luck,
    )


def _ended(frame: Frame, data: EpisodeEnded) -> Frame:
    result = Result(
        end_reason=data.end_reason.value, winner=data.winner, text=data.result, luck=data.luck
    )
    return replace(frame, phase="ended", result=result)


def _with_innings(frame: Frame, last: Innings) -> Frame:
    return replace(frame, innings=(*frame.innings[:-1], last))


def _totals(score: Score) -> dict[str, Any]:
    return {
        "runs": score.runs,
        "wickets": score.wickets,
        "legal_balls": score.legal_balls,
        "overs": score.overs,
    }


def _scored(innings: Innings, data: Delivery) -> Innings:
    """One delivery in the book."""
    extras = extras_of(data.outcome)
    legal = "wd" not in extras and "nb" not in extras
    charged = data.bat + extras.get("wd", 0) + extras.get("nb", 0)
    left = innings.max_balls - data.score.legal_balls
    after = replace(
        innings,
        **_totals(data.score),
        extras=innings.extras + data.extras,
        needed=data.needed,
        run_rate=_rate(data.score.runs, data.score.legal_balls),
        required_rate=None if data.needed is None else _rate(data.needed, left),
        bowler=data.bowler,
        batters=_batted(innings.batters, data, faced="wd" not in extras),
        bowlers=_bowler_charged(innings.bowlers, data, charged=charged, legal=legal),
        this_over=(*innings.this_over, ball_of(data)),
        over_charged=innings.over_charged + charged,
    )
    return _on_strike(after, data, extras)


def _rate(runs: int, balls: int) -> float | None:
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


def _over_completed(innings: Innings, data: OverComplete) -> Innings:
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
