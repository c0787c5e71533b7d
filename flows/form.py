"""What Prefect's run form is told of the flows' parameters, beyond what a file's schema says.

A choice of a value and nothing is drawn as two tabs. As a plain field that may be left empty it is
easier; Prefect's server takes no value for it all the same. What is wrong in a choice is refused as
"not valid under any of the given schemas": each is told beside it which of them is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from pydantic.json_schema import JsonSchemaValue

PLAIN = ("integer", "number", "string")
Resolve = Callable[[JsonSchemaValue], JsonSchemaValue]
_TABS: Final = {
    "TournamentSpec": "In fields",
    "CaptainConfig": "With settings",
    "RoundRobin": "Round robin",
    "LeaguePlayoffs": "League and play-offs",
    "StopRanked": "Once they are ranked",
    "StopSprt": "Once a test has ended",
}
_KINDS: Final = {"integer": "A number", "array": "A list", "string": "A text"}


def shaped(schema: JsonSchemaValue, resolve: Resolve) -> None:
    """Make plain fields of what may be left out, in `schema` and in all that it refers to, which
    `resolve` finds; and say of choices what each of them is.
    """
    seen: set[int] = set()
    waiting: list[Any] = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict) and id(node) not in seen:
            seen.add(id(node))
            if "$ref" in node:
                waiting.append(_titled(resolve(node)))
            fields = node.get("properties", {})
            for name, field in [*fields.items()]:
                if isinstance(field, dict):
                    fields[name] = _plain(field)
            if any("const" in field for field in fields.values()):
                _empty(fields)
            waiting.extend(_inside(node))
            _explain(node, resolve)


def _plain(field: JsonSchemaValue) -> JsonSchemaValue:
    """The same field without the choice of nothing, where what is left is one plain value."""
    values = [one for one in field.get("anyOf", ()) if one.get("type") != "null"]
    if len(values) != 1 or len(field["anyOf"]) != 2 or values[0].get("type") not in PLAIN:
        return field
    about = {key: value for key, value in field.items() if key not in ("anyOf", "default")}
    return {**values[0], **about}


def _empty(fields: JsonSchemaValue) -> None:
    """Of one of several kinds, fill in the kind alone: Prefect's page forgets at times whose tab is
    open, and would fill in what another kind has.
    """
    for field in fields.values():
        if "const" in field:
            field["default"] = field["const"]
        elif (default := field.pop("default", None)) is not None:
            said = str(default).lower() if isinstance(default, bool) else default
            field["description"] = f"{field.get('description', '')} Empty: {said}."


def _titled(model: JsonSchemaValue) -> JsonSchemaValue:
    """A tab is called by what it holds, not by our name of it."""
    if (title := _TABS.get(model.get("title", ""))) is not None:
        model["title"] = title
    return model


def _explain(node: JsonSchemaValue, resolve: Resolve) -> None:
    """What a value of each type is held to, and what a tab without a title is called."""
    by_type: dict[str, list[JsonSchemaValue]] = {}
    for choice in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        if "$ref" not in choice and choice.get("type") != "null":
            choice.setdefault("title", _title_of(choice))
        found = resolve(choice) if "$ref" in choice else choice
        by_type.setdefault(found.get("type", ""), []).append({**choice})
    rule: JsonSchemaValue = {}
    for kind, choices in by_type.items():
        if kind not in ("", "null") and (held := _meant(choices)):
            rule = {"if": {"type": kind}, "then": held, **({"else": rule} if rule else {})}
    node.update(rule)


def _title_of(choice: JsonSchemaValue) -> str:
    words = choice.get("enum") or [one for one in (choice.get("const"),) if one is not None]
    return ", ".join(map(str, words)) or _KINDS.get(choice.get("type", ""), "A rule")


def _meant(choices: list[JsonSchemaValue]) -> JsonSchemaValue | None:
    """Which of those of one type a value is held to, where that can be said: of a list of names and
    a path, a text that is no path is to be one of the names.
    """
    match choices:
        case [only]:
            return only
        case [names, {"pattern": _} as path]:
            return {"if": path, "then": True, "else": names}
    return None


def _inside(node: JsonSchemaValue) -> Iterator[Any]:
    yield from node.get("properties", {}).values()
    for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        yield from node.get(key, ())
    yield node.get("items")
