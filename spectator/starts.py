"""What starting a match from outside means: what is asked, what is told of it, and who does it.

The bus only carries the asking: a `Starter` is lent to it by whoever can play, or by nobody.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from engine.captains.base import NAME_PATTERN, NAME_RULE
from engine.cricket.formats import MAX_OVERS
from engine.seeds import MAX_SEED

LONGEST_NAME: Final = 200
LEAST_DEADLINE_S, MOST_DEADLINE_S = 5.0, 600.0


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PersonAsked(_Part):
    """A captain who is a person, and how long he has for an answer."""

    person: str = Field(pattern=NAME_PATTERN, description=NAME_RULE)
    deadline_s: float = Field(default=60.0, ge=LEAST_DEADLINE_S, le=MOST_DEADLINE_S)


PRESET_TAG, PERSON_TAG = "a preset", "a person"  # no names of fields, which stand beside them


def _kind_of(captain: Any) -> str:
    return PERSON_TAG if isinstance(captain, dict | PersonAsked) else PRESET_TAG


CaptainAsked = Annotated[
    Annotated[str, Field(max_length=LONGEST_NAME), Tag(PRESET_TAG)]
    | Annotated[PersonAsked, Tag(PERSON_TAG)],
    Discriminator(_kind_of),
]


def _seed_in(seed: Any) -> Any:
    """Digits as the number that they are: a page's own numbers are exact up to 2⁵³ alone."""
    is_digits = isinstance(seed, str) and seed.isascii() and seed.isdecimal()
    return int(seed) if is_digits and len(seed) <= len(str(MAX_SEED)) else seed


class StartRequest(_Part):
    """A match as somebody asks for it. `captain` has the home seat. Without `format` and `overs` it
    is of the pack's length, without `seed` one is drawn.
    """

    captain: CaptainAsked
    opponent: CaptainAsked
    format: Literal["T5", "T10", "T20", "ODI"] | None = None
    overs: int | None = Field(default=None, ge=1, le=MAX_OVERS)
    pack: str = Field(default="standard", max_length=LONGEST_NAME)
    entry: str | None = Field(default=None, max_length=LONGEST_NAME)
    seed: Annotated[int | None, BeforeValidator(_seed_in)] = Field(default=None, ge=0, le=MAX_SEED)
    squads: Literal["drawn", "drawn-women", "built-in"] = "drawn"
    super_over: bool = False
    voice: str = Field(default="none", max_length=LONGEST_NAME)
    featured: bool = True
    balls_per_s: float = Field(default=2.0, ge=0.1, le=1000)
    queue: bool = False


class StartState(StrEnum):
    QUEUED = "queued"  # behind others, or waiting for the featured channel
    STARTING = "starting"
    PLAYING = "playing"
    ENDED = "ended"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        return self in (StartState.ENDED, StartState.FAILED, StartState.CANCELLED)


class StartResult(_Part):
    """How the match ended; `winner` is the captain's name, null where nobody won."""

    text: str
    winner: str | None
    end_reason: str


class Start(_Part):
    """One match that was asked for. `id` is the name of its stream, known before the first ball;
    `place` the one in the queue, from 1; `where` it is played, `here` or by a `worker`; `begun`
    whether it came to be played, so that there is a record; `reason` why it failed.
    """

    id: str
    state: StartState
    captain: str
    opponent: str
    people: tuple[str, ...]
    overs: int
    pack: str
    entry: str
    seed: int
    squads: str
    voice: str
    featured: bool
    asked_at: datetime
    where: Literal["here", "worker"] | None = None
    place: int | None = None
    cancelling: bool = False
    begun: bool = False
    result: StartResult | None = None
    reason: str | None = None


class OnAir(_Part):
    """What holds the featured channel. `id` is its stream's name, `start` whether it was started
    here and can be cancelled here; `queued` how many wait for the channel after it. Where its
    process died, `lost` says so: the channel is free within a minute.
    """

    id: str | None
    title: str
    since: datetime | None = None
    page: str | None = None
    start: bool = False
    lost: bool = False
    queued: int = 0


class Choice(_Part):
    """Something that can be chosen; `why_not` where it cannot be here, and what it lacks."""

    name: str
    about: str = ""
    why_not: str | None = None


class FormatChoice(_Part):
    name: str
    overs: int


class PackChoice(_Part):
    """`overs` is the length that its entries are of; null fits every length."""

    name: str
    about: str
    overs: int | None
    entries: tuple[Choice, ...]


class StartOptions(_Part):
    """What a `StartRequest` may say here. `where` a match would be played now."""

    captains: tuple[Choice, ...]
    formats: tuple[FormatChoice, ...]
    packs: tuple[PackChoice, ...]
    squads: tuple[Choice, ...]
    voices: tuple[Choice, ...]
    most_overs: int = MAX_OVERS
    most_seed: int = MAX_SEED
    name_rule: str = NAME_RULE
    where: Literal["here", "worker"]


class Problem(_Part):
    """What is wrong with one field of a request, and what is allowed there."""

    field: str
    why: str
    allowed: str | None = None


class BadRequest(Exception):
    """The request cannot be played; every field that is wrong is told."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems


class ChannelBusy(Exception):
    """Another match has the featured channel, and nobody asked to wait for it."""

    def __init__(self, on_air: OnAir) -> None:
        super().__init__(on_air)
        self.on_air = on_air


class TooManyStarts(Exception):
    """As many are open as are kept: `most`."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class StarterAway(Exception):
    """What plays the matches cannot be reached: why."""


class Starter(Protocol):
    """Starts matches. Belongs to the loop that serves the bus, and never holds it up. All raise
    `StarterAway` where they have to ask and cannot.
    """

    async def options(self) -> StartOptions: ...

    async def start(self, request: StartRequest) -> Start:
        """Raises `BadRequest`, `ChannelBusy` or `TooManyStarts`."""
        ...

    async def problems(self, request: StartRequest) -> tuple[Problem, ...]:
        """What of it cannot be played here, without starting anything."""
        ...

    def started(self) -> tuple[Start, ...]:
        """Those that are known, the newest first."""
        ...

    def find(self, start_id: str) -> Start | None: ...

    async def cancel(self, start_id: str) -> Start | None:
        """Returns when it has ended, or says `cancelling` where that takes longer."""
        ...

    async def on_air(self) -> OnAir | None:
        """What has the featured channel, whoever started it."""
        ...
