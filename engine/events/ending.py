"""How an episode ends, and what each captain was asked in it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from engine.events.deciding import Spent
from engine.events.strict import SeatName, Strict


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


class CostOfKind(Strict):
    """Win probability given away by the decisions of one kind, in all and on average."""

    decisions: int
    total: float
    mean: float


class SeatCounts(Strict):
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


class InningsLine(Strict):
    innings: int
    batting: SeatName
    runs: int
    wickets: int
    legal_balls: int
    all_out: bool


class EpisodeEnded(Strict):
    """`winner` is the captain's seat, None for a tie or a void. `luck` the home side's, summed over
    the match: `setup_luck` of the squads and conditions drawn, that of the toss and of every ball.
    """

    end_reason: EndReason
    winner: SeatName | None
    result: str
    innings: tuple[InningsLine, ...]
    turns: int
    deliveries: int
    luck: float
    setup_luck: float = 0.0
    counts: dict[SeatName, SeatCounts]
    error: str | None
    record_digest: str
