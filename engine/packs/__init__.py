"""Eval packs: named, versioned, immutable sets of starting situations, as YAML.

`engine/packs/*.yaml` ship; a user's own file goes through the same strict reader. What a pack means
is its `digest`: a test pins those of the shipped packs, so that nobody changes one without giving
it another version.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from engine.cricket.errors import BadStart
from engine.cricket.formats import MAX_OVERS, Format, format_of
from engine.cricket.players import MAX_NAME
from engine.cricket.setup import MatchSetup
from engine.cricket.state import Squads
from engine.errors import BadYaml, UnknownEntry, UnknownPack
from engine.packs.situation import (
    AtTheCrease,
    EntryStart,
    ExtrasSoFar,
    FirstInnings,
    Part,
    Situation,
    StartState,
    SuperOver,
)
from engine.squads import BUILT_IN as SQUADS
from engine.squads import load_squad
from engine.wording import all_telling, dotted, printable, sentence, shortened
from engine.yamlfile import Document, Where, bad_yaml, read_document

__all__ = ["BUILT_IN", "Entry", "Pack", "Situation", "StartState", "SuperOver", "load_pack"]

_FOLDER: Final = Path(__file__).parent
BUILT_IN: Final[tuple[str, ...]] = tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))
TOSS: Final = "toss"
MOST_ENTRIES: Final = 1000

_NAME: Final = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")


def _named(text: str) -> str:
    if not _NAME.fullmatch(text) or len(text) > MAX_NAME:
        raise ValueError(
            f"allowed: 1 to {MAX_NAME} small letters and digits, `-` or `_` between them"
        )
    return text


_Name = Annotated[str, Field(strict=True), AfterValidator(_named)]


def _line(text: str) -> str:
    """What is told in one line of a terminal, however the file breaks it."""
    line = " ".join(text.split())
    if not line.isprintable():
        raise ValueError("allowed: printable characters")
    return line


_Text = Annotated[str, Field(max_length=400), AfterValidator(_line)]


class Entry(Part):
    """One starting situation. `start`: `toss`, or where play begins."""

    name: _Name
    description: _Text = ""
    start: EntryStart

    @property
    def state(self) -> Situation | SuperOver | None:
        """None where the match begins with the toss."""
        return None if isinstance(self.start, str) else self.start


class Pack(Part):
    """One eval pack. `overs` is the format that its entries are of; None fits every format."""

    name: _Name
    version: Annotated[int, Field(ge=1, strict=True)]
    description: _Text = ""
    overs: Annotated[int, Field(ge=1, le=MAX_OVERS, strict=True)] | None = None
    entries: tuple[Entry, ...] = Field(min_length=1, max_length=MOST_ENTRIES)

    @field_validator("entries")
    @classmethod
    def _each_name_once(cls, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        names = [entry.name for entry in entries]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{name!r} is the name of two entries; allowed: each name once")
        return entries

    @property
    def digest(self) -> str:
        """Changes with anything that changes the situations (`pack_digest`)."""
        meaning = self.model_dump(mode="json", exclude={"description"})
        for entry in meaning["entries"]:
            del entry["description"]
        canonical = json.dumps(meaning, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def format(self) -> Format | None:
        return None if self.overs is None else format_of(self.overs)

    def entry(self, name: str) -> Entry:
        """Raises `UnknownEntry`."""
        for entry in self.entries:
            if entry.name == name:
                return entry
        raise UnknownEntry(shortened(name), self.name, tuple(e.name for e in self.entries))

    def numbered(self, number: int) -> Entry:
        """Entry `number`, counted from 0 and round again: what a pair or a seed plays."""
        return self.entries[number % len(self.entries)]

    def chosen(self, name: str | None, seed: int) -> Entry:
        """The entry of that name, or the one that the seed falls on. Raises `UnknownEntry`."""
        return self.numbered(seed) if name is None else self.entry(name)

    def of(self, entry: Entry) -> dict[str, Any]:
        """What an episode's spec says of one of the entries."""
        return {
            "pack": self.name,
            "entry": entry.name,
            "pack_digest": self.digest,
            "start": entry.state,
        }

    def fits(self, overs: int) -> bool:
        return self.overs is None or self.overs == overs

    def check_fits(self, overs: int) -> None:
        """Raises `BadStart` where its entries are of another length."""
        if not self.fits(overs):
            raise BadStart(f"pack {self.name} is of {self.overs} overs an innings, not {overs}")


