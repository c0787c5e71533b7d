"""What a tournament file may name: captains, kinds of captain, squads and packs, as the engine has
them, with digests of what only has a name in the file.

The room is handed this instead of importing it, so that tests and users' own preset files can
bring their own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

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
    women: Container[str] = frozenset()
    limits: Callable[[CaptainSpec], frozenset[str]] = lambda _: frozenset()


def known_to_the_engine(preset_files: Iterable[Path] = ()) -> Known:
    """What ships with the engine, and the presets of users' own files; a later file overrides."""
    # Loading the engine takes a moment, and whoever brings names of their own does not need it.
    from engine import captains, packs, squads

    files = tuple(preset_files)
    own = [name for path in files for name in captains.read_presets(path)]
    return Known(
        captains=captains.preset_names(own),
        kinds=frozenset(captains.kind_names()),
        squads=_Each(squads.BUILT_IN, lambda name: squads.squad_digest(squads.load_squad(name))),
        pack=packs.load_pack,
        resolve=partial(captains.resolve, extra_files=files),
        content=_played_by,
        limits=captains.limits_of,
        women=_Women(squads.BUILT_IN),
    )


def _played_by(captain: CaptainSpec) -> str | None:
    from engine import captains

    if captains.is_scripted(captain):
        return captains.content_digest(captain)
    from engine import tool_captains  # with all that a language model is told, which takes longer

    return tool_captains.played_by(captain)


_V = TypeVar("_V")


class _Each(Mapping[str, _V]):
    """Of each name what is made of it, when somebody asks: most files name none of the squads."""

    def __init__(self, names: Collection[str], made: Callable[[str], _V]) -> None:
        self._names, self._made = names, made

    def __getitem__(self, name: str) -> _V:
        if name not in self._names:
            raise KeyError(name)
        return self._made(name)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class _Women(Container[str]):
    """Those of the built-in teams that women play."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names

    def __contains__(self, name: object) -> bool:
        from engine.squads import load_squad

        return name in self._names and load_squad(str(name)).game is Game.WOMEN
