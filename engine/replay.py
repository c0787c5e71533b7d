"""Replay a sealed record through the engine: the same decisions must give the same play.

With the record's own ball model every ball is drawn again. With another one the same decisions
would give other balls; then each ball comes out as the record has it, and it is the laws that are
held to the record: a record can be replayed by every later version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import ValidationError

from engine.captains.recorded import Recorded, RecordedSettings
from engine.casting import Cast
from engine.cricket.choices import Seat
from engine.cricket.distribution import Distribution
from engine.cricket.errors import BadSquad, BadStart, UnknownFormat
from engine.cricket.nodes import DeliveryContext
from engine.cricket.outcomes import OUTCOMES
from engine.cricket.players import Squad
from engine.cricket.state import Squads
from engine.episode import play_episode
from engine.errors import BrokenRecord
from engine.events import (
    DeliveryEvent,
    EpisodeEnded,
    EpisodeEndedEvent,
    EpisodeStartedEvent,
    Event,
)
from engine.fanout import Observer
from engine.header import SQUAD_ADAPTER
from engine.models import Models
from engine.record import ending_of, header_of, read_record
from engine.reporter import play_digest
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from engine.wording import shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A record and what replaying it gave.

    `recorded_digest` is that of the play in the file, whatever its last line claims.
    `same_coefficients`: the ball model is the record's own, and the balls were drawn again; else
    they are the record's.
    """

    header: EpisodeStartedEvent
    ending: EpisodeEndedEvent
    recorded_digest: str
    result: EpisodeResult
    same_coefficients: bool

    @property
    def is_sound(self) -> bool:
        """Whether the record's last line is true of the play before it."""
        return self.recorded_digest == self.ending.data.record_digest

    @property
    def identical(self) -> bool:
        """Whether the record is sound, and the replay is the same play with the same score."""
        replayed, stated = self.result, self.ending.data
        return (
            self.is_sound
            and replayed.record_digest == self.recorded_digest
            and replayed.innings == stated.innings
            and (replayed.end_reason is not stated.end_reason or _same_winner(replayed, stated))
        )


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


def _same_winner(replayed: EpisodeResult, stated: EpisodeEnded) -> bool:
    return replayed.winner == (Seat(stated.winner) if stated.winner else None)


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
    recorded = Recorded(RecordedSettings(record=str(path)))
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
    )
