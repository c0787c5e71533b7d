"""The options of `CricketEnvironment.reset`, and what can be wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.captains import CaptainSpec, resolve
from engine.cricket.choices import Seat
from engine.cricket.errors import BadSquad, UnknownFormat
from engine.cricket.formats import MAX_OVERS, NAMED, Format, format_named, format_of
from engine.cricket.setup import MAX_SUPER_OVERS
from engine.eras import CURRENT_ERA, FIRST_ERA, LAST_ERA
from engine.errors import (
    BadOptions,
    BadPreset,
    BadYaml,
    UnknownEntry,
    UnknownPack,
    UnknownPreset,
)
from engine.packs import Entry, Pack, load_pack
from engine.seeds import MAX_SEED
from engine.setup import DRAWN, check_playable
from engine.wording import dotted, sentence, shown

DEFAULT_OVERS: Final = 5
EPISODE_ID: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}"  # it names files and streams


class EnvironmentOptions(BaseModel):
    """`format` or `max_overs`, not both; without either the pack's own, or five overs a side.

    `opponent` is a preset's name or a captain's settings. `squads` are the home and the away
    side's; `era` is the season whose scoring is played. `pack` is a name or a `.yaml` file; without
    an `entry` the seed picks one. `random_start` begins at a ball that two baselines reached from
    there, drawn by the seed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: str | None = None
    max_overs: int | None = Field(default=None, ge=1, le=MAX_OVERS, strict=True)
    opponent: str | dict[str, Any] = "heuristic"
    seat: Seat = Seat.HOME
    pack: str = "standard"
    entry: str | None = None
    random_start: bool = Field(default=False, strict=True)
    squads: tuple[str, str] = (DRAWN, DRAWN)
    era: int = Field(default=CURRENT_ERA, ge=FIRST_ERA, le=LAST_ERA, strict=True)
    max_rethinks: int = Field(default=2, ge=0, le=10, strict=True)
    max_super_overs: int = Field(default=3, ge=0, le=MAX_SUPER_OVERS, strict=True)

    def played_format(self) -> Format:
        """Raises `BadOptions`."""
        if self.format is not None and self.max_overs is not None:
            raise BadOptions("give either 'format' or 'max_overs', not both")
        try:
            if self.format is not None:
                wanted = format_named(self.format)
            else:
                own = self.played_pack().overs or DEFAULT_OVERS
                wanted = format_of(own if self.max_overs is None else self.max_overs)
        except UnknownFormat as error:
            allowed = f"format: {', '.join(NAMED)}; max_overs: 1 to {MAX_OVERS}"
            raise BadOptions(f"unknown format {shown(error.given)}; allowed: {allowed}") from None
        if not self.played_pack().fits(wanted.max_overs):
            overs = self.played_pack().overs
            raise BadOptions(
                f"pack {shown(self.pack)} is of {overs} overs, not {wanted.max_overs}; "
                f"allowed: max_overs: {overs}, or neither format nor max_overs"
            )
        return wanted

    def played_pack(self) -> Pack:
        """Raises `BadOptions`."""
        try:
            return load_pack(self.pack)
        except UnknownPack as error:
            raise BadOptions(str(error)) from None
        except BadYaml as error:
            raise BadOptions(error.in_one_line) from None

    def played_entry(self, seed: int) -> Entry:
        """Raises `BadOptions`."""
        try:
            return self.played_pack().chosen(self.entry, seed)
        except UnknownEntry as error:
            raise BadOptions(str(error)) from None

    def opponent_spec(self) -> CaptainSpec:
        """The opponent; he never forfeits here, the baseline decides for him. Raises
        `BadOptions`.
        """
        try:
            spec = resolve(self.opponent)
        except (UnknownPreset, BadPreset) as error:
            raise BadOptions(f"opponent: {error}") from None
        return spec.model_copy(update={"on_failure": "fallback"})


def read_options(given: object) -> EnvironmentOptions:
    """The options, all of them checked. Raises `BadOptions`, which says what is allowed."""
    given = {} if given is None else given
    if not isinstance(given, Mapping):
        known = ", ".join(EnvironmentOptions.model_fields)
        raise BadOptions(f"options {shown(given)}; allowed: a mapping of {known}")
    try:
        options = EnvironmentOptions.model_validate(dict(given))
    except ValidationError as error:
        raise BadOptions(_explain(error)) from None
    except RecursionError:
        raise BadOptions("options that are nested too deep") from None
    options.played_format()
    options.played_entry(seed=0)
    options.opponent_spec()
    try:
        check_playable(options.squads, options.played_format().max_overs)
    except (BadSquad, UnknownFormat) as error:
        raise BadOptions(str(error)) from None
    except BadYaml as error:
        raise BadOptions(error.in_one_line) from None
    return options


def check_identity(seed: int, episode_id: str) -> None:
    """Raises `BadOptions` where one of them cannot be used."""
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= MAX_SEED:
        raise BadOptions(f"seed {shown(seed)}: allowed: a whole number from 0 to {MAX_SEED}")
    if not isinstance(episode_id, str) or re.fullmatch(EPISODE_ID, episode_id) is None:
        raise BadOptions(
            f"episode_id {shown(episode_id)}: allowed: up to 120 letters, digits, '.', '_', "
            "'-', beginning with a letter or digit"
        )


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    key = dotted(first["loc"])
    if first["type"] == "extra_forbidden":
        return f"unknown option '{key}'; allowed: {', '.join(EnvironmentOptions.model_fields)}"
    return sentence(first, key or "options")
