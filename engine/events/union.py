"""The union: every event in its envelope, told apart by `type`. A new event type is added here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self, cast, get_args

from pydantic import ConfigDict, Field, TypeAdapter

from engine.events.deciding import DecisionMade, Reasoning
from engine.events.ending import EpisodeEnded
from engine.events.play import (
    Delivery,
    EpisodeStarted,
    InningsEnd,
    InningsStart,
    OverComplete,
    Toss,
)
from engine.events.strict import Strict
from engine.events.tournament import (
    TournamentCrosstable,
    TournamentEnded,
    TournamentStandings,
    TournamentStarted,
)
from engine.events.words import Audio, Commentary


class Envelope(Strict):
    """`episode_id` names the episode, or `run:<run id>` for a tournament's events, or
    `reasoning:<episode id>` and `commentary:<episode id>` for what goes beside a match. `seq` 1, 2,
    3 … without a hole.
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


class EpisodeStartedEvent(Envelope):
    type: Literal["episode.started"] = "episode.started"
    data: EpisodeStarted


class TossEvent(Envelope):
    type: Literal["toss"] = "toss"
    data: Toss


class InningsStartedEvent(Envelope):
    type: Literal["innings.started"] = "innings.started"
    data: InningsStart


class DecisionEvent(Envelope):
    type: Literal["decision"] = "decision"
    data: DecisionMade


class DeliveryEvent(Envelope):
    type: Literal["delivery"] = "delivery"
    data: Delivery


class OverCompletedEvent(Envelope):
    type: Literal["over.completed"] = "over.completed"
    data: OverComplete


class InningsEndedEvent(Envelope):
    type: Literal["innings.ended"] = "innings.ended"
    data: InningsEnd


class EpisodeEndedEvent(Envelope):
    type: Literal["episode.ended"] = "episode.ended"
    data: EpisodeEnded


class ReasoningEvent(Envelope):
    type: Literal["reasoning"] = "reasoning"
    data: Reasoning


class CommentaryEvent(Envelope):
    type: Literal["commentary"] = "commentary"
    data: Commentary


class AudioEvent(Envelope):
    type: Literal["audio"] = "audio"
    data: Audio


class TournamentStartedEvent(Envelope):
    type: Literal["tournament.started"] = "tournament.started"
    data: TournamentStarted


class TournamentStandingsEvent(Envelope):
    type: Literal["tournament.standings"] = "tournament.standings"
    data: TournamentStandings


class TournamentCrosstableEvent(Envelope):
    type: Literal["tournament.crosstable"] = "tournament.crosstable"
    data: TournamentCrosstable


class TournamentEndedEvent(Envelope):
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
    | ReasoningEvent
    | CommentaryEvent
    | AudioEvent
    | TournamentStartedEvent
    | TournamentStandingsEvent
    | TournamentCrosstableEvent
    | TournamentEndedEvent,
    Field(discriminator="type"),
]

EVENT_TYPES: Final = frozenset(
    kind.model_fields["type"].default for kind in get_args(get_args(Event)[0])
)

EVENT_ADAPTER: Final[TypeAdapter[Event]] = TypeAdapter(Event, config=ConfigDict(defer_build=True))


def parse_event(line: str | bytes) -> Event:
    """One event from its JSON; raises pydantic's `ValidationError` with the field that is wrong."""
    return EVENT_ADAPTER.validate_json(line)


def event_json_schema() -> dict[str, Any]:
    """The published JSON Schema of the union."""
    return EVENT_ADAPTER.json_schema()


def now() -> datetime:
    return datetime.now(UTC)
