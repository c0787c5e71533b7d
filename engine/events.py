"""The events of an episode and of a tournament: one union, told apart by `type`.

The same events are the live stream, the record on disk and the source of every view. A new event
type is added here, and nowhere else. `event_json_schema()` is what is published.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

# Who or what gave a decision.
Source = Literal[
    "policy",
    "llm",
    "cache",
    "remote",
    "human",
    "standing",
    "repeat",
    "default",
    "fallback",
    "recorded",
]


class EndReason(StrEnum):
    """Why an episode ended; DESIGN §6 says what each counts as."""

    COMPLETED = "completed"
    FORFEIT = "forfeit"
    STEP_LIMIT = "step_limit"
    TRANSPORT = "transport"
    ENVIRONMENT_ERROR = "environment_error"
    CANCELLED = "cancelled"
    RUN_BUDGET = "run_budget"
    BAD_SETTINGS = "bad_settings"

    @property
    def is_void(self) -> bool:
        """Whether the episode counts for nobody and is replayed."""
        return self not in (EndReason.COMPLETED, EndReason.FORFEIT)

    @property
    def may_pass(self) -> bool:
        """Whether the episode is void for a reason that another attempt may not meet."""
        return self.is_void and self not in (EndReason.RUN_BUDGET, EndReason.BAD_SETTINGS)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SideInfo(_Strict):
    """Who sits in a seat, and with which eleven (names in batting order)."""

    captain: str
    kind: str
    squad: str
    players: tuple[str, ...]


class EpisodeStarted(_Strict):
    """The header of a record. `spec` and `squads` (home, away) rebuild the episode; `versions` are
    packages' versions.
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


class Toss(_Strict):
    """`luck` is what winning it gave the home side, `win_probability` the home side's after it."""

    winner: Literal["home", "away"]
    elected: Literal["bat", "field"]
    win_probability: float = 0.5
    luck: float = 0.0


class Score(_Strict):
    """The score after a ball. `overs` as written, `legal_balls` as counted."""

    runs: int
    wickets: int
    legal_balls: int
    overs: str


class BatterBefore(_Strict):
    """A batter as the match found him. `out` is the dismissal, `bowler` who is credited with it."""

    name: str
    runs: int
    balls: int
    fours: int
    sixes: int
    out: str | None
    bowler: str | None


class BowlerBefore(_Strict):
    """A bowler as the match found him. `runs` are those charged to him, `balls` the legal ones."""

    name: str
    balls: int
    runs: int
    wickets: int
    maidens: int


class InningsBefore(_Strict):
    """An innings as a match found it that began in the middle."""

    score: Score
    extras: int
    striker: str | None
    non_striker: str | None
    batters: tuple[BatterBefore, ...]
    bowlers: tuple[BowlerBefore, ...]


class InningsStart(_Strict):
    """`before` is None where the first ball of the innings is still to come. `win_probability` is
    the home side's where a match begins in the middle, else None.
    """

    innings: int
    batting: Literal["home", "away"]
    target: int | None
    before: InningsBefore | None = None
    win_probability: float | None = None


class Spent(_Strict):
    """What answers took. `cost_usd` None: nobody knows. `from_cache`: paid for before."""

    calls: int
    from_cache: int = 0
    transport_retries: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    tokens_reasoning: int = 0
    cost_usd: float | None = None


class DecisionMade(_Strict):
    """One decision, published after the ball it was for. `choice` is what was decided, in the
    captain's words; `cost` the win probability that it gave away against the best legal choice.
    `spent` of captains who are asked through an endpoint.
    """

    number: int
    seat: Literal["home", "away"]
    captain: str
    kind: str
    innings: int
    ball: str
    choice: dict[str, Any]
    source: Source
    reason: str | None = None
    rethinks: int = 0
    errors: tuple[str, ...] = ()
    latency_ms: float | None = None
    cost: float | None = None
    spent: Spent | None = None


class Wicket(_Strict):
    kind: str
    player_out: str
    end: str | None = None
    credited_to_bowler: bool


class Delivery(_Strict):
    """One ball. `ball` is the over it belongs to and its number among the over's legal balls
    (`3.4`).

    `outcome` is the catalogue's key. `win_probability` is the home side's after the ball, `luck`
    what chance gave the home side on it.
    """

    innings: int
    over: int
    ball: str
    batting: Literal["home", "away"]
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


class OverComplete(_Strict):
    innings: int
    over: int
    bowler: str
    runs: int
    wickets: int
    score: Score


class InningsEnd(_Strict):
    innings: int
    batting: Literal["home", "away"]
    score: Score
    all_out: bool


class CostOfKind(_Strict):
    """Win probability given away by the decisions of one kind, in all and on average."""

    decisions: int
    total: float
    mean: float


