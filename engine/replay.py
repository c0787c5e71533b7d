"""Replay a sealed record through the engine: the same decisions must give the same play.

With the record's own ball model every ball is drawn again. With another one the same decisions
would give other balls; then each ball comes out as the record has it, and it is the laws that are
held to the record: a record can be replayed by every later version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import ValidationError

from engine.captains.recorded import Recorded, RecordedSettings
from engine.casting import Cast
from engine.cricket.choices import Decision, Seat
from engine.cricket.distribution import Distribution
from engine.cricket.errors import BadSquad, BadStart, UnknownFormat
from engine.cricket.formats import format_of
from engine.cricket.nodes import DecisionRequest, DeliveryContext
from engine.cricket.outcomes import OUTCOMES
from engine.cricket.players import Squad
from engine.cricket.state import Squads
from engine.episode import play_episode
from engine.errors import BrokenRecord
from engine.events import (
    DecisionEvent,
    DeliveryEvent,
    EndReason,
    EpisodeEndedEvent,
    EpisodeStartedEvent,
    Event,
    Source,
)
from engine.fanout import Observer
from engine.header import SQUAD_ADAPTER
from engine.models import Models
from engine.recap import side_of
from engine.record import ending_of, header_of, read_record
from engine.reporter import play_digest
from engine.result import EpisodeResult
from engine.seeds import CaptainDraws
from engine.spec import EpisodeSpec
from engine.wording import shown

# Luck is written down to nine decimals; other processors may round the last of them otherwise.
_LUCK_WITHIN: Final = 1e-6
# A captain broke the match off: a question was asked that nobody has answered.
_AT_A_QUESTION: Final = (
    EndReason.FORFEIT,
    EndReason.TRANSPORT,
    EndReason.RUN_BUDGET,
    EndReason.BAD_SETTINGS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A record and what replaying it gave.

    `recorded_digest` is that of the play in the file, whatever its last line claims.
    `same_coefficients`: the ball model is the record's own, and the balls were drawn again; else
    they are the record's. `left_off`: whose question the record does not answer, None where the
    play came to its end. `true_header`: the header is that of its own spec and squads.
    `decided`: how often decisions of a seat came from each source.
    """

    header: EpisodeStartedEvent
    ending: EpisodeEndedEvent
    recorded_digest: str
    result: EpisodeResult
    same_coefficients: bool
    left_off: Seat | None
    true_header: bool
    decided: Mapping[tuple[str, Source], int]

    @property
    def is_sound(self) -> bool:
        """Whether the record's last line is true of the play before it."""
        return self.recorded_digest == self.ending.data.record_digest

    @property
    def identical(self) -> bool:
        """Whether the record is sound, and the replay is the same play with the same score, broken
        off where the record says that it was.
        """
        return not self.differences

    @property
    def same_luck(self) -> bool | None:
        """Whether the value of today finds the luck that the record states; None where the ball
        model is another. It is no part of the play, and a better value may find another.
        """
        if not self.same_coefficients:
            return None
        replayed, stated = self.result, self.ending.data
        return (
            abs(replayed.luck - stated.luck) < _LUCK_WITHIN
            and abs(replayed.setup_luck - stated.setup_luck) < _LUCK_WITHIN
        )

    @property
    def differences(self) -> tuple[str, ...]:
        """What of the record its replay does not bear out."""
        return tuple(what for what, holds in self._held() if not holds)

    def _held(self) -> Iterator[tuple[str, bool]]:
        replayed, stated = self.result, self.ending.data
        yield "header", self.true_header
        yield "record_digest", self.is_sound
        yield "play", replayed.record_digest == self.recorded_digest
        yield "innings", replayed.innings == stated.innings
        yield "deliveries", replayed.deliveries == stated.deliveries
        yield "counts", stated.end_reason.is_void or all(map(self._has_decided, Seat))
        yield "end_reason", self._ends_as_stated()
        yield "winner", self._winner() == stated.winner

    def _ends_as_stated(self) -> bool:
        """A void episode may also be cancelled, or fail, after the last ball."""
        stated = self.ending.data.end_reason
        if stated is EndReason.COMPLETED:
            return self.result.end_reason is EndReason.COMPLETED
        return stated not in _AT_A_QUESTION or self.left_off is not None

    def _has_decided(self, seat: Seat) -> bool:
        """Whether what is stated of his answers, and so his coverage, is what his decisions say."""
        stated = self.ending.data.counts.get(seat.value)
        by = {source: n for (whose, source), n in self.decided.items() if whose == seat}
        asked = sum(by.values()) - by.get("standing", 0)
        fallbacks = by.get("fallback", 0)
        timeouts = by.get("default", 0) + by.get("repeat", 0)
        own = asked - fallbacks - timeouts
        found = (asked, own, fallbacks)
        return stated is not None and (stated.decisions, stated.own, stated.fallbacks) == found

    def _winner(self) -> Seat | None:
        """Who has won by the play, if the episode ended for the reason that is stated."""
        match self.ending.data.end_reason:
            case EndReason.COMPLETED:
                return self.result.winner
            case EndReason.FORFEIT:
                return None if self.left_off is None else self.left_off.other
        return None


