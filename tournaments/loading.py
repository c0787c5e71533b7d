"""From a YAML file to a `TournamentSpec`, or to every problem the file has, each with its line.

Nothing is repaired. A message reads `FILE.yaml:LINE: what is wrong; what is allowed`; what is
allowed is the field's own description, the text that Prefect's run form shows too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from engine.yamlfile import Document, Fault, Misread, Unreadable, Where, parse, read_text
from tournaments.entrants import CaptainConfig, entrant_faults, settings_faults, writer_fault
from tournaments.errors import BadTournamentFile, Problem
from tournaments.explaining import Explainer, dotted, place, setting_fault
from tournaments.formats import KINDS, TournamentFormat
from tournaments.known import Known
from tournaments.match_spec import MatchSpec
from tournaments.running import TEMPLATES, Spectate
from tournaments.spec import ENTRANTS, TournamentSpec, final_fault
from tournaments.stop_spec import Stop, stop_faults
from tournaments.text import shown

ENTRANT_KEYS: Final = ("captains", "opponents")


def load_tournament(path: str | Path, known: Known) -> TournamentSpec:
    """The tournament in the file at `path`; raises `BadTournamentFile` with all its problems."""
    try:
        return _validated(parse(read_text(Path(path))), str(path), known)
    except Unreadable as error:
        raise _bad(str(path), [error.fault]) from None


def parse_tournament(text: str, known: Known, *, file: str = "tournament.yaml") -> TournamentSpec:
    """As `load_tournament`, for text that is at hand; `file` is what messages call it."""
    try:
        return _validated(parse(text), file, known)
    except Unreadable as error:
        raise _bad(file, [error.fault]) from None


def check_spec(spec: TournamentSpec, known: Known, *, file: str = "config") -> TournamentSpec:
    """Hold a spec that came from elsewhere, such as Prefect's run form, to the names that exist.

    Raises `BadTournamentFile`; all its problems are on line 1 of `file`.
    """
    idle = {"match": {"pairs"}} if spec.has_idle_pairs else None
    return parse_tournament(spec.model_dump_json(exclude=idle), known, file=file)


def _validated(document: Document, file: str, known: Known) -> TournamentSpec:
    if not isinstance(document.data, dict):
        what = f"{shown(document.data)}, not a mapping; allowed: keys such as name and captains"
        raise Unreadable(document.line(()), what)
    faults = [*document.faults, *_entrant_faults(document)]
    try:
        spec = TournamentSpec.model_validate(document.data, context=known)
    except ValidationError as error:
        errors = error.errors()
        faults += [fault for one in errors if (fault := _explained(one, document))]
        faults += [*_hidden_faults(errors, document, known), *_whole_faults(document, known)]
        raise _bad(file, faults) from None
    if faults:
        raise _bad(file, faults)
    return spec


def _bad(file: str, faults: Sequence[Fault]) -> BadTournamentFile:
    problems = {Problem(file=file, line=fault.line, message=fault.message) for fault in faults}
    return BadTournamentFile(tuple(sorted(problems)))


def _entrant_faults(document: Document) -> Iterator[Fault]:
    """The rules about all entrants together, asked of a file whose other parts may be wrong."""
    data = document.data if isinstance(document.data, dict) else {}
    form = data.get("format", {"kind": "round_robin"})
    match = data.get("match")
    pairs = match.get("pairs") if isinstance(match, dict) else None
    captains, opponents = _names(data.get("captains")), _names(data.get("opponents"))
    form = form if isinstance(form, dict) else {}
    for fault in entrant_faults(form, pairs, captains, opponents):
        yield Fault(line=document.line(fault.at), message=fault.message)
    if (idle := _idle_pairs(form, pairs)) is not None:
        yield Fault(line=document.line(("match", "pairs")), message=idle)


def _idle_pairs(form: Mapping[str, object], pairs: object) -> str | None:
    """Why `match.pairs` counts for nothing in a knockout, which has encounters only."""
    best_of = form.get("best_of")
    if form.get("kind") != "knockout" or pairs is None or not isinstance(best_of, int):
        return None
    if best_of == pairs or best_of % 2 == 0:  # a number that is wrong in itself is told elsewhere
        return None
    said = f"{shown(pairs)} pairs, where every encounter is the best of {best_of}"
    return f"{said}; allowed: one of `match.pairs` and `format.best_of`"


def _whole_faults(document: Document, known: Known) -> Iterator[Fault]:
    """The rules about several parts together, of parts that are right where others may be wrong."""
    data = document.data if isinstance(document.data, dict) else {}
    shows, stop = _part(Spectate, data.get("spectate", {}), known), data.get("stop")
    if shows is not None and (why := _writer_fault(shows.commentary, data, known)):
        yield Fault(line=document.line(("spectate", "commentary")), message=why)
    form = _part(TournamentFormat, data.get("format", {"kind": "round_robin"}), known)
    if form is None:
        return
    if shows is not None and (message := final_fault(shows, form)):
        yield Fault(line=document.line(("spectate", "featured")), message=message)
    match = _part(MatchSpec, data.get("match"), known)
    names = [_names(data.get(key)) for key in ENTRANT_KEYS]
    if match is not None and (rule := _part(Stop, stop, known)) is not None:
        captains, opponents = ([one for one in each if isinstance(one, str)] for each in names)
        for fault in stop_faults(rule, form.model_dump(), match.pairs, captains, opponents):
            yield Fault(line=document.line(fault.at), message=fault.message)


def _writer_fault(writer: str, data: Mapping[str, Any], known: Known) -> str | None:
    """Of one of the file's own captains, where he himself is right."""
    entries = [one for key in ENTRANT_KEYS for one in _entries(data.get(key))]
    own = next((one for one in entries if _name(one) == writer), writer)
    entry = own if own == writer else _part(CaptainConfig, own, known)
    return None if writer == TEMPLATES or entry is None else writer_fault(entry, known)