@cache
def load_pack(name_or_path: str) -> Pack:
    """A built-in pack by its name, or the pack in a `.yaml` file, which is read once a process.
    Raises `UnknownPack`, or `BadYaml` with the line, the entry, the key and what is allowed.
    """
    if name_or_path in BUILT_IN:
        return _read(_FOLDER / f"{name_or_path}.yaml")
    path = Path(name_or_path)
    if path.suffix not in (".yaml", ".yml"):
        raise UnknownPack(shortened(printable(name_or_path)), BUILT_IN)
    return _read(path)


def _read(path: Path) -> Pack:
    return parse_pack(read_document(path), printable(str(path)))


def parse_pack(document: Document, source: str) -> Pack:
    """The pack that `document` describes, every entry of it tried out. Raises `BadYaml`."""
    if not isinstance(document.data, dict):
        raise BadYaml(source, "must be a mapping with name, version and entries", 1)
    try:
        pack = Pack.model_validate(document.data)
    except ValidationError as error:
        found = (_explained(one, document.data) for one in all_telling(error))
        raise bad_yaml(source, document.faults_at(found)) from None
    if faults := [*_faults(pack)]:
        raise bad_yaml(source, document.faults_at(faults))
    return pack


def _faults(pack: Pack) -> Iterator[tuple[Where, str]]:
    """Of the entries that no match can begin with, where and why."""
    for number, entry in enumerate(pack.entries):
        try:
            _try_out(pack, entry)
        except BadStart as error:
            yield ("entries", number, "start"), f"entry {entry.name!r}: {error}"


def _try_out(pack: Pack, entry: Entry) -> None:
    """Whether a match can begin there, of any length where the pack has none. Raises `BadStart`."""
    if isinstance(entry.state, Situation) and pack.format is None:
        raise BadStart("the pack needs `overs`; allowed: 1 to 50, the length of an innings")
    if entry.state is not None:
        home, away = (load_squad(name) for name in SQUADS[:2])
        squads = Squads(home=home, away=away)
        for fmt in (pack.format,) if pack.format else (format_of(1), format_of(MAX_OVERS)):
            MatchSetup(format=fmt, squads=squads, start=entry.state.start(fmt, squads))


_TAGS: Final[dict[str, type[Part]]] = {"super_over": SuperOver, "innings": Situation}
_BRANCHES: Final = ("toss", "super_over", "innings")
_MODELS: Final[dict[str, type[Part]]] = {
    "entries": Entry,
    "first_innings": FirstInnings,
    "striker": AtTheCrease,
    "non_striker": AtTheCrease,
    "extras": ExtrasSoFar,
}


def _explained(error: ErrorDetails, data: dict[str, Any]) -> tuple[Where, str]:
    """Where in the file the error lies, and what it is: entry, key and what is allowed."""
    where = tuple(_in_the_file(error["loc"]))
    key, who = where, ""
    if where[:1] == ("entries",) and len(where) > 1 and isinstance(where[1], int):
        who = f"entry {_entry_named(data, where[1])}: "
        key = where[2:]
    if error["type"] == "extra_forbidden":
        allowed = ", ".join(_model_at(error["loc"]).model_fields)
        return where, f"{who}unknown key {dotted(key)!r}; allowed: {allowed}"
    return where, who + sentence(error, dotted(key))


def _in_the_file(loc: tuple[int | str, ...]) -> Iterator[int | str]:
    """Pydantic's path without what only names a branch of the union `start`."""
    for before, part in zip((None, *loc), loc, strict=False):
        if not (before == "start" and part in _BRANCHES):
            yield part


def _model_at(loc: tuple[int | str, ...]) -> type[Part]:
    """The model whose keys are allowed at `loc`."""
    model: type[Part] = Pack
    for before, part in zip((None, *loc), loc[:-1], strict=False):
        known = _TAGS if before == "start" else _MODELS
        model = known.get(str(part), model)
    return model


def _entry_named(data: dict[str, Any], number: int) -> str:
    entry = data["entries"][number]
    name = entry.get("name") if isinstance(entry, dict) else None
    return repr(shortened(printable(name))) if isinstance(name, str) else str(number + 1)
