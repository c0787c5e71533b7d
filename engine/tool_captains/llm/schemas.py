"""The offered tools as Chat Completions takes them: as functions, or as one JSON object's schema.

Only the legal options stand in the enums, so that an endpoint that holds a model to the schema
leaves it nothing illegal to say. No `oneOf`, no references: those are not taken everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from engine.tool_captains.llm.rungs import Rung
from engine.tools import ToolOffer

# What `strict` schemas may not hold; the engine checks it all the same.
_NOT_IN_STRICT: Final = ("minLength", "maxLength", "minProperties", "default")


def shape_of(rung: Rung, offers: tuple[ToolOffer, ...]) -> dict[str, Any]:
    """What of a request the rung decides."""
    if rung.has_tools:
        choice = "auto" if rung is Rung.AUTO else "required"
        return {"tools": functions(offers, strict=rung is Rung.STRICT), "tool_choice": choice}
    return {"response_format": envelope(offers)} if rung is Rung.SCHEMA else {}


def functions(offers: Iterable[ToolOffer], *, strict: bool) -> tuple[dict[str, Any], ...]:
    return tuple(_function(offer, strict) for offer in offers)


def envelope(offers: Iterable[ToolOffer]) -> dict[str, Any]:
    """A `response_format` whose every answer is `{"call": {"tool", "arguments"}}` of an offered
    tool.
    """
    calls = [
        _object(
            tool={"type": "string", "enum": [offer.name]},
            arguments=_without(offer.parameters, ("minProperties",)),
        )
        for offer in offers
    ]
    call = calls[0] if len(calls) == 1 else {"anyOf": calls}
    return {"type": "json_schema", "json_schema": {"name": "call", "schema": _object(call=call)}}


def _function(offer: ToolOffer, strict: bool) -> dict[str, Any]:
    described = {"name": offer.name, "description": offer.description}
    if strict:
        about = described | {"parameters": _strict(offer.parameters), "strict": True}
    else:
        about = described | {"parameters": offer.parameters}
    return {"type": "function", "function": about}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Every argument required, what may be left out nullable instead."""
    required = schema["required"]
    return _object(
        **{
            name: _without(about if name in required else _nullable(about), _NOT_IN_STRICT)
            for name, about in schema["properties"].items()
        }
    )


def _nullable(about: Mapping[str, Any]) -> dict[str, Any]:
    more = {"enum": [*about["enum"], None]} if "enum" in about else {}
    return {**about, "type": [about["type"], "null"], **more}


def _without(about: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in about.items() if key not in keys}
