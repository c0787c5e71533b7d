"""The arguments of a tool as JSON Schema, narrowed to what is legal for the open question."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from engine.arguments import LONGEST_TEXT, Arguments
from engine.cricket.choices import DecisionKind, Field, Variation, variations_of
from engine.cricket.nodes import DecisionRequest

# Arguments and their legal values.
Options = tuple[tuple[str, tuple[str, ...]], ...]


def options_of(request: DecisionRequest) -> Options:
    """The legal values of those arguments that depend on the question."""
    match request.kind:
        case DecisionKind.BATTER | DecisionKind.BOWLER:
            squad = request.view.squads.of(request.seat)
            return (("player", tuple(squad[p].name for p in request.legal.players)),)
        case DecisionKind.DELIVERY:
            innings = request.view.innings
            if innings is None or innings.bowler is None:
                return _of_a_ball(request.legal.fields, ())
            bowls = request.view.squads.of(request.seat)[innings.bowler].bowls
            return _of_a_ball(request.legal.fields, variations_of(bowls))
        case _:
            return ()


@cache
def _of_a_ball(fields: tuple[Field, ...], variations: tuple[Variation, ...]) -> Options:
    options = ("field", tuple(field.value for field in fields))
    return (
        (options, ("variation", tuple(v.value for v in variations))) if variations else (options,)
    )


def narrowed(arguments: type[Arguments], options: Options) -> dict[str, Any]:
    """Their JSON Schema with the legal options of a question in it."""
    schema, legal = _schema(arguments), dict(options)
    properties = {
        name: {**about, "enum": list(legal[name])} if name in legal else about
        for name, about in schema["properties"].items()
    }
    return {**schema, "properties": properties}


def signature(schema: Mapping[str, Any]) -> str:
    """The arguments in one line, as an error message says them."""
    if not schema["properties"]:
        return "no arguments"
    return ", ".join(
        f"{name}{'' if name in schema['required'] else '?'}: {_values(about)}"
        for name, about in schema["properties"].items()
    )


def _values(about: Mapping[str, Any]) -> str:
    if "enum" in about:
        return " | ".join(about["enum"])
    if "minimum" in about:
        return f"{about['minimum']:g} to {about['maximum']:g}"
    return f"text up to {about.get('maxLength', LONGEST_TEXT)} characters"


@cache
def _schema(arguments: type[Arguments]) -> dict[str, Any]:
    """A tool's JSON Schema without references, titles and nulls: small models read it better."""
    raw = arguments.model_json_schema()
    plain: dict[str, Any] = _plain(raw, raw.get("$defs", {}))
    properties = plain.get("properties", {})
    fewest = {"minProperties": plain["minProperties"]} if "minProperties" in plain else {}
    return {
        "type": "object",
        "properties": properties,
        "required": plain.get("required", []),
        "additionalProperties": False,
        **fewest,
    }


def _plain(node: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_plain(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: value for key, value in node.items() if key not in ("title", "$defs")}
    if "$ref" in node:
        target = definitions[node.pop("$ref").rsplit("/", 1)[-1]]
        node = {k: v for k, v in target.items() if k not in ("title", "description")} | node
    if "anyOf" in node:
        (one,) = [option for option in node.pop("anyOf") if option.get("type") != "null"]
        node.pop("default", None)
        node = one | node
        return _plain(node, definitions)
    return {
        key: {name: _plain(about, definitions) for name, about in value.items()}
        if key == "properties"
        else _plain(value, definitions)
        for key, value in node.items()
    }
