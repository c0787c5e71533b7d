"""What is played in every fixture of a tournament: the file's `match`."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from engine.cricket.formats import MAX_OVERS_WOMEN, NAMED
from engine.eras import CURRENT_ERA, FIRST_ERA, LAST_ERA
from engine.errors import BadYaml, UnknownPack
from engine.packs import Pack, load_pack
from engine.setup import DRAWN_WOMEN
from tournaments.fields import Strict, broken_rule
from tournaments.known import Known
from tournaments.text import shown

MOST_PAIRS: Final = 1_000_000


def _is_known_squad(name: str, info: ValidationInfo) -> str:
    if isinstance(info.context, Known) and name not in info.context.squads:
        known = ", ".join(sorted(info.context.squads))
        raise broken_rule(f"unknown squad {shown(name)}; known squads: {known}")
    return name


SquadName = Annotated[str, Field(max_length=200), AfterValidator(_is_known_squad)]


def _squads_form(value: object) -> str:
    return "names" if isinstance(value, list | tuple) else "word"


def pack_named(name: str, known: object) -> Pack:
    """The pack of that name, or in that file; raises the engine's `UnknownPack` or `BadYaml`."""
    return known.pack(name) if isinstance(known, Known) else load_pack(name)


def _is_known_pack(name: str, info: ValidationInfo) -> str:
    try:
        pack_named(name, info.context)
    except UnknownPack as error:
        known = ", ".join(error.known)
        raise broken_rule(
            f"unknown pack {shown(name)}; allowed: {known}, or the path of a .yaml file"
        ) from None
    except BadYaml as error:
        raise broken_rule(error.in_one_line) from None
    return name


class MatchSpec(Strict):
    """What is played in every fixture."""

    pack: Annotated[str, Field(max_length=200), AfterValidator(_is_known_pack)] = Field(
        default="standard",
        title="Eval pack",
        description="The name of a pack, such as chase, or the path of a pack's .yaml file: each "
        "pair plays its next entry. standard: every match from the toss.",
        examples=["standard"],
    )
    overs: int | None = Field(
        default=None,
        ge=1,
        le=50,
        title="Overs",
        description="1 to 50 overs an innings; instead of `format`.",
        examples=[5],
    )
    format: Literal["T5", "T10", "T20", "ODI"] | None = Field(
        default=None,
        validate_default=True,
        title="Format",
        description="T5, T10, T20 or ODI; instead of `overs`.",
        examples=["T20"],
    )
    squads: Annotated[
        Annotated[Literal["drawn", "drawn-women"], Tag("word")]
        | Annotated[tuple[SquadName, SquadName], Field(strict=False), Tag("names")],
        Discriminator(_squads_form),
    ] = Field(
        default=("saltmarsh", "redstone"),
        title="Squads",
        description="The names of two squads, [home, away], or drawn (drawn-women): new ones for "
        "every pair.",
        examples=["drawn"],
    )
    era: int = Field(
        default=CURRENT_ERA,
        ge=FIRST_ERA,
        le=LAST_ERA,
        title="Season",
        description=f"The season whose scoring is played: {FIRST_ERA} to {LAST_ERA}.",
        examples=[2021],
    )
    pairs: int = Field(
        default=10,
        ge=1,
        le=MOST_PAIRS,
        title="Pairs a fixture",
        description=f"1 to {MOST_PAIRS:,} pairs: each is one seed, played twice with the seats "
        "swapped.",
        examples=[10],
    )
    shared_seeds: bool = Field(
        default=True,
        title="Same seeds for everybody",
        description="true: pair 1 has the same seed in every pairing; false: every pairing has "
        "its own seeds.",
        examples=[True],
    )
    super_over: bool = Field(
        default=False,
        title="Super over",
        description="true: a level match is decided by super overs; false: it is a tie.",
        examples=[False],
    )

    @field_validator("format")
    @classmethod
    def _one_length(cls, name: str | None, info: ValidationInfo) -> str | None:
        if "overs" not in info.data:  # it is wrong itself, and says so
            return name
        overs = info.data["overs"]
        if name is not None and overs is not None:
            raise broken_rule("`overs` and `format` are both given; allowed: one of them")
        if "pack" in info.data:
            _fits_the_pack(overs if name is None else NAMED[name].max_overs, info)
        return name

    @field_validator("squads")
    @classmethod
    def _one_game(cls, squads: str | tuple[str, str], info: ValidationInfo) -> object:
        if isinstance(squads, tuple) and _women(squads[0], info) != _women(squads[1], info):
            raise broken_rule("women cannot play men; allowed: two squads of one game")
        return squads

    @model_validator(mode="after")
    def _is_played(self, info: ValidationInfo) -> Self:
        if _women(self.squad_names[0], info) and self.max_overs > MAX_OVERS_WOMEN:
            raise broken_rule(f"women play 1 to {MAX_OVERS_WOMEN} overs")
        return self

    @property
    def squad_names(self) -> tuple[str, str]:
        """The home and the away squad as the engine is asked for them."""
        return (self.squads, self.squads) if isinstance(self.squads, str) else self.squads

    @property
    def max_overs(self) -> int:
        """The length of an innings, however the file says it: 5 overs and T5 are the same match."""
        if self.format is not None:
            return NAMED[self.format].max_overs
        # Without either the pack has a length of its own; "T20" only satisfies the type checker.
        return self.overs or load_pack(self.pack).overs or NAMED["T20"].max_overs


def _women(squad: str, info: ValidationInfo) -> bool:
    known = info.context.women if isinstance(info.context, Known) else ()
    return squad == DRAWN_WOMEN or squad in known


def _fits_the_pack(overs: int | None, info: ValidationInfo) -> None:
    pack = pack_named(info.data["pack"], info.context)
    if overs is None and pack.overs is None:
        raise broken_rule("no length given; allowed: `overs`, 1 to 50, or `format`")
    if overs is not None and not pack.fits(overs):
        raise broken_rule(
            f"{overs} overs do not fit pack {shown(pack.name)}; allowed: {pack.overs}, or no length"
        )
