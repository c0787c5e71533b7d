"""Replay a sealed record through the engine: the same decisions must give the same play."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from engine.captains.recorded import Recorded, RecordedSettings
from engine.cricket.choices import Seat
from engine.cricket.state import Squads
from engine.episode import (
    SQUAD_ADAPTER,
    Cast,
    EpisodeResult,
    EpisodeSpec,
    play_episode,
)
from engine.errors import BrokenRecord
from engine.events import EpisodeEndedEvent, EpisodeStartedEvent
from engine.fanout import Observer
from engine.models import Models
from engine.record import ending_of, header_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A record and what replaying it gave. `identical`: the replay's `record_digest` is the
    record's.

    `same_coefficients`: the ball model is the record's own; with another one the same decisions
    give other balls.
    """

    header: EpisodeStartedEvent
    ending: EpisodeEndedEvent
    result: EpisodeResult
    same_coefficients: bool

    @property
    def identical(self) -> bool:
        return self.result.record_digest == self.ending.data.record_digest


async def replay_record(
    path: Path, *, observers: tuple[Observer, ...] = (), models: Models | None = None
) -> Replay:
    """Plays the record at `path` again with its own squads and decisions. Raises `BrokenRecord`.

    A record that stopped short (forfeit, void) is replayed as far as it goes.
    """
    header, ending = header_of(path), ending_of(path)
    try:
        spec = EpisodeSpec.model_validate(header.data.spec)
        home, away = (SQUAD_ADAPTER.validate_python(squad) for squad in header.data.squads)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BrokenRecord(str(path), f"header: {where}: {first['msg']}") from None
    recorded = Recorded(RecordedSettings(record=str(path)))
    cast = Cast(squads=Squads(home=home, away=away), captains=dict.fromkeys(Seat, recorded))
    models = models or Models.shipped()
    return Replay(
        header=header,
        ending=ending,
        result=await play_episode(spec, observers=observers, models=models, cast=cast),
        same_coefficients=header.data.coefficients_digest == models.ball.digest,
    )
