"""Replay a sealed record through the engine: the same decisions must give the same play."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from engine.captains.recorded import Recorded, RecordedSettings
from engine.cricket.choices import Seat
from engine.cricket.errors import BadSquad, BadStart, UnknownFormat
from engine.cricket.players import Squad
from engine.cricket.state import Squads
from engine.episode import SQUAD_ADAPTER, Cast, play_episode
from engine.errors import BrokenRecord
from engine.events import EpisodeEnded, EpisodeEndedEvent, EpisodeStartedEvent
from engine.fanout import Observer
from engine.models import Models
from engine.record import ending_of, header_of, read_record
from engine.reporter import play_digest
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A record and what replaying it gave.

    `recorded_digest` is that of the play in the file, whatever its last line claims.
    `same_coefficients`: the ball model is the record's own; with another one the same decisions
    give other balls.
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
    try:
        result = await play_episode(spec, observers=observers, models=models, cast=cast)
    except BadStart as error:
        raise BrokenRecord(str(path), f"header: spec.start: {error}") from None
    except (BadSquad, UnknownFormat) as error:
        raise BrokenRecord(str(path), f"header: {error}") from None
    return Replay(
        header=header,
        ending=ending,
        recorded_digest=play_digest(read_record(path)),
        result=result,
        same_coefficients=header.data.coefficients_digest == models.ball.digest,
    )
