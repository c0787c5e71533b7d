"""From a YAML file to a `TournamentSpec`, or to every problem the file has, each with its line.

Nothing is repaired. A message reads `FILE.yaml:LINE: what is wrong; what is allowed`; what is
allowed is the field's own description, the text that Prefect's run form shows too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from engine.captains import setting_line
from engine.wording import did_you_mean, printable, shortened
from engine.yamlfile import Document, Fault, Misread, Unreadable, Where, parse, read_text
from tournaments.entrants import entrant_faults
from tournaments.errors import BadTournamentFile, Problem
from tournaments.formats import KINDS
from tournaments.known import Known
from tournaments.spec import ENTRANTS, TournamentSpec
from tournaments.text import shown


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
        faults += [fault for one in error.errors() if (fault := _explained(one, document))]
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


def _names(entries: object) -> list[object]:
    if not isinstance(entries, list):
        return []
    return [entry.get("name") if isinstance(entry, dict) else entry for entry in entries]


def _explained(error: ErrorDetails, document: Document) -> Fault | None:
    """One error of the models in the file's words, or None where another fault says it already."""
    where, value = _place(error["loc"], document.data)
    if error["type"] == ENTRANTS or isinstance(value, Misread):
        return None
    match error["type"]:
        case "rule":
            at = error.get("ctx", {}).get("at", ())
            return Fault(line=setting_line(document, where, at), message=error["msg"])
        case "extra_forbidden":
            return Fault(line=document.key_line(where), message=_unknown_key(where, error["loc"]))
        case "missing" if isinstance(value, dict):
            missing = (*where, str(error["loc"][-1]))
            message = f"{dotted(missing)} is missing; allowed: {_description(error['loc'])}"
            return Fault(line=document.line(where), message=message)
        case "union_tag_invalid" | "union_tag_not_found":
            return _unknown_kind(where, value, document)
    message = f"{dotted(where)} is {shown(value)}; allowed: {_description(error['loc'])}"
    return Fault(line=document.line(where), message=message)


def _place(loc: tuple[int | str, ...], data: object) -> tuple[Where, object]:
    """Where in the file an error lies: pydantic's path without the names of union branches."""
    where: Where = ()
    for part in loc:
        if (isinstance(data, dict) and part in data) or _is_index(part, data):
            where, data = (*where, part), data[part]  # type: ignore[index]
    return where, data


def _is_index(part: int | str, data: object) -> bool:
    return isinstance(data, list) and isinstance(part, int) and 0 <= part < len(data)


def dotted(where: Where) -> str:
    """A path as messages write it: `match.overs`, `captains[2].kind`; entries count from 1."""
    text = ""
    for part in where:
        key = printable(shortened(str(part)))
        text += f"[{part + 1}]" if isinstance(part, int) else f".{key}" if text else key
    return f"`{text}`" if text else "the file"


def _unknown_key(where: Where, loc: Where) -> str:
    allowed = [*_properties(loc[:-1])]
    listed = ", ".join(allowed)
    hint = did_you_mean(where[-1], allowed, quote="`")
    return f"{dotted(where)} is unknown{hint}; allowed: {listed}"


def _unknown_kind(where: Where, value: object, document: Document) -> Fault:
    kind = value.get("kind") if isinstance(value, dict) else None
    line = document.line((*where, "kind"))
    played = f"{shown(kind)} cannot be played" if kind else "`kind` is missing"
    return Fault(line=line, message=f"{dotted(where)}: {played}; allowed: {', '.join(KINDS)}")


@cache
def _schema() -> Mapping[str, Any]:
    return TournamentSpec.model_json_schema()


def _description(loc: Where) -> str:
    """What the field at pydantic's `loc` says is allowed, or the nearest field around it."""
    text = str(_schema_at(loc).get("description", "")) if loc else ""
    if not text and len(loc) > 1:
        return _description(loc[:-1])
    return text.rstrip(".")


def _properties(loc: Where) -> Mapping[str, Any]:
    """The keys that a mapping at `loc` may have."""
    found: dict[str, Any] = {}
    for node in _branches(_schema_at(loc)):
        found |= node.get("properties", {})
    return found


def _schema_at(loc: Where) -> Mapping[str, Any]:
    """The schema at `loc`. Names of union branches that the schema does not have lead nowhere."""
    node = _schema()
    for part in loc:
        node = next(_steps(node, part), node)
    return node


def _steps(node: Mapping[str, Any], part: str | int) -> Iterator[Mapping[str, Any]]:
    for branch in _branches(node):
        if isinstance(part, int) and "items" in branch:
            yield branch["items"]
        elif part in branch.get("properties", {}):
            yield branch["properties"][part]
        elif part in (tags := branch.get("discriminator", {}).get("mapping", {})):
            yield _referred(tags[part])


def _branches(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every schema that `node` may stand for: itself, its reference, the members of its unions."""
    yield node
    if "$ref" in node:
        yield from _branches(_referred(node["$ref"]))
    for member in (*node.get("oneOf", ()), *node.get("anyOf", ())):
        yield from _branches(member)


def _referred(reference: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _schema()["$defs"][reference.rpartition("/")[2]]
    return found
