"""A captain's settings, held to the model of his kind: what is wrong is said with what is allowed.

The kind may be a plugin's; then what crashes in it is its fault, and not ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from engine.captains.base import CaptainSpec
from engine.captains.kinds import KINDS, Kind
from engine.captains.plugins import crashed, load, plugin_named, plugins
from engine.captains.written_keys import is_about_keys
from engine.errors import BadPreset
from engine.wording import did_you_mean, dotted, sentence, shown
from engine.yamlfile import Where


def kind_names() -> tuple[str, ...]:
    """Every kind that `resolve` knows, in order: those that ship and those that are installed."""
    return tuple(sorted({*KINDS, *plugins()}))


def settings_of(spec: CaptainSpec) -> BaseModel:
    """The settings of his kind. Raises `BadPreset`."""
    return checked(spec.name, spec.kind, spec.params)


def kind_named(name: str, kind: object) -> str:
    """`kind`, if there is one of that name. Raises `BadPreset`, which lists the known."""
    if not isinstance(kind, str) or (kind not in KINDS and plugin_named(kind) is None):
        known = kind_names()
        hint = did_you_mean(kind, known)
        raise BadPreset(
            name, f"unknown kind {shown(kind)}{hint}; known: {', '.join(known)}", ("kind",)
        )
    return kind


def kind_of(name: str, kind: str) -> Kind:
    """The kind itself, loaded where it is not one that ships. Raises `BadPreset`."""
    if kind in KINDS:
        return KINDS[kind]
    plugin = plugin_named(kind_named(name, kind))
    assert plugin is not None
    return load(plugin)


def checked(name: str, kind: str, params: Mapping[str, Any]) -> BaseModel:
    """The settings `params` of a captain of that kind. Raises `BadPreset`, with all faults."""
    model = kind_of(name, kind).settings
    try:
        return model.model_validate(dict(params))
    except ValidationError as error:
        faults = [
            BadPreset(name, _explain(one, model, kind), one["loc"]) for one in _each(error, params)
        ]
        raise BadPreset(name, faults[0].why, faults[0].at, "", tuple(faults[1:])) from None
    except RecursionError:
        raise BadPreset(name, "settings that are nested too deep") from None
    except Exception as error:
        _blame_plugin(kind, "cannot read its settings", error)
        raise


def written(settings: BaseModel, kind: str) -> dict[str, Any]:
    """Every setting, as JSON data."""
    try:
        return settings.model_dump(mode="json", exclude_none=True)
    except Exception as error:
        _blame_plugin(kind, "cannot write its settings", error)
        raise


def _blame_plugin(kind: str, what: str, error: Exception) -> None:
    """Raises `BadPreset` where the kind does not ship; a bug of ours stays one."""
    plugin = None if kind in KINDS else plugin_named(kind)
    if plugin is not None:
        raise crashed(plugin, what, error) from error


def _each(error: ValidationError, params: Mapping[str, Any]) -> list[ErrorDetails]:
    """One error for each place in the settings: of a union every member has its own."""
    first: dict[Where, ErrorDetails] = {}
    for one in error.errors():
        missing = one["loc"][-1:] if one["type"] == "missing" else ()
        first.setdefault((*_written(one["loc"], params), *missing), one)
    return list(first.values())


def _written(at: Where, params: object) -> Where:
    """As much of the way as there is in the settings."""
    for index, part in enumerate(at):
        if not isinstance(params, Mapping) or part not in params:
            return at[:index]
        params = params[part]
    return at


def _explain(error: ErrorDetails, model: type[BaseModel], kind: str) -> str:
    key = dotted(error["loc"])
    if error["type"] == "extra_forbidden":
        names = sorted(_settings_at(model, error["loc"]))
        hint, allowed = did_you_mean(error["loc"][-1], names), ", ".join(names) or "none"
        return f"unknown setting '{key}' of kind {kind}{hint}; allowed: {allowed}"
    quoted = not is_about_keys(error["loc"][0] if key else None)
    allowed = _numbers_at(model, error["loc"]) if error["type"] in _OUTSIDE and quoted else ""
    if allowed:
        return f"{key} {shown(error['input'])}: allowed: {allowed}"
    return sentence(error, key, quoted=quoted)


_OUTSIDE: Final = ("less_than", "less_than_equal", "greater_than", "greater_than_equal")


def _numbers_at(model: type[BaseModel], at: Where) -> str:
    """From what to what a setting may be: `0 to 2`, `above 0, at most 3600`, `from 1`."""
    field = _settings_at(model, at).get(str(at[-1]))
    ends = {
        end: getattr(one, end)
        for one in (field.metadata if field else ())
        for end in ("ge", "gt", "le", "lt")
        if getattr(one, end, None) is not None
    }
    if {"ge", "le"} <= ends.keys():
        return f"{ends['ge']:g} to {ends['le']:g}"
    words = {"ge": "from", "gt": "above", "le": "at most", "lt": "below"}
    return ", ".join(f"{words[end]} {value:g}" for end, value in ends.items())


def _settings_at(model: type[BaseModel], at: Where) -> Mapping[str, FieldInfo]:
    """The settings that stand beside the one at `at`, which may be inside another."""
    if len(at) <= 1:
        return model.model_fields
    kinds = (one := model.model_fields[str(at[0])].annotation, *get_args(one))
    for kind in kinds:  # of `Price | None` too
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return _settings_at(kind, at[1:])
    return {}
