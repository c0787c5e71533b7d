"""What a tournament file may name: captains, kinds of captain, squads and packs, as the engine has
them, with digests of what only has a name in the file.

The room is handed this instead of importing it, so that tests and users' own preset files can
bring their own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from engine.captains.base import CaptainSpec
from engine.cricket.players import Game
from engine.packs import Pack


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Every name that exists.

    `captains` are the names of presets; `kinds` are what a mapping in the file may be of; `squads`
    the built-in teams, each with the digest of what it holds, and `women` those of them that women
    play. `pack` is the eval pack of a name or in a file; it raises the engine's `UnknownPack` or
    `BadYaml`. `resolve` makes a captain, every setting written out, of a preset's name or of a
    mapping; it raises the engine's `UnknownPreset` or `BadPreset`. `content` is the digest of what
    a captain plays by beside his settings (a file, an installed kind, all that a language model is
    told), None where there is nothing; it raises the engine's `BrokenRecord` or `BadPreset`.
    `limits` are those settings of a captain that say how he is reached and what he may take, not
    how he plays; it raises `BadPreset`.
    """

    captains: Collection[str]
    kinds: frozenset[str]
    squads: Mapping[str, str]
    pack: Callable[[str], Pack]
    resolve: Callable[[str | Mapping[str, Any]], CaptainSpec]
    content: Callable[[CaptainSpec], str | None]
    women: frozenset[str] = frozenset()
    limits: Callable[[CaptainSpec], frozenset[str]] = lambda _: frozenset()


def known_to_the_engine(preset_files: Iterable[Path] = ()) -> Known:
    """What ships with the engine, and the presets of users' own files; a later file overrides."""
    # Loading the engine takes a moment, and whoever brings names of their own does not need it.
    from engine import captains, packs, squads, tool_captains

    files = tuple(preset_files)
    own = [name for path in files for name in captains.read_presets(path)]
    return Known(
        captains=captains.preset_names(own),
        kinds=frozenset(captains.kind_names()),
        squads={name: squads.squad_digest(squads.load_squad(name)) for name in squads.BUILT_IN},
        pack=packs.load_pack,
        resolve=partial(captains.resolve, extra_files=files),
        content=tool_captains.played_by,
        limits=captains.limits_of,
        women=frozenset(n for n in squads.BUILT_IN if squads.load_squad(n).game is Game.WOMEN),
    )
