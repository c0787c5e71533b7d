"""The tournament file (DESIGN §7) as models: what may stand in it, and nothing else.

The same models are the tournament flow's parameter, so every field has a title, an example and a
description that says what is allowed: Prefect's run form and the messages of
`tournaments.loading` both show it. Rules that need the names which exist (captains, kinds,
squads) run when a `Known` is given as the validation context.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import (
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from engine.seeds import MAX_SEED
from tournaments.entrants import (
    CaptainConfig,
    CaptainEntry,
    entrant_faults,
    entry_name,
    writer_fault,
)
from tournaments.fields import Strict, broken_rule
from tournaments.formats import Knockout, RoundRobin, TournamentFormat, WithBracket
from tournaments.known import Known
from tournaments.match_spec import MatchSpec
from tournaments.running import TEMPLATES, Execution, Keep, Limits, Spectate
from tournaments.schedule_spec import Schedule
from tournaments.stop_spec import Stop, stop_faults

MOST_CAPTAINS: Final = 64

ENTRANTS: Final = "entrants"
"""The type of pydantic error for rules about all entrants together; see `entrant_faults`."""


class Points(Strict):
    """What a match is worth in the table. A forfeit is a loss; a void match is worth nothing."""

    win: int = Field(
        default=2,
        ge=0,
        le=1000,
        title="Win",
        description="Points for a win: 0 to 1000, more than for a loss.",
        examples=[2],
    )
    tie: int = Field(
        default=1,
        ge=0,
        le=1000,
        validate_default=True,
        title="Tie",
        description="Points for a tie: 0 to 1000, not above a win.",
        examples=[1],
    )
    loss: int = Field(
        default=0,
        ge=0,
        le=1000,
        validate_default=True,
        title="Loss",
        description="Points for a loss: 0 to 1000, below a win and not above a tie.",
        examples=[0],
    )

    @field_validator("tie")
    @classmethod
    def _tie_is_no_better(cls, tie: int, info: ValidationInfo) -> int:
        win = info.data.get("win", tie)
        if tie > win:
            raise broken_rule(f"a tie is worth {tie}, a win {win}; allowed: a tie of 0 to {win}")
        return tie

    @field_validator("loss")
    @classmethod
    def _loss_is_worst(cls, loss: int, info: ValidationInfo) -> int:
        win, tie = info.data.get("win", loss + 1), info.data.get("tie", loss)
        if loss >= win or loss > tie:
            raise broken_rule(
                f"a loss is worth {loss}, a tie {tie}, a win {win}; "
                "allowed: a loss below a win and not above a tie"
            )
        return loss


def final_fault(shows: Spectate, form: TournamentFormat) -> str | None:
    """Why there is no final to show; None where there is, or none is wanted."""
    if shows.featured != "final" or isinstance(form, WithBracket):
        return None
    return f"a {form.kind} has no final; allowed: auto, first"


class TournamentSpec(Strict):
    """A tournament: who plays, what is played, and when it is over."""

    name: str = Field(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=40,
        title="Name",
        description="1 to 40 small letters, digits and single hyphens inside, such as "
        "friday-night: it names folders and web addresses.",
        examples=["friday-night"],
    )
    seed: int = Field(
        default=1,
        ge=0,
        le=MAX_SEED,
        title="Seed",
        description=f"0 to {MAX_SEED}; another seed gives other matches.",
        examples=[20261122],
    )
    format: TournamentFormat = Field(
        default=RoundRobin(kind="round_robin"),
        title="Format",
        description="A mapping that says who meets whom, such as {kind: round_robin, legs: 1} or "
        "{kind: knockout, best_of: 3}.",
        examples=[{"kind": "round_robin", "legs": 1}],
    )
    match: MatchSpec = Field(
        title="Match",
        description="What is played: a mapping such as {overs: 5, pairs: 10}.",
        examples=[{"overs": 5, "pairs": 10}],
    )
    points: Points = Field(
        default=Points(),
        title="Points",
        description="What a match is worth: a mapping such as {win: 2, tie: 1, loss: 0}.",
        examples=[{"win": 2, "tie": 1, "loss": 0}],
    )
    captains: Annotated[tuple[CaptainEntry, ...], Field(strict=False)] = Field(
        min_length=1,
        max_length=MOST_CAPTAINS,
        title="Captains",
        description=f"A list of 2 to {MOST_CAPTAINS} different captains (a gauntlet needs 1): "
        "names of presets, or mappings with `name` and `kind`.",
        examples=[["heuristic", {"name": "bold", "kind": "heuristic"}]],
    )
    opponents: Annotated[tuple[CaptainEntry, ...], Field(strict=False)] = Field(
        default=(),
        max_length=MOST_CAPTAINS,
        validate_default=True,
        title="Opponents",
        description=f"For a gauntlet only: a list of 1 to {MOST_CAPTAINS} captains whom every "
        "captain meets.",
        examples=[["random"]],
    )
    stop: Stop | None = Field(
        default=None,
        title="Stop",
        description="When a round robin or a gauntlet is over: a mapping such as {when: ranked, "
        "max_pairs: 50} or {sprt: {pair: [qwen, heuristic], elo0: 0, elo1: 50}}; left out, after "
        "`match.pairs`.",
        examples=[{"when": "ranked", "max_pairs": 50}],
    )
    limits: Limits = Field(
        default=Limits(),
        title="Limits",
        description="When to give up: a mapping such as {attempts: 3}.",
        examples=[{"attempts": 3}],
    )
    execution: Execution = Field(
        default=Execution(),
        title="Execution",
        description="Where it runs: a mapping such as {mode: local, processes: auto}.",
        examples=[{"mode": "local", "processes": 2}],
    )
    spectate: Spectate = Field(
        default=Spectate(),
        title="Spectate",
        description="What is shown live: a mapping such as {episodes: featured, balls_per_s: 4}.",
        examples=[{"episodes": "featured", "balls_per_s": 4}],
    )
    keep: Keep = Field(
        default=Keep(),
        title="Keep",
        description="Whose records are kept when a run has ended: a mapping such as "
        "{occasions: 30}.",
        examples=[{"occasions": 30}],
    )
    schedule: Schedule | None = Field(
        default=None,
        title="Schedule",
        description="When a deployment runs by itself: a mapping such as "
        '{cron: "0 20 * * 5", timezone: Europe/London}, {interval: 6h} or {rrule: …}.',
        examples=[{"cron": "0 20 * * 5", "timezone": "Europe/London"}],
    )

    @model_validator(mode="after")
    def _entrants_fit(self) -> TournamentSpec:
        captains = [entry_name(entry) for entry in self.captains]
        opponents = [entry_name(entry) for entry in self.opponents]
        form = self.format.model_dump()
        for fault in entrant_faults(form, self.match.pairs, captains, opponents):
            raise PydanticCustomError(ENTRANTS, "{message}", {"message": fault.message})
        return self

    @model_validator(mode="after")
    def _stop_fits(self) -> TournamentSpec:
        if self.stop is not None:
            captains = [entry_name(entry) for entry in self.captains]
            opponents = [entry_name(entry) for entry in self.opponents]
            form = self.format.model_dump()
            for fault in stop_faults(self.stop, form, self.match.pairs, captains, opponents):
                raise broken_rule(fault.message, fault.at)
        return self

    @model_validator(mode="after")
    def _a_model_writes(self, info: ValidationInfo) -> TournamentSpec:
        writer = self.spectate.commentary
        if writer != TEMPLATES and isinstance(info.context, Known):
            own = next((e for e in self.entrants if entry_name(e) == writer), writer)
            fault = writer_fault(own, info.context)
            if fault is not None:
                raise broken_rule(fault, ("spectate", "commentary"))
        return self

    @model_validator(mode="after")
    def _has_a_final_to_show(self) -> TournamentSpec:
        if message := final_fault(self.spectate, self.format):
            raise broken_rule(message, ("spectate", "featured"))
        return self

    @property
    def pairs(self) -> int:
        """Of a fixture; of a knockout, with how many its encounters begin."""
        form, pairs = self.format, self.match.pairs
        return form.first_pairs(pairs) if isinstance(form, Knockout) else pairs

    @property
    def has_idle_pairs(self) -> bool:
        """Whether `match.pairs` was filled in, and counts for nothing."""
        return self.pairs != self.match.pairs

    @property
    def best_of(self) -> int | None:
        """How many pairs an encounter of a bracket begins with; None where there is no bracket."""
        form = self.format
        return form.first_pairs(self.match.pairs) if isinstance(form, WithBracket) else None

    @property
    def entrants(self) -> tuple[str | CaptainConfig, ...]:
        """Everybody who plays, in the file's order: captains, then opponents."""
        return self.captains + self.opponents
