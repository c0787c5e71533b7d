"""The recorded captain: answers with the decisions of a record, or of a list, and with nothing
else.

A decision is found by its number among the match's questions. Where record and match part company
(another seat, another kind of question, a choice that is not legal, a question that was never
answered), it says so: a replay that quietly invents a decision is no replay.
"""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, Literal, NoReturn, Self

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator
from pydantic import Field as Setting

from engine.cricket import legality
from engine.cricket.choices import (
    BatterDecision,
    BowlerDecision,
    Decision,
    DecisionKind,
    DeliveryDecision,
    Seat,
    ShotDecision,
    TossDecision,
)
from engine.cricket.errors import IllegalDecision
from engine.cricket.nodes import DecisionRequest
from engine.cricket.players import Squad
from engine.errors import BrokenRecord
from engine.events import DecisionEvent
from engine.record import read_record
from engine.seeds import CaptainDraws
from engine.wording import dotted, printable, sentence, shortened, shown

_LIST: Final = "the list of decisions"


class RecordedDecision(BaseModel):
    """One decision as a record's `decision` event has it; players by name, choices by value."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    number: int = Setting(ge=0)
    seat: Seat
    kind: DecisionKind
    choice: dict[str, str | float | None]


class RecordedSettings(BaseModel):
    """Either `record`, the path of a record, or `decisions`. `seat`: whose decisions of the
    record to play.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    record: str | None = None
    decisions: tuple[RecordedDecision, ...] | None = None
    seat: Literal["home", "away"] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.record is None) == (self.decisions is None):
            raise ValueError("give either 'record' (a path) or 'decisions' (a list)")
        return self


class Recorded:
    """Answers by the book. `seat` in the settings lets him sit on the other side than the one
    recorded.
    """

    def __init__(self, settings: RecordedSettings) -> None:
        self.settings = settings
        self._source = settings.record or _LIST
        recorded = (
            settings.decisions
            if settings.decisions is not None
            else decisions_of_record(Path(self._source))
        )
        self._by_number: Mapping[int, RecordedDecision] = {
            made.number: made
            for made in recorded
            if settings.seat is None or made.seat.value == settings.seat
        }

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:  # noqa: ARG002
        made = self._by_number.get(request.number)
        if made is None:
            self._refuse(request, "it has no decision of that number")
        if made.kind is not request.kind:
            self._refuse(request, f"it decided about the {made.kind} there")
        if self.settings.seat is None and made.seat is not request.seat:
            self._refuse(request, f"the {made.seat} captain was asked there")
        squad = request.view.squads.of(request.seat)
        try:
            decision = decision_of(made.kind, made.choice, squad)
            legality.check(request, decision)
        except (ValueError, IllegalDecision) as error:
            self._refuse(request, str(error))
        return decision

    def _refuse(self, request: DecisionRequest, why: str) -> NoReturn:
        question = f"question {request.number} ({request.kind} of the {request.seat} captain)"
        raise BrokenRecord(self._source, f"does not fit {question}: {why}")


def decisions_of_record(path: Path) -> Iterable[RecordedDecision]:
    """The decisions of a record, in order. Raises `BrokenRecord`."""
    _check_is_file(path)
    for event in read_record(path):
        if isinstance(event, DecisionEvent):
            try:
                yield RecordedDecision.model_validate(event.data.model_dump())
            except ValidationError as error:
                (first, *_) = error.errors()
                why = sentence(first, dotted(first["loc"]))
                raise BrokenRecord(f"{path}:{event.seq}", why) from None


def _check_is_file(path: Path) -> None:
    """A pipe would be waited for, and a device has no end."""
    try:
        is_file = stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a path"
        raise BrokenRecord(printable(str(path)), str(why)) from None
    if not is_file:
        raise BrokenRecord(printable(str(path)), "not a file")


def recording_digest(settings: RecordedSettings) -> str | None:
    """What the decisions of a record come to, the same for every record of the same play; None for
    decisions that stand in the settings themselves. Raises `BrokenRecord`.
    """
    if settings.record is None:
        return None
    made = [one.model_dump(mode="json") for one in decisions_of_record(Path(settings.record))]
    return hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()


_OF_KIND: Final = {
    DecisionKind.TOSS: TossDecision,
    DecisionKind.DELIVERY: DeliveryDecision,
    DecisionKind.SHOT: ShotDecision,
}
_READERS: Final[Mapping[DecisionKind, TypeAdapter[Any]]] = {
    kind: TypeAdapter(of_kind) for kind, of_kind in _OF_KIND.items()
}


def decision_of(kind: DecisionKind, choice: Mapping[str, Any], squad: Squad) -> Decision:
    """The decision that a record's `choice` stands for. Raises `ValueError`, which says what is
    wrong.
    """
    if kind in (DecisionKind.BATTER, DecisionKind.BOWLER):
        name = choice.get("player")
        player = squad.index_of(name) if isinstance(name, str) else None
        if player is None:
            raise ValueError(f"{shown(name)} does not play for {squad.name}")
        of_kind = BatterDecision if kind is DecisionKind.BATTER else BowlerDecision
        return of_kind(player=player)
    if strange := sorted(choice.keys() - {field.name for field in fields(_OF_KIND[kind])}):
        raise ValueError(f"{printable(shortened(strange[0]))}: no part of a {kind} decision")
    try:
        decision: Decision = _READERS[kind].validate_python(dict(choice))
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(sentence(first, dotted(first["loc"]))) from None
    return decision
