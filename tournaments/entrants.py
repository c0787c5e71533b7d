"""A captain as the tournament file names it: a preset, or a mapping with settings of its own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    JsonValue,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from engine.captains.base import NAME_PATTERN, NAME_RULE, CaptainSpec
from engine.errors import BadPreset, BrokenRecord
from engine.wording import did_you_mean, printable
from tournaments.fields import broken_rule, broken_rules
from tournaments.fitting import format_faults
from tournaments.known import Known
from tournaments.text import shown

_NAME: Final = re.compile(NAME_PATTERN)

ONE_OF: Final[Mapping[str, str]] = {
    "round_robin": "a round robin",
    "knockout": "a knockout",
    "swiss": "a Swiss tournament",
    "league_playoffs": "a league",
    "groups": "a tournament in groups",
    "ladder": "a ladder",
}
"""What a tournament is called whose captains meet one another."""


def unknown_captain(name: object, known: Known) -> str | None:
    """The message for a preset name that does not exist, or None when it does."""
    if isinstance(name, str) and name in known.captains:
        return None
    hint = did_you_mean(name, known.captains)
    return (
        f"unknown captain {shown(name)}{hint}; known captains: {', '.join(sorted(known.captains))}"
    )


def writer_fault(entry: str | CaptainConfig, known: Known) -> str | None:
    """Why a captain cannot write the commentary; None where he can."""
    if isinstance(entry, str) and (message := unknown_captain(entry, known)):
        return f"{message}; or templates"
    try:
        kind = known.resolve(entry if isinstance(entry, str) else entry.as_mapping()).kind
    except BadPreset as error:
        return error.why
    if kind == "llm":
        return None
    name = entry if isinstance(entry, str) else entry.name
    return f"{shown(name)} is of kind {kind}; allowed: templates, or a captain of kind llm"


def _known_preset(name: str, info: ValidationInfo) -> str:
    if isinstance(info.context, Known) and (message := unknown_captain(name, info.context)):
        raise broken_rule(message)
    if not _NAME.fullmatch(name):
        raise broken_rule(f"the name is {shown(name)}; allowed: {NAME_RULE}")
    return name


def _readable(captain: CaptainSpec, known: Known) -> None:
    """Asks for what the captain plays by, so that a missing recording is told before the start."""
    try:
        known.content(captain)
    except BadPreset as error:
        raise broken_rule(f"captain {shown(captain.name)}: {error.why}") from error
    except BrokenRecord as error:
        why = printable(str(error))
        allowed = "a record that can be read"
        raise broken_rule(f"captain {shown(captain.name)}: {why}; allowed: {allowed}") from error


def _usable_preset(name: str, info: ValidationInfo) -> str:
    if isinstance(info.context, Known):
        _readable(_resolved(name, name, info.context), info.context)
    return name


def _resolved(entry: str | Mapping[str, JsonValue], name: str, known: Known) -> CaptainSpec:
    try:
        return known.resolve(entry)
    except BadPreset as error:
        raise broken_rules(_said(_called(name), error)) from error


def _called(name: object) -> str:
    return f"captain {shown(name)}"


def _said(who: str, error: BadPreset) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Each thing that is wrong with a captain, and where in his entry."""
    for one in (error, *error.others):
        yield f"{who}: {one.why}", one.at


PresetName = Annotated[
    str,
    Field(
        title="Preset",
        description="The name of a preset; `captains presets` lists them.",
        examples=["heuristic"],
    ),
    AfterValidator(_known_preset),
    AfterValidator(_usable_preset),
]


