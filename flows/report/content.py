"""What a report says, as data: the JSON of `captains report --json`. Pages and tables draw it and
work nothing out.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from flows.accounts import CaptainAccount
from tournaments.course import Stage
from tournaments.crosstable import Cell
from tournaments.cycles import Cycle
from tournaments.ratings import Ratings
from tournaments.seed_effects import SeedEffects
from tournaments.stats.scale import Interval


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Played(_Part):
    """Episodes: of `planned`, those that count, forfeits among them, and void ones; `open` are
    still to be played.
    """

    planned: int
    counted: int
    forfeits: int
    void: int
    open: int


class Spent(_Part):
    """Decisions and the win probability given away by them, on average and in all."""

    decisions: int
    mean: float
    total: float


class Quality(_Part):
    """What a captain's decisions gave away: on average `a_match`, and by phase and kind."""

    captain: str
    matches: int
    a_match: float
    phases: dict[str, Spent]
    kinds: dict[str, Spent]


class Luck(_Part):
    """Mean results of a captain, what luck gave him of them, and what is left."""

    captain: str
    matches: int
    score: float
    luck: float
    adjusted: float


class TurningPoint(_Part):
    """A ball that turned a match to `gained`: his win probability `before` and `after` it, `luck`
    the part that was the draw. `place` is the cockpit's.
    """

    episode_id: str
    attempt: int
    home: str
    away: str
    gained: str
    before: float
    after: float
    luck: float
    innings: int
    place: str
    outcome: str
    striker: str
    bowler: str
    score: str
    result: str


class Turned(_Part):
    """How many matches turned most, by a tenth or more, in this over, counted from 1."""

    innings: int
    over: int
    matches: int


class Share(_Part):
    """Matches that somebody won, of those that were decided."""

    won: int
    decided: int


class Sides(_Part):
    """What seat, innings and toss were worth. `elected`: how often each was chosen by who won the
    toss, and how often he won the match then.
    """

    home: Share
    batting_first: Share
    toss: Share
    elected: dict[str, Share]


class Step(_Part):
    """How a rule stood after so many pairs: its measure, and the bounds that end it."""

    pairs: int
    value: float
    lower: float | None
    upper: float | None


class Stopping(_Part):
    """The rule that was to end the run, what it measures, how that went, what it decided. `lean`:
    what stopping does to the Elo, and the Elo without; empty where nothing has stopped. `elo` of
    the first captain of a test, without the lean.
    """

    rule: str
    decided: str
    measure: str
    steps: tuple[Step, ...]
    lean: str = ""
    elo: Interval | None = None


class Night(_Part):
    """How the rule of one of several runs stood."""

    occasion: str
    rule: str
    decided: str


class Voided(_Part):
    """Episodes that count for nobody, by why."""

    reason: str
    error: str
    episodes: int
    example: str


class Reproduce(_Part):
    """How to play it again: the command, and what decides the matches."""

    command: str
    seed: int
    file_digest: str
    version: str
    engine_version: str
    coefficients_digest: str


class Report(_Part):
    """A run, or several together, one an occasion. `pairs` of a fixture, `best_of` so many an
    encounter of a bracket. `answer`: what was found, in a sentence. `unranked`: why it is no
    ranking. `stopping` of one run, `nights` of several.
    """

    name: str
    run_id: str
    occasions: tuple[str, ...]
    kind: str
    format: str
    pairs: int
    best_of: int | None
    answer: str
    unranked: tuple[str, ...]
    warnings: tuple[str, ...]
    episodes: Played
    captains: tuple[str, ...]
    standings: tuple[dict[str, Any], ...]
    stages: tuple[Stage, ...]
    champion: str | None
    ratings: Ratings
    luck: tuple[Luck, ...]
    crosstable: tuple[Cell, ...]
    stopping: Stopping | None
    nights: tuple[Night, ...]
    quality: tuple[Quality, ...]
    turning: tuple[TurningPoint, ...]
    turned: tuple[Turned, ...]
    honesty: tuple[CaptainAccount, ...]
    sides: Sides
    cycles: tuple[Cycle, ...]
    seeds: SeedEffects | None
    voided: tuple[Voided, ...]
    spent: dict[str, Any]
    reproduce: Reproduce
