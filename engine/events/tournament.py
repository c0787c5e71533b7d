"""What happens in a tournament. Every event tells the whole of its part: the last one of each type
says how the run stands.
"""

from __future__ import annotations

from typing import Any, Literal

from engine.events.ending import EndReason
from engine.events.strict import SeatName, Strict


class TournamentStarted(Strict):
    """`format` of the matches, `pairs` of a fixture, `kind` of schedule, so many `rounds` of it. An
    encounter of a bracket is the `best_of` so many pairs, 0 where there is none.

    `schedule`: of each round the fixtures, two places in `captains` each; empty where it is long.
    `spectate`: which episodes are on the bus.
    """

    name: str
    file_digest: str
    captains: tuple[str, ...]
    episodes: int
    kind: str = ""
    format: str = ""
    pairs: int = 0
    best_of: int = 0
    rounds: int = 0
    schedule: tuple[tuple[tuple[int, int], ...], ...] = ()
    spectate: str = ""


class RunProgress(Strict):
    """`counted` episodes (forfeits too), `void` and `open` ones are all of them. `per_s` end in a
    second, the rest takes `left_s`: None where nobody can tell. `seconds` since this start.
    """

    counted: int
    void: int
    forfeits: int
    open: int
    seconds: float
    per_s: float | None
    left_s: float | None


class RunCost(Strict):
    """Of all starts. `usd` None: nobody knows what `unpriced_calls` cost; the others `usd_priced`,
    None where there are no others. `left_tokens` and `left_usd`: what is left will take so much
    more; None where nobody can tell.
    """

    tokens: int
    calls: int
    usd: float | None
    usd_priced: float | None
    unpriced_calls: int
    left_tokens: int | None = None
    left_usd: float | None = None


class InPlay(Strict):
    """Episodes that are being played, one or a batch that begins with this match. `stream` of a
    single one that is on the bus.
    """

    home: str
    away: str
    episodes: int
    stream: str | None


class JustEnded(Strict):
    """A match in a line. `score` of each innings, as `41/3, 38/5`."""

    episode_id: str
    attempt: int
    home: str
    away: str
    winner: SeatName | None
    end_reason: EndReason
    result: str
    score: str
    on_bus: bool


class TournamentStandings(Strict):
    """`rows`, best first, as the tournament room makes them; `played` have ended, void ones too.
    `playing` is not all of it where much is played at once; `recent`, latest last.
    """

    name: str
    played: int
    episodes: int
    rows: tuple[dict[str, Any], ...]
    progress: RunProgress | None = None
    cost: RunCost | None = None
    playing: tuple[InPlay, ...] = ()
    recent: tuple[JustEnded, ...] = ()


class Estimated(Strict):
    """A mean luck-adjusted score over `pairs` and its 95 % interval; `low` and `high` None where
    too little was played to tell. A mean may lie outside of 0…1, an end only where the mean does.
    """

    mean: float
    low: float | None
    high: float | None
    pairs: int


class CrosstableCell(Strict):
    """Matches of two captains, by their places in `captains`, as the first one sees them."""

    first: int
    second: int
    played: int
    won: int
    lost: int
    tied: int
    void: int
    points: int
    points_against: int
    adjusted: Estimated | None


class CaptainRating(Strict):
    """`share` of the points that he could have won; `adjusted` score against everybody he met."""

    share: float | None
    adjusted: Estimated | None


class BracketEncounter(Strict):
    """An encounter of a bracket, by places in `captains`, None where they are not known: then
    `first_from` and `second_from` say where they come from. `score`: matches won by each, a tie a
    half; `by`: matches, or the tie break that decided it.
    """

    name: str
    round: int
    first: int | None
    second: int | None
    first_from: str
    second_from: str
    score: tuple[float, float]
    pairs: int
    winner: int | None
    by: str | None


class TournamentStage(Strict):
    """A part of a tournament that has several: a table of `rows`, a bracket of `encounters`, or a
    ladder's `rungs`, places in `captains` from the top.
    """

    name: str
    over: bool
    rows: tuple[dict[str, Any], ...] = ()
    encounters: tuple[BracketEncounter, ...] = ()
    rungs: tuple[int, ...] = ()


class TournamentCrosstable(Strict):
    """`cells` of those who met; `ratings` in the order of `captains`; `fixtures` in the order of
    the schedule: won by the first, won by the second, tied, void.

    `episodes`: so many there will be, as far as is known; 0 where it is not told. Of a tournament
    whose plan grows with the results also the `schedule` so far, with `pairs` of each fixture, the
    `stages`, and the `champion` once there is one.
    """

    name: str
    played: int
    cells: tuple[CrosstableCell, ...]
    ratings: tuple[CaptainRating, ...]
    fixtures: tuple[tuple[int, int, int, int], ...] = ()
    schedule: tuple[tuple[tuple[int, int], ...], ...] = ()
    pairs: tuple[int, ...] = ()
    stages: tuple[TournamentStage, ...] = ()
    champion: int | None = None
    episodes: int = 0


class TournamentEnded(Strict):
    """`stopped`: a budget is spent; `interrupted` or `failed`: in mid-play, and the same file plays
    the rest. `why`, and why the table is no ranking. `episodes` as in the crosstable.
    """

    name: str
    played: int
    void: int
    forfeit: int
    seconds: float
    state: Literal["finished", "stopped", "interrupted", "failed"] = "finished"
    why: tuple[str, ...] = ()
    unranked: tuple[str, ...] = ()
    episodes: int = 0
