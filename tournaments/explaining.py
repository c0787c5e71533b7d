"""What is wrong with a file, in the file's own words: pydantic's errors with the line of each and
what is allowed.

What is allowed is the field's own description, the text that Prefect's run form shows too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from engine.captains import setting_line
from engine.wording import did_you_mean, printable, shortened
from engine.yamlfile import Document, Fault, Misread, Where
from tournaments.text import shown


class Explainer:
    """Explains why `model` refuses what stands in a document, at `at` or below."""

    def __init__(self, model: type[BaseModel], at: Where = ()) -> None:
        self._schema, self._at = model.model_json_schema(), at

    def fault(self, error: ErrorDetails, document: Document) -> Fault | None:
        """One error in the file's words, or None where another fault says it already."""
        where, value = place(error["loc"], document, self._at)
        if isinstance(value, Misread):
            return None
        match error["type"]:
            case "rule":
                at = error.get("ctx", {}).get("at", ())
                return setting_fault(document, where, at, error["msg"])
            case "extra_forbidden":
                line = document.key_line(where)
                _, around = place(error["loc"][:-1], document, self._at)
                message = self._unknown_key(where, error["loc"], around)
                return Fault(line=line, message=message)
            case "too_short" if isinstance(value, list) and len(value) >= _least(error):
                return None  # entries that are wrong, each told by itself, were not counted
            case "missing" if isinstance(value, dict):
                missing = (*where, str(error["loc"][-1]))
                said = f"{dotted(missing)} is missing; allowed: {self._description(error['loc'])}"
                return Fault(line=document.line(where), message=said)
            case "entrants":  # `tournaments.spec.ENTRANTS`
                return Fault(line=document.line(where), message=error["msg"])
            case "value_error":  # a rule of a model of Prefect's form
                line = document.line(where)
                return Fault(line=line, message=error["msg"].removeprefix("Value error, "))
        message = f"{dotted(where)} is {shown(value)}; allowed: {self._description(error['loc'])}"
        return Fault(line=document.line(where), message=message)

    def _unknown_key(self, where: Where, loc: Where, around: object) -> str:
        key, fields = str(where[-1]), self._properties(loc[:-1], around)
        hint = did_you_mean(key, fields, quote="`")
        for name, field in fields.items():
            if key in self._properties_of(field, None):  # it stands a level too high
                hint = f" (did you mean `{name}.{key}`?)"
        return f"{dotted(where)} is unknown{hint}; allowed: {', '.join(fields)}"

    def _description(self, loc: Where) -> str:
        """What the field at pydantic's `loc` says is allowed, or the nearest field around it."""
        text = str(self._schema_at(loc).get("description", "")) if loc else ""
        if not text and len(loc) > 1:
            return self._description(loc[:-1])
        return text.rstrip(".")

    def _properties(self, loc: Where, written: object) -> Mapping[str, Any]:
        """The keys that a mapping at `loc` may have, of which there are those `written`."""
        return self._properties_of(self._schema_at(loc), written)

    def _properties_of(self, node: Mapping[str, Any], written: object) -> Mapping[str, Any]:
        """Those of every member of a union; of one alone where what it needs is there."""
        members = [member for member in self._branches(node) if "properties" in member]
        keys = set(written) if isinstance(written, Mapping) else set[str]()
        meant = [one for one in members if one.get("required") and keys >= set(one["required"])]
        found: dict[str, Any] = {}
        for member in meant or members:
            found |= member["properties"]
        return found

    def _schema_at(self, loc: Where) -> Mapping[str, Any]:
        """The schema at `loc`. Names of union branches that it does not have lead nowhere, also
        where a branch takes keys of any name.
        """
        node: Mapping[str, Any] = self._schema
        for part in loc:
            node = next(self._steps(node, part), node)
        return node

    def _steps(self, node: Mapping[str, Any], part: str | int) -> Iterator[Mapping[str, Any]]:
        for branch in self._branches(node):
            if isinstance(part, int) and "items" in branch:
                yield branch["items"]
            elif part in branch.get("properties", {}):
                yield branch["properties"][part]
            elif isinstance(branch.get("additionalProperties"), dict) and "oneOf" not in node:
                yield branch["additionalProperties"]
            elif part in (tags := branch.get("discriminator", {}).get("mapping", {})):
                yield self._referred(tags[part])

    def _branches(self, node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Every schema that `node` may stand for: itself, its reference, members of its unions."""
        yield node
        if "$ref" in node:
            yield from self._branches(self._referred(node["$ref"]))
        for member in (*node.get("oneOf", ()), *node.get("anyOf", ())):
            yield from self._branches(member)

    def _referred(self, reference: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._schema["$defs"][reference.rpartition("/")[2]]
        return found


def _least(error: ErrorDetails) -> int:
    return int(error.get("ctx", {}).get("min_length", 0))


def setting_fault(document: Document, captain: Where, at: Where, message: str) -> Fault | None:
    """What is wrong `at` a captain's setting, or None where that has a fault already."""
    for inside in ((*captain, *at), (*captain, "params", *at)):
        if isinstance(place(inside, document)[1], Misread):
            return None
    return Fault(line=setting_line(document, captain, at), message=message)


def place(loc: Where, document: Document, at: Where = ()) -> tuple[Where, object]:
    """Where in the file an error lies, and what is there: pydantic's path, which begins at `at`,
    without the names of union branches.
    """
    where: Where = ()
    data = document.data
    for part in (*at, *loc):
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
