"""From what somebody asks for on the page to the parameters of the episode flow, and what can be
asked for. Every field that is wrong is told with what is allowed.

Only what ships can be named: a path in a request would let whoever may start a match read files.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Literal

from engine.captains import preset_names, resolve
from engine.captains.base import NAME_RULE
from engine.cricket.errors import CricketError
from engine.cricket.formats import NAMED, format_named
from engine.errors import BadPreset, EngineError, UnknownPreset
from engine.packs import BUILT_IN, Pack, load_pack
from engine.setup import check_playable
from engine.wording import did_you_mean, shown
from flows.config import EpisodeConfig, PersonConfig
from flows.work import squad_names
from spectator.speech import Wish, look_around, voice_note
from spectator.starts import (
    BadRequest,
    CaptainAsked,
    Choice,
    FormatChoice,
    PackChoice,
    Problem,
    StartOptions,
    StartRequest,
)
from tournaments.running import Speech

MOST_DRAWN_SEED: Final = 1_000_000  # short enough to be read out; any other may be asked for
_SQUADS: Final = (
    Choice(name="drawn", about="two men's teams drawn by the seed"),
    Choice(name="drawn-women", about="two women's teams drawn by the seed, up to 20 overs"),
    Choice(name="built-in", about="saltmarsh at home, redstone away"),
)


def options(where: Literal["here", "worker"]) -> StartOptions:
    """What a request may say on this machine."""
    return StartOptions(
        captains=tuple(map(_captain_choice, preset_names())),
        formats=tuple(FormatChoice(name=f.name, overs=f.max_overs) for f in NAMED.values()),
        packs=tuple(map(_pack_choice, BUILT_IN)),
        squads=_SQUADS,
        voices=_voices(),
        where=where,
    )


def config_of(request: StartRequest, runs: str) -> EpisodeConfig:
    """The episode flow's parameters. Raises `BadRequest`."""
    problems: list[Problem] = []
    home = _captain("captain", request.captain, problems)
    away = _captain("opponent", request.opponent, problems)
    if isinstance(home, PersonConfig) and isinstance(away, PersonConfig) and home.name == away.name:
        why = f"{shown(home.name)} leads the other side already"
        problems.append(Problem(field="opponent.person", why=why, allowed="another name"))
    overs = _overs(request, problems)
    speech = _speech(request, problems)
    if problems:
        raise BadRequest(tuple(problems))
    return EpisodeConfig(
        home=home,
        away=away,
        overs=overs,
        seed=secrets.randbelow(MOST_DRAWN_SEED) if request.seed is None else request.seed,
        squads=request.squads,
        super_over=request.super_over,
        pack=request.pack,
        entry=request.entry,
        featured=request.featured,
        if_busy="wait" if request.queue else "refuse",
        balls_per_s=request.balls_per_s,
        speech=speech,
        runs=runs,
    )


# --- captains ------------------------------------------------------------------------------------


def _captain_choice(name: str) -> Choice:
    try:
        found = resolve(name)
    except BadPreset as error:  # of the environment, which does not say all that it needs
        return Choice(name=name, about="llm", why_not=error.why)
    return Choice(name=name, about=found.kind)


def _captain(field: str, asked: CaptainAsked, problems: list[Problem]) -> str | PersonConfig:
    if not isinstance(asked, str):
        if asked.person in preset_names():
            why = f"{shown(asked.person)} is a preset's name"
            allowed = f"another name: {NAME_RULE}"
            problems.append(Problem(field=f"{field}.person", why=why, allowed=allowed))
        return PersonConfig(name=asked.person, deadline_s=asked.deadline_s)
    known = preset_names()
    try:
        resolve(asked)
    except UnknownPreset:
        problems.append(_unknown(field, asked, known))
    except BadPreset as error:
        problems.append(Problem(field=field, why=error.why, allowed=", ".join(known)))
    return asked


def _unknown(field: str, name: str, known: Sequence[str]) -> Problem:
    why = f"unknown {field} {shown(name)}{did_you_mean(name, known)}"
    return Problem(field=field, why=why, allowed=", ".join(known))


# --- voices --------------------------------------------------------------------------------------

_ABOUT: Final = {
    Wish.CARTESIA: "Cartesia's, over the internet",
    Wish.PIPER: "made on this machine",
    Wish.ESPEAK: "made on this machine, plain",
    Wish.BROWSER: "your browser's own",
}


def _voices() -> tuple[Choice, ...]:
    found = [
        Choice(name=each.wish.value, about=_ABOUT[each.wish], why_not=each.why_not)
        for each in look_around(os.environ)
    ]
    best = Choice(name=Wish.AUTO.value, about=voice_note(Wish.AUTO, os.environ))
    return Choice(name=Wish.NONE.value, about="no speech"), best, *found


def _speech(request: StartRequest, problems: list[Problem]) -> Speech:
    """The voice that was asked for, if it can speak here."""
    voices = _voices()
    able = ", ".join(voice.name for voice in voices if voice.why_not is None)
    for wish in Wish:
        if wish.value == request.voice:
            (voice,) = [voice for voice in voices if voice.name == wish.value]
            if voice.why_not is not None:
                problems.append(Problem(field="voice", why=voice.why_not, allowed=able))
            elif wish is not Wish.NONE and not request.featured:
                why = "only a featured match is told aloud"
                problems.append(Problem(field="voice", why=why, allowed="none; or featured: true"))
            return wish.value
    problems.append(_unknown("voice", request.voice, [voice.name for voice in voices]))
    return "none"


# --- the match -----------------------------------------------------------------------------------


def _pack_choice(name: str) -> PackChoice:
    pack = load_pack(name)
    entries = tuple(Choice(name=entry.name, about=entry.description) for entry in pack.entries)
    return PackChoice(name=name, about=pack.description, overs=pack.overs, entries=entries)


def _overs(request: StartRequest, problems: list[Problem]) -> int | None:
    """The overs an innings that are asked for, held to pack and squads; None: the pack's own."""
    if request.format is not None and request.overs is not None:
        why = "format and overs are both given"
        problems.append(Problem(field="overs", why=why, allowed="one of them"))
        return None
    overs = format_named(request.format).max_overs if request.format else request.overs
    if request.pack not in BUILT_IN:
        problems.append(_unknown("pack", request.pack, BUILT_IN))
        return overs
    pack = load_pack(request.pack)
    with _telling("entry", ", ".join(entry.name for entry in pack.entries), problems):
        if request.entry is not None:
            pack.entry(request.entry)
    _check_length(request, pack, overs, problems)
    return overs


def _check_length(
    request: StartRequest, pack: Pack, overs: int | None, problems: list[Problem]
) -> None:
    field = "format" if request.format else "overs"
    if overs is not None and not pack.fits(overs):
        why = f"pack {pack.name} is of {pack.overs} overs an innings, not {overs}"
        problems.append(Problem(field=field, why=why, allowed=f"{pack.overs}, or left out"))
    length = overs or pack.overs
    if length is not None:
        with _telling("squads", "drawn, built-in; or up to 20 overs", problems):
            check_playable(squad_names(request.squads), length)


@contextmanager
def _telling(field: str, allowed: str, problems: list[Problem]) -> Iterator[None]:
    try:
        yield
    except (EngineError, CricketError) as error:
        problems.append(Problem(field=field, why=str(error), allowed=allowed))