def _part(kind: Any, value: object, known: Known) -> Any:
    """A part of the file by itself; None where it is wrong, which is told elsewhere."""
    try:
        return _adapter(kind).validate_python(value, context=known)
    except ValidationError:
        return None


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _hidden_faults(
    errors: Sequence[ErrorDetails], document: Document, known: Known
) -> Iterator[Fault]:
    """What the models do not look at where something else of the same captain is wrong."""
    wrong = defaultdict[Where, set[str]](set)
    for one in errors:
        where, _ = place(one["loc"], document)
        if one["loc"] and one["loc"][0] in ENTRANT_KEYS:
            wrong[where[:2]].add(str(one["loc"][-1]))
    for at, keys in wrong.items():
        _, entry = place(at, document)
        if isinstance(entry, dict):
            found = settings_faults(entry, dotted(at), keys, known)
            told = (setting_fault(document, at, one.at, one.message) for one in found)
            yield from filter(None, told)


def _names(entries: object) -> list[object]:
    return [*map(_name, _entries(entries))]


def _entries(entries: object) -> list[object]:
    return entries if isinstance(entries, list) else []


def _name(entry: object) -> object:
    return entry.get("name") if isinstance(entry, dict) else entry


def _explained(error: ErrorDetails, document: Document) -> Fault | None:
    """One error of the models in the file's words, or None where another fault says it already."""
    if error["type"] == ENTRANTS:
        return None
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        where, value = place(error["loc"], document)
        return None if isinstance(value, Misread) else _unknown_kind(where, value, document)
    return _explainer().fault(error, document)


@cache
def _explainer() -> Explainer:
    return Explainer(TournamentSpec)


def _unknown_kind(where: Where, value: object, document: Document) -> Fault:
    kind = value.get("kind") if isinstance(value, dict) else None
    line = document.line((*where, "kind"))
    played = f"{shown(kind)} cannot be played" if kind else "`kind` is missing"
    return Fault(line=line, message=f"{dotted(where)}: {played}; allowed: {', '.join(KINDS)}")