class CaptainConfig(BaseModel):
    """A captain with settings of its own. Further keys are the settings of its kind."""

    model_config = ConfigDict(
        extra="allow", frozen=True, strict=True, allow_inf_nan=False, defer_build=True
    )
    __pydantic_extra__: dict[str, JsonValue] = Field(init=False)

    name: str = Field(
        pattern=NAME_PATTERN,
        title="Name",
        description=f"{NAME_RULE}; tables show it.",
        examples=["bold"],
    )
    preset: str | None = Field(
        default=None,
        title="Preset",
        description="A preset to start from, instead of `kind`; `captains presets` lists them.",
        examples=["aggressive"],
    )
    kind: str | None = Field(
        default=None,
        validate_default=True,
        title="Kind",
        description="A kind of captain, instead of `preset`; `captains presets` lists them.",
        examples=["heuristic"],
    )
    on_failure: Literal["fallback", "forfeit"] | None = Field(
        default=None,
        title="On failure",
        description="fallback (a simple captain decides for it) or forfeit (it loses the match); "
        "left out, as the preset has it.",
        examples=["fallback"],
    )

    @field_validator("preset")
    @classmethod
    def _is_known_preset(cls, preset: str | None, info: ValidationInfo) -> str | None:
        return preset if preset is None else _known_preset(preset, info)

    @field_validator("kind")
    @classmethod
    def _is_known_kind(cls, kind: str | None, info: ValidationInfo) -> str | None:
        if "preset" in info.data and (kind is None) is (info.data["preset"] is None):
            raise broken_rule("`kind` or `preset`; allowed: exactly one of them")
        if kind and isinstance(info.context, Known) and kind not in info.context.kinds:
            known, hint = sorted(info.context.kinds), did_you_mean(kind, info.context.kinds)
            message = (
                f"unknown kind of captain {shown(kind)}{hint}; known kinds: {', '.join(known)}"
            )
            raise broken_rule(message)
        return kind

    @model_validator(mode="after")
    def _settings_fit(self, info: ValidationInfo) -> CaptainConfig:
        if isinstance(info.context, Known):
            captain = _resolved(self.as_mapping(), self.name, info.context)
            _readable(captain, info.context)
        return self

    def as_mapping(self) -> dict[str, JsonValue]:
        """The entry as the file has it: only what was said, settings beside `name`."""
        said = self.model_dump(mode="json", include=set(type(self).model_fields))
        settings = self.__pydantic_extra__ or {}
        return {key: value for key, value in said.items() if value is not None} | settings


def settings_faults(
    entry: Mapping[str, object], place: str, wrong: Collection[str], known: Known
) -> Iterator[EntrantFault]:
    """What is wrong with the settings of an entry of which the keys `wrong` are told already, as
    far as his kind is known. `place` is what he is called who has no name that can be.
    """
    if {"kind", "preset"} & set(wrong) or not {"kind", "preset"} & entry.keys():
        return
    rest = {key: value for key, value in entry.items() if key not in wrong}
    try:
        known.resolve({"name": "nameless", **rest})
    except BadPreset as error:
        who = place if "name" in wrong else _called(entry.get("name"))
        for message, at in _said(who, error):
            yield EntrantFault(at=at, message=message)


def _captain_form(value: object) -> str:
    return "by settings" if isinstance(value, dict | CaptainConfig) else "by name"


CaptainEntry = Annotated[
    Annotated[PresetName, Tag("by name")] | Annotated[CaptainConfig, Tag("by settings")],
    Discriminator(_captain_form),
]


def entry_name(entry: str | CaptainConfig) -> str:
    """What a captain of the file is called."""
    return entry if isinstance(entry, str) else entry.name


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrantFault:
    """What is wrong with who plays. `at` leads there from the top of the file."""

    at: tuple[str | int, ...]
    message: str


def entrant_faults(
    form: Mapping[str, object],
    pairs: object,
    captains: Sequence[object],
    opponents: Sequence[object],
) -> Iterator[EntrantFault]:
    """What is wrong with the field as a whole: too few, the same captain twice, the wrong list, a
    `form` that is not for so many.

    `captains` and `opponents` are names; an entry that is not a text has a fault of its own and
    is passed over here, so that a broken file can be asked about too.
    """
    yield from _repeated(captains, opponents)
    kind = form.get("kind")
    if kind == "gauntlet":
        if not opponents:
            message = "a gauntlet without `opponents`; allowed: at least one opponent"
            yield EntrantFault(at=("format", "kind"), message=message)
        return
    what = ONE_OF.get(kind) if isinstance(kind, str) else None
    if what is not None and len(captains) == 1:
        message = f"{what} of one; allowed: at least two different captains"
        yield EntrantFault(at=("captains",), message=message)
    if what is not None and opponents:
        message = "`opponents` is for {kind: gauntlet}; allowed here: nobody"
        yield EntrantFault(at=("opponents",), message=message)
    if len(captains) > 1:
        for fault in format_faults(form, pairs, len(captains)):
            yield EntrantFault(at=("format", fault.key), message=fault.message)


def _repeated(captains: Sequence[object], opponents: Sequence[object]) -> Iterator[EntrantFault]:
    """Names that differ only in their capitals are one: nobody can tell them apart in a table."""
    seen: set[str] = set()
    for key, names in (("captains", captains), ("opponents", opponents)):
        for index, name in enumerate(names):
            if not isinstance(name, str):
                continue
            if name.casefold() in seen:
                message = f"captain {shown(name)} stands here twice; allowed: different captains"
                yield EntrantFault(at=(key, index), message=message)
            seen.add(name.casefold())
