"""A single match as it was typed, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.captains import CaptainSpec, resolve
from engine.cricket.formats import format_named, format_of
from engine.packs import Pack, load_pack
from flows.cli.numbers import check_delay, check_era, check_pace, check_seed
from flows.cli.options import MatchOptions, ShowOptions
from flows.cli.terminal import BadInput

if TYPE_CHECKING:
    from flows.work import SquadsWord

DEFAULT_FORMAT: Final = "T20"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A match as it was typed, checked."""

    home: CaptainSpec
    away: CaptainSpec
    overs: int
    seed: int
    squads: SquadsWord | tuple[str, str]
    super_over: bool
    era: int
    pack: str = "standard"
    entry: str | None = None

    @classmethod
    def of(
        cls,
        home: str,
        away: str,
        match: MatchOptions,
        *,
        pack: str = "standard",
        entry: str | None = None,
        captains: Sequence[Path] = (),
    ) -> Wanted:
        """Raises `BadInput`, or the engine's own errors about captains, formats, squads and
        packs.
        """
        check_seed(match.seed)
        check_era(match.era)
        from engine.setup import check_playable
        from flows.work import squad_names

        length, named = _overs(match, load_pack(pack), entry), _squads(match.squads)
        check_playable(squad_names(named), length)
        return cls(
            home=resolve(home, captains),
            away=resolve(away, captains),
            overs=length,
            seed=match.seed,
            squads=named,
            super_over=match.super_over,
            era=match.era,
            pack=pack,
            entry=entry,
        )

    def fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def _overs(match: MatchOptions, pack: Pack, entry: str | None) -> int:
    """The length that was asked for, held to the pack, or else the pack's own."""
    format_, overs = match.format_, match.overs
    if format_ is not None and overs is not None:
        raise BadInput("--format and --overs are both given; allowed: one of them")
    if entry is not None:
        pack.entry(entry)
    if overs is not None:
        wanted = format_of(overs).max_overs
    elif format_ is not None:
        wanted = format_named(format_).max_overs
    else:
        return pack.overs or format_named(DEFAULT_FORMAT).max_overs
    if not pack.fits(wanted):
        raise BadInput(
            f"pack {pack.name} is of {pack.overs} overs an innings, not {wanted}; "
            "allowed: leave --format and --overs out"
        )
    return wanted


def _squads(text: str) -> SquadsWord | tuple[str, str]:
    from engine.squads import BUILT_IN, load_squad
    from flows.work import is_squads_word

    if is_squads_word(text):
        return text
    names = [name.strip() for name in text.split(",")]
    if len(names) != 2:
        known = ", ".join(BUILT_IN)
        raise BadInput(
            f"--squads {text}: allowed: drawn, drawn-women, built-in, or HOME,AWAY of {known}, "
            "or the paths of .yaml files"
        )
    for name in names:
        if is_squads_word(name):
            raise BadInput(f"--squads {text}: {name} stands for both sides; allowed: {name}")
        load_squad(name)
    return names[0], names[1]


def check_show(show: ShowOptions) -> None:
    """Raises `BadInput`."""
    if show.speech != "none" and not show.featured:
        raise BadInput("--speech: only with --featured, whose commentary is told")
    if show.balls_per_s is not None and not show.featured:
        raise BadInput("--balls-per-s: only with --featured, whose match is shown")
    check_delay(show.reasoning)
    check_pace(show.balls_per_s)
