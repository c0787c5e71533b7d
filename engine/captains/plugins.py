"""Kinds of captains that other distributions bring, by the entry points of `captains.policies`.

An entry point's name is the kind, its object an `engine.captains.Kind`. They are found by their
metadata alone, and each is loaded when a captain of its kind is wanted, so that one that is broken
is nobody else's trouble. Whatever goes wrong in one is told with the distribution that it is of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from engine.captains.base import Policy
from engine.captains.kinds import KINDS, Kind
from engine.errors import BadPreset, EngineError
from engine.wording import printable, shortened, shown

GROUP: Final = "captains.policies"
_LONGEST_CAUSE: Final = 200
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A kind that a distribution says it brings."""

    entry: EntryPoint
    distribution: str
    version: str
    summary: str

    @property
    def kind(self) -> str:
        return self.entry.name

    @property
    def source(self) -> str:
        return f"{self.distribution} {self.version}"

    def __str__(self) -> str:
        return f"{self.source} (entry point {printable(f'{self.kind} = {self.entry.value}')})"


@cache
def plugins() -> Mapping[str, tuple[Plugin, ...]]:
    """Every kind that is installed, by its name, with all who bring it. Nothing is loaded."""
    found: dict[str, tuple[Plugin, ...]] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        found[entry.name] = (*found.get(entry.name, ()), _plugin(entry))
    return MappingProxyType(found)


def clash_of(kind: str) -> str | None:
    """Who else than one brings a kind of this name; None where it is clear."""
    brought = plugins().get(kind, ())
    everybody = (*(("captains itself",) if kind in KINDS else ()), *map(str, brought))
    if len(everybody) < 2:
        return None
    return (
        f"kind {shown(kind)} is brought by {' and by '.join(everybody)}; allowed: one of them, so "
        "uninstall the others or have them call it something else"
    )


def plugin_named(kind: str) -> Plugin | None:
    """Who brings a kind that does not ship. Raises `BadPreset` where several do."""
    brought = plugins().get(kind, ())
    if len(brought) > 1:
        raise BadPreset(kind, str(clash_of(kind)))
    return brought[0] if brought else None


@cache
def load(plugin: Plugin) -> Kind:
    """The kind itself. Raises `BadPreset`, which names the distribution, the entry point and the
    cause.
    """
    found = _guarded(plugin, "cannot be loaded", plugin.entry.load)
    if not isinstance(found, Kind):
        raise _broken(plugin, f"is a {type(found).__name__}; allowed: an engine.captains.Kind")
    make, settings = found.make, found.settings
    if not (isinstance(settings, type) and issubclass(settings, BaseModel)):
        raise _broken(plugin, "has settings that are no pydantic model")
    if make is None:
        raise _broken(plugin, "makes nothing; allowed: `make`, which makes a policy of settings")

    def made(given: Any) -> Policy:
        captain = _guarded(plugin, "cannot make its captain", lambda: make(given))
        if not isinstance(captain, Policy):
            raise _broken(plugin, f"makes a {type(captain).__name__}, which has no `decide`")
        return captain

    def digest(given: Any) -> str:
        reads = _guarded(plugin, "cannot read what it plays by", lambda: found.reads(given))
        text = json.dumps([plugin.distribution, plugin.version, reads])
        return hashlib.sha256(text.encode()).hexdigest()

    return replace(found, make=made, reads=digest)


def crashed(plugin: Plugin, what: str, error: BaseException) -> BadPreset:
    """What to say of an exception that came out of a plugin."""
    cause = shortened(printable(f"{type(error).__name__}: {error}"), _LONGEST_CAUSE)
    return _broken(plugin, f"{what} ({cause})")


def _guarded(plugin: Plugin, what: str, work: Callable[[], _T]) -> _T:
    try:
        return work()
    except EngineError:
        raise
    except (Exception, SystemExit) as error:  # a SystemExit would end the command
        raise crashed(plugin, what, error) from error


def _broken(plugin: Plugin, why: str) -> BadPreset:
    return BadPreset(plugin.kind, f"kind {shown(plugin.kind)} of {plugin} {why}")


def _plugin(entry: EntryPoint) -> Plugin:
    dist = entry.dist
    name, version, summary = "an unnamed distribution", "0", ""
    if dist is not None:
        about = dist.metadata
        name, version = about["Name"] or name, about["Version"] or version
        summary = about["Summary"] or ""
    return Plugin(
        entry=entry,
        distribution=printable(name),
        version=printable(version),
        summary=shortened(printable(summary), 100),
    )
