"""How a tournament is run, as its file says it: when to give up, where, what is shown, what is
kept.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from tournaments.fields import Strict

MOST_PROCESSES: Final = 256
MOST_DELAY: Final = 1_000  # balls; an innings of fifty overs has 300
MOST_SLOTS: Final = 1_000

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}
TEMPLATES: Final = "templates"
Speech = Literal["none", "auto", "cartesia", "piper", "espeak", "browser"]


class Limits(Strict):
    """When to give up."""

    attempts: int = Field(
        default=3,
        ge=1,
        le=10,
        title="Attempts",
        description="How often an episode is tried when the infrastructure fails: 1 to 10.",
        examples=[3],
    )
    llm: int = Field(
        default=8,
        ge=1,
        le=MOST_SLOTS,
        title="Requests at once",
        description=f"How many requests may be under way at one endpoint: 1 to {MOST_SLOTS:,}.",
        examples=[8],
    )
    tokens: int | None = Field(
        default=None,
        ge=1,
        title="Tokens",
        description="What the run may spend, prompts and answers together: a whole number from 1.",
        examples=[2_000_000],
    )
    usd: float | None = Field(
        default=None,
        gt=0,
        title="Dollars",
        description="What the run may spend: a number above 0.",
        examples=[10],
    )
    calls: int | None = Field(
        default=None,
        ge=1,
        title="Calls",
        description="How many requests the run may make: a whole number from 1.",
        examples=[5_000],
    )
    wall_s: float | None = Field(
        default=None,
        gt=0,
        title="Seconds",
        description="How long the run may take in all its starts: a number of seconds above 0.",
        examples=[36_000],
    )


class Execution(Strict):
    """Where the matches run. Changes no result."""

    mode: Literal["local", "workers"] = Field(
        default="local",
        title="Mode",
        description="local: the machine that runs the tournament; workers: whoever takes the runs "
        "of the deployment fixtures.",
        examples=["local"],
    )
    processes: Literal["auto"] | Annotated[int, Field(ge=1, le=MOST_PROCESSES)] = Field(
        default="auto",
        title="Processes",
        description=f"auto (one a core) or 1 to {MOST_PROCESSES}.",
        examples=["auto", 2],
    )
    open_episodes: int = Field(
        default=16,
        ge=2,
        le=MOST_SLOTS,
        title="Open episodes",
        description="How many episodes of captains that call tools are played at once: 2 to "
        f"{MOST_SLOTS:,}.",
        examples=[16],
    )
    shard: str = Field(
        default="2m",
        pattern=r"^[1-9][0-9]{0,3}[smh]$",
        title="Shard",
        description="How much play is handed to a worker at once, in his time: a whole number of "
        "seconds, minutes or hours, such as 30s, 2m or 1h.",
        examples=["2m"],
    )

    @property
    def shard_s(self) -> int:
        return int(self.shard[:-1]) * _SECONDS[self.shard[-1]]


class Spectate(Strict):
    """What is shown live. Changes no result."""

    episodes: Literal["featured", "all", "none"] = Field(
        default="featured",
        title="Episodes",
        description="featured (one match at a time, for the eye), all or none.",
        examples=["featured"],
    )
    featured: Literal["auto", "first", "final"] = Field(
        default="auto",
        title="Featured match",
        description="first (of the run), final (of a bracket), or auto (the first, then the "
        "final where there is one).",
        examples=["auto"],
    )
    balls_per_s: float = Field(
        default=4.0,
        ge=0.1,
        le=1000,
        title="Balls a second",
        description="The pace of the featured match: 0.1 to 1000 balls a second.",
        examples=[4],
    )
    reasoning: Literal["live", "after", "never"] | Annotated[int, Field(ge=1, le=MOST_DELAY)] = (
        Field(
            default="live",
            title="Reasoning",
            description="When what captains think is shown: live, after (the match), never, or "
            f"1 to {MOST_DELAY:,} balls later.",
            examples=["live", 12],
        )
    )
    speech: Speech = Field(
        default="none",
        title="Speech",
        description="Who speaks the featured match's commentary: none, auto (the best voice there "
        "is), cartesia, piper, espeak or browser.",
        examples=["auto"],
    )
    commentary: str = Field(
        default="templates",
        max_length=200,
        title="Commentary",
        description="Who writes the featured match's commentary: templates, or the name of a "
        "captain of kind llm, of this file or a preset.",
        examples=["templates"],
    )


class Keep(Strict):
    """Whose records are kept, ball by ball. Results are kept for ever. Changes no result."""

    occasions: int | None = Field(
        default=None,
        ge=1,
        le=100_000,
        title="Occasions",
        description="Records of so many runs of this name, the newest: 1 to 100,000; left out: of "
        "all.",
        examples=[30],
    )
    days: int | None = Field(
        default=None,
        ge=1,
        le=36_500,
        title="Days",
        description="Records of runs in which something was played in so many days: 1 to 36,500; "
        "left out: of all.",
        examples=[90],
    )
