"""What Prefect's run form is told of the flows' parameters, beyond what a file's schema says.

A choice of a value and nothing is drawn as two tabs, and whatever is wrong in it is refused as
"not valid under any of the given schemas". As a plain field that may be left empty it is refused
with what is wrong; Prefect's server takes no value for it all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pydantic.json_schema import JsonSchemaValue

PLAIN = ("integer", "number", "string")


def shaped(schema: JsonSchemaValue, resolve: Callable[[JsonSchemaValue], JsonSchemaValue]) -> None:
    """Make plain fields of what may be left out, in `schema` and in all that it refers to, which
    `resolve` finds.
    """
    seen: set[int] = set()
    waiting: list[Any] = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict) and id(node) not in seen:
            seen.add(id(node))
            if "$ref" in node:
                waiting.append(_titled(resolve(node)))
            for name, field in [*node.get("properties", {}).items()]:
                if isinstance(field, dict):
                    node["properties"][name] = _plain(field)
            waiting.extend(_inside(node))


def _plain(field: JsonSchemaValue) -> JsonSchemaValue:
    """The same field without the choice of nothing, where what is left is one plain value."""
    values = [one for one in field.get("anyOf", ()) if one.get("type") != "null"]
    if len(values) != 1 or len(field["anyOf"]) != 2 or values[0].get("type") not in PLAIN:
        return field
    about = {key: value for key, value in field.items() if key not in ("anyOf", "default")}
    return {**values[0], **about}


def _titled(model: JsonSchemaValue) -> JsonSchemaValue:
    """A tab is called by what it holds, not by our name of it."""
    if model.get("title") == "TournamentSpec":
        model["title"] = "In fields"
    return model


def _inside(node: JsonSchemaValue) -> Iterator[Any]:
    yield from node.get("properties", {}).values()
    for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        yield from node.get(key, ())
    yield node.get("items")