class _Book(Recorded):
    """Both captains as the record has them. `left_off` is whose question it does not answer."""

    left_off: Seat | None = None

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:
        self.left_off = request.seat
        decision = super().decide(request, draws)
        self.left_off = None
        return decision


_PLACES: Final = {outcome.key: place for place, outcome in enumerate(OUTCOMES)}


class _AsRecorded:
    """Lets every ball come out as it did. Implements `OutcomeModel`; raises `BrokenRecord` where
    the record does not go on, or knows an outcome that there is not.
    """

    digest = "as recorded"

    def __init__(self, path: Path, events: Iterable[Event]) -> None:
        self._path = path
        self._came = (event.data.outcome for event in events if isinstance(event, DeliveryEvent))

    def price(self, context: DeliveryContext) -> Distribution:  # noqa: ARG002
        key = next(self._came, "no ball more")
        if key not in _PLACES:
            raise BrokenRecord(str(self._path), f"{shown(key)}: not what a ball can be")
        weights = [0.0] * len(OUTCOMES)
        weights[_PLACES[key]] = 1.0
        return Distribution(weights)


def _models_for(path: Path, header: EpisodeStartedEvent, models: Models) -> Models:
    """Those that give the record's balls again."""
    if header.data.coefficients_digest == models.ball.digest:
        return models
    return Models(ball=_AsRecorded(path, read_record(path)), value_for=lambda _: None)


def _squad(written: Mapping[str, Any]) -> Squad:
    """As strict as JSON can be: no number in quotes. Raises `ValidationError` or `BadSquad`."""
    return SQUAD_ADAPTER.validate_json(orjson.dumps(written), strict=True)


def _is_true(header: EpisodeStartedEvent, spec: EpisodeSpec, home: Squad, away: Squad) -> bool:
    """Whether what it says of the match is what its own spec and squads say."""
    told = header.data
    return (
        (header.episode_id, header.attempt) == (spec.episode_id, spec.attempt)
        and (told.seed, told.max_overs) == (spec.seed, spec.overs)
        and told.format == format_of(spec.overs).name
        and told.home == side_of(spec.home, home)
        and told.away == side_of(spec.away, away)
    )


def _sources(events: Iterable[Event]) -> Iterator[tuple[str, Source]]:
    for event in events:
        if isinstance(event, DecisionEvent):
            yield event.data.seat, event.data.source


async def replay_record(
    path: Path, *, observers: tuple[Observer, ...] = (), models: Models | None = None
) -> Replay:
    """Plays the record at `path` again with its own squads and decisions. Raises `BrokenRecord`.

    A record that stopped short (forfeit, void) is replayed as far as it goes.
    """
    header, ending = header_of(path), ending_of(path)
    try:
        spec = EpisodeSpec.model_validate(header.data.spec)
        home, away = (_squad(squad) for squad in header.data.squads)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BrokenRecord(str(path), f"header: {where}: {first['msg']}") from None
    except BadSquad as error:
        raise BrokenRecord(str(path), f"header: {error}") from None
    recorded = _Book(RecordedSettings(record=str(path)))
    cast = Cast(squads=Squads(home=home, away=away), captains=dict.fromkeys(Seat, recorded))
    models = models or Models.shipped()
    drawing = _models_for(path, header, models)
    try:
        result = await play_episode(spec, observers=observers, models=drawing, cast=cast)
    except BadStart as error:
        raise BrokenRecord(str(path), f"header: spec.start: {error}") from None
    except (BadSquad, UnknownFormat) as error:
        raise BrokenRecord(str(path), f"header: {error}") from None
    return Replay(
        header=header,
        ending=ending,
        recorded_digest=play_digest(read_record(path)),
        result=result,
        same_coefficients=drawing is models,
        left_off=recorded.left_off,
        true_header=_is_true(header, spec, home, away),
        decided=Counter(_sources(read_record(path))),
    )
