"""What happens in a match: its header, toss, innings, balls and overs."""

from __future__ import annotations

from typing import Any, Literal

from engine.events.strict import SeatName, Strict


class SideInfo(Strict):
    """Who sits in a seat, and with which eleven (names in batting order)."""

    captain: str
    kind: str
    squad: str
    players: tuple[str, ...]


class EpisodeStarted(Strict):
    """The header of a record. `spec` and `squads` (home, away) rebuild the episode; `versions` are
    packages' versions. `taken_from`: the episode as which this match was played, where that was in
    an earlier run.
    """

    seed: int
    format: str
    max_overs: int
    home: SideInfo
    away: SideInfo
    spec: dict[str, Any]
    squads: tuple[dict[str, Any], dict[str, Any]]
    coefficients_digest: str
    engine_version: str
    versions: dict[str, str]
    taken_from: str | None = None


class Toss(Strict):
    """`luck` is what winning it gave the home side, `win_probability` the home side's after it."""

    winner: SeatName
    elected: Literal["bat", "field"]
    win_probability: float = 0.5
    luck: float = 0.0


class Score(Strict):
    """The score after a ball. `overs` as written, `legal_balls` as counted."""

    runs: int
    wickets: int
    legal_balls: int
    overs: str


class BatterBefore(Strict):
    """A batter as the match found him. `out` is the dismissal, `bowler` who is credited with it."""

    name: str
    runs: int
    balls: int
    fours: int
    sixes: int
    out: str | None
    bowler: str | None


class BowlerBefore(Strict):
    """A bowler as the match found him. `runs` are those charged to him, `balls` the legal ones."""

    name: str
    balls: int
    runs: int
    wickets: int
    maidens: int


class InningsBefore(Strict):
    """An innings as a match found it that began in the middle."""

    score: Score
    extras: int
    striker: str | None
    non_striker: str | None
    batters: tuple[BatterBefore, ...]
    bowlers: tuple[BowlerBefore, ...]


class InningsStart(Strict):
    """`before` is None where the first ball of the innings is still to come. `win_probability` is
    the home side's where a match begins in the middle, else None.
    """

    innings: int
    batting: SeatName
    target: int | None
    before: InningsBefore | None = None
    win_probability: float | None = None


class Wicket(Strict):
    kind: str
    player_out: str
    end: str | None = None
    credited_to_bowler: bool


class Delivery(Strict):
    """One ball. `ball` is the over it belongs to and its number among the over's legal balls
    (`3.4`).

    `outcome` is the catalogue's key. `win_probability` is the home side's after the ball, `luck`
    what chance gave the home side on it.
    """

    innings: int
    over: int
    ball: str
    batting: SeatName
    striker: str
    non_striker: str
    bowler: str
    field: str
    length: str
    line: str
    variation: str
    shot: str
    aggression: float | None
    free_hit: bool
    outcome: str
    bat: int
    extras: int
    extra_kind: str | None
    boundary: bool
    wicket: Wicket | None
    score: Score
    needed: int | None
    win_probability: float
    luck: float


class OverComplete(Strict):
    innings: int
    over: int
    bowler: str
    runs: int
    wickets: int
    score: Score


class InningsEnd(Strict):
    innings: int
    batting: SeatName
    score: Score
    all_out: bool