class SeatCounts(_Strict):
    """What one captain was asked and how he answered. `coverage`: own answers ÷ decisions, 0…1.
    `costs` by kind of decision; none where no event was published.

    `standing` balls were played by what he had decided for the over, and are no decisions.
    `timeouts` were decided by a person's stated default, as he let his time pass.
    `problems` are unusable answers by what was wrong with them. Latencies of his own answers, in
    milliseconds, without those from the cache; `latencies_ms` counts them, each within 5 % of its
    key (`engine.latency`). `models` as endpoints reported them, `rungs` how answers were asked for.
    """

    captain: str
    decisions: int
    own: int
    fallbacks: int
    rethinks: int
    illegal: int
    malformed: int
    fines: float
    coverage: float
    costs: dict[str, CostOfKind] = Field(default_factory=dict)
    sources: dict[str, int] = Field(default_factory=dict)
    standing: int = 0
    timeouts: int = 0
    problems: dict[str, int] = Field(default_factory=dict)
    latency_ms_p50: float | None = None
    latency_ms_p95: float | None = None
    latencies_ms: dict[str, int] = Field(default_factory=dict)
    spent: Spent | None = None
    cost_sources: tuple[str, ...] = ()
    prompt_digest: str | None = None
    models: tuple[str, ...] = ()
    rungs: dict[str, int] = Field(default_factory=dict)


class InningsLine(_Strict):
    innings: int
    batting: Literal["home", "away"]
    runs: int
    wickets: int
    legal_balls: int
    all_out: bool


class EpisodeEnded(_Strict):
    """`winner` is the captain's seat, None for a tie or a void. `luck` the home side's, summed over
    the match: `setup_luck` of the squads and conditions drawn, that of the toss and of every ball.
    """

    end_reason: EndReason
    winner: Literal["home", "away"] | None
    result: str
    innings: tuple[InningsLine, ...]
    turns: int
    deliveries: int
    luck: float
    setup_luck: float = 0.0
    counts: dict[Literal["home", "away"], SeatCounts]
    error: str | None
    record_digest: str


class TournamentStarted(_Strict):
    name: str
    file_digest: str
    captains: tuple[str, ...]
    episodes: int


class TournamentStandings(_Strict):
    """`rows`, best first, as the tournament room makes them."""

    name: str
    played: int
    episodes: int
    rows: tuple[dict[str, Any], ...]


class TournamentEnded(_Strict):
    name: str
    played: int
    void: int
    forfeit: int
    seconds: float


class _Envelope(_Strict):
    """`episode_id` names the episode, or `run:<name>` for a tournament's events. `seq` 1, 2, 3 …
    without a hole.
    """

    v: Literal[1] = 1
    episode_id: str
    attempt: int = Field(ge=1)
    seq: int = Field(ge=1)
    ts: datetime

    @property
    def event(self) -> Event:
        """Itself: so it can be told to observers as it is."""
        return cast("Event", self)

    @cached_property
    def line(self) -> bytes:
        """The event as JSON, made once however many write it or send it."""
        return self.model_dump_json().encode()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's, but a changed copy does not keep the line of what it was copied from."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("line", None)
        return copied


class EpisodeStartedEvent(_Envelope):
    type: Literal["episode.started"] = "episode.started"
    data: EpisodeStarted


class TossEvent(_Envelope):
    type: Literal["toss"] = "toss"
    data: Toss


class InningsStartedEvent(_Envelope):
    type: Literal["innings.started"] = "innings.started"
    data: InningsStart


class DecisionEvent(_Envelope):
    type: Literal["decision"] = "decision"
    data: DecisionMade


class DeliveryEvent(_Envelope):
    type: Literal["delivery"] = "delivery"
    data: Delivery


class OverCompletedEvent(_Envelope):
    type: Literal["over.completed"] = "over.completed"
    data: OverComplete


class InningsEndedEvent(_Envelope):
    type: Literal["innings.ended"] = "innings.ended"
    data: InningsEnd


class EpisodeEndedEvent(_Envelope):
    type: Literal["episode.ended"] = "episode.ended"
    data: EpisodeEnded


class TournamentStartedEvent(_Envelope):
    type: Literal["tournament.started"] = "tournament.started"
    data: TournamentStarted


class TournamentStandingsEvent(_Envelope):
    type: Literal["tournament.standings"] = "tournament.standings"
    data: TournamentStandings


class TournamentEndedEvent(_Envelope):
    type: Literal["tournament.ended"] = "tournament.ended"
    data: TournamentEnded


Event = Annotated[
    EpisodeStartedEvent
    | TossEvent
    | InningsStartedEvent
    | DecisionEvent
    | DeliveryEvent
    | OverCompletedEvent
    | InningsEndedEvent
    | EpisodeEndedEvent
    | TournamentStartedEvent
    | TournamentStandingsEvent
    | TournamentEndedEvent,
    Field(discriminator="type"),
]

EVENT_ADAPTER: Final[TypeAdapter[Event]] = TypeAdapter(Event)


def parse_event(line: str | bytes) -> Event:
    """One event from its JSON; raises pydantic's `ValidationError` with the field that is wrong."""
    return EVENT_ADAPTER.validate_json(line)


def event_json_schema() -> dict[str, Any]:
    """The published JSON Schema of the union."""
    return EVENT_ADAPTER.json_schema()


def now() -> datetime:
    return datetime.now(UTC)
