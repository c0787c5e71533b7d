"""What the cockpit shows of a match: the parts of a frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from spectator.balls import Ball

Seat = Literal["home", "away"]


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
    answer took, `calls` the tools that he called for it.
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
    calls: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """What was thought for a decision that has not come yet."""

    number: int
    reason: str | None
    errors: tuple[str, ...]
    calls: tuple[dict[str, Any], ...]


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
    """Everything that is shown of a match after event `seq`. `luck` is the home side's so far.

    `thoughts` came before their decisions, as they travel beside the match.
    """

    seq: int = 0
    phase: Literal["waiting", "toss", "play", "break", "ended"] = "waiting"
    format: str = ""
    max_overs: int = 0
    home: Side | None = None
    away: Side | None = None
    toss: Toss | None = None
    innings: tuple[Innings, ...] = ()
    decisions: tuple[Decision, ...] = ()
    thoughts: tuple[Thought, ...] = ()
    win_probability: tuple[WinPoint, ...] = ()
    luck: float = 0.0
    result: Result | None = None
