"""Captains by name: the presets that ship, users' own files, and the kinds that they are made of.

`resolve` turns whatever names a captain (a preset's name, a mapping in a file) into a
`CaptainSpec` with every setting written out, so that a digest over it changes when a default
does. `build` makes the captain. Captains and opponents are named in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from engine.captains.base import NAME_PATTERN, NAME_RULE, CaptainSpec, Policy
from engine.captains.from_environment import FROM_ENVIRONMENT, blamed, filled
from engine.captains.kinds import KINDS, Kind
from engine.captains.plugins import clash_of, crashed, load, plugin_named, plugins
from engine.captains.written_keys import is_about_keys, written_key
from engine.cricket.setup import Captaincy
from engine.errors import BadPreset, BadYaml, UnknownPreset
from engine.wording import did_you_mean, dotted, printable, sentence, shortened, shown
from engine.yamlfile import Document, Where, mapping_in, read_document

# What a mapping may say beside the settings of its kind.
_OWN_KEYS: Final = ("name", "preset", "kind", "on_failure", "params")

_SHORT, _LONG = 5, 20  # the overs of `Kind.worth`


def _worth_of(spec: CaptainSpec, overs: int) -> tuple[float, float]:
    """What a captain is taken to be worth batting and bowling in a match of so many overs; 0 where
    nothing is known.
    """
    kind = KINDS.get(spec.kind)
    if kind is None:
        return 0.0, 0.0
    share = min(1.0, max(0.0, (overs - _SHORT) / (_LONG - _SHORT)))
    batting, bowling = (
        (1.0 - share) * short + share * long
        for short, long in (kind.worth, kind.bowling or kind.worth)
    )
    return batting, bowling


def captaincy_of(home: CaptainSpec, away: CaptainSpec, overs: int) -> Captaincy:
    """What two captains are taken to be worth against each other."""
    return Captaincy(home=_worth_of(home, overs), away=_worth_of(away, overs))


def check_name(name: object) -> str:
    """`name`, if it may be a captain's. Raises `BadPreset`, with the name made safe to print."""
    if not isinstance(name, str) or re.fullmatch(NAME_PATTERN, name) is None:
        raise BadPreset(_called(name), f"a captain's name is {NAME_RULE}")
    return name


def read_presets(path: Path) -> dict[str, CaptainSpec]:
    """The presets of one YAML file. Raises `BadPreset`."""
    return _read(path, check=lambda spec: _check_clear(spec.name, spec.kind))


def _read(
    path: Path, check: Callable[[CaptainSpec], object] = lambda _: None
) -> dict[str, CaptainSpec]:
    try:
        document = read_document(path)
        content = mapping_in(document, path)
    except BadYaml as error:
        raise BadPreset("", str(error)) from None
    found = {}
    for name, settings in content.items():
        try:
            found[name] = _preset_in_file(name, settings)
            check(found[name])
        except BadPreset as fault:
            line = setting_line(document, (name,), fault.at)
            place = f"{printable(str(path))}:{line}"
            raise BadPreset(fault.name, fault.why, fault.at, place) from None
    return found


def setting_line(document: Document, captain: Where, at: Where) -> int:
    """The line of a captain's setting, which may stand among his `params`."""
    inside = (*captain, "params", *at)
    return document.line(inside if inside in document.value_lines else (*captain, *at))


def _preset_in_file(name: str, settings: object) -> CaptainSpec:
    if not isinstance(settings, dict) or "kind" not in settings:
        raise BadPreset(check_name(name), "must be a mapping that begins with 'kind'")
    if "name" in settings:
        raise BadPreset(check_name(name), "the key is its name; leave 'name' out", ("name",))
    return _from_mapping({"name": name, **settings}, known={})


def resolve(
    named: str | Mapping[str, Any] | CaptainSpec, extra_files: Iterable[Path] = ()
) -> CaptainSpec:
    """The captain that `named` means; `extra_files` are users' preset files, a later one
    overrides an earlier.

    A mapping is `{name, preset?, kind?, on_failure?, …settings}`; with neither `preset` nor
    `kind` its name is the preset's. Raises `UnknownPreset` or `BadPreset`.
    """
    known = dict(PRESETS)
    for path in extra_files:
        known |= read_presets(path)
    if isinstance(named, CaptainSpec):
        return _from_mapping(named.model_dump(), known)
    if isinstance(named, Mapping):
        spec = _from_mapping(named, known)
        if "kind" in named:
            _check_clear(spec.name, spec.kind)
        return spec
    preset = _preset(named, known)
    return preset if named in known else _from_mapping({"name": named}, known)


def preset_names(extra: Iterable[str] = ()) -> tuple[str, ...]:
    """Every name that `resolve` knows, in order; `extra` are those of users' own files."""
    return tuple(sorted({*PRESETS, *FROM_ENVIRONMENT, *plugins(), *extra}))


def kind_names() -> tuple[str, ...]:
    """Every kind that `resolve` knows, in order: those that ship and those that are installed."""
    return tuple(sorted({*KINDS, *plugins()}))


def scripted_presets() -> tuple[str, ...]:
    """The presets that play by themselves, each captain under one of his names."""
    first: dict[object, str] = {}
    for name, spec in PRESETS.items():
        first.setdefault((spec.kind, str(spec.params)), name)
    return tuple(first.values())


def is_scripted(spec: CaptainSpec) -> bool:
    """Whether he answers at once, by himself: `build` makes him, and any process may play him."""
    return _kind(spec.name, spec.kind).make is not None


def build(spec: CaptainSpec) -> Policy:
    """A scripted captain himself. Raises `BadPreset`, or `BrokenRecord` for a recording that cannot
    be read.
    """
    make = _kind(spec.name, spec.kind).make
    if make is None:
        raise BadPreset(spec.name, f"a captain of kind {spec.kind} cannot play here")
    return make(settings_of(spec))


def settings_of(spec: CaptainSpec) -> BaseModel:
    """The settings of his kind. Raises `BadPreset`."""
    return _settings(spec.name, spec.kind, spec.params)


def limits_of(spec: CaptainSpec) -> frozenset[str]:
    """Which of his settings do not decide how he plays (`Kind.limits`). Raises `BadPreset`."""
    return _kind(spec.name, spec.kind).limits


def content_digest(spec: CaptainSpec) -> str | None:
    """What the captain plays by that his settings only point to (a recording), as a digest; None
    where the settings are all. Raises `BadPreset`, or `BrokenRecord` for what cannot be read.
    """
    return _kind(spec.name, spec.kind).reads(settings_of(spec))


def _preset(
    name: object, known: Mapping[str, CaptainSpec], own: Mapping[str, Any] = MappingProxyType({})
) -> CaptainSpec:
    """`own` are settings that are given beside the name."""
    if isinstance(name, str) and name in known:
        return known[name]
    if isinstance(name, str) and name in FROM_ENVIRONMENT:
        return CaptainSpec(name=name, kind="llm", params=filled(name, own))
    if isinstance(name, str) and plugin_named(name) is not None:
        return CaptainSpec(name=check_name(name), kind=name)  # with the settings' defaults
    raise UnknownPreset(_called(name), preset_names(known))


def _from_mapping(given: Mapping[str, Any], known: Mapping[str, CaptainSpec]) -> CaptainSpec:
    name = check_name(given.get("name", given.get("preset")))
    own = _own_settings(name, given)
    base = _base(name, given, known, own)
    try:
        _check_keys(name, base.kind, {**base.params, **own})
        settings = _settings(name, base.kind, {**base.params, **own})
    except BadPreset as fault:
        raise (blamed(fault, own) if base.name in FROM_ENVIRONMENT else fault) from None
    on_failure = given.get("on_failure", base.on_failure)
    if on_failure not in ("fallback", "forfeit"):
        why = f"on_failure {shown(on_failure)}: allowed: fallback, forfeit"
        raise BadPreset(name, why, ("on_failure",))
    return CaptainSpec(
        name=name,
        kind=base.kind,
        params=_written(settings, base.kind),
        on_failure=on_failure,
    )


def _base(
    name: str,
    given: Mapping[str, Any],
    known: Mapping[str, CaptainSpec],
    own: Mapping[str, Any],
) -> CaptainSpec:
    """What the mapping starts from: a preset, or nothing but a kind."""
    if "kind" not in given:
        return _preset(given.get("preset", name), known, own)
    if "preset" in given:
        raise BadPreset(name, "give either 'kind' or 'preset', not both")
    return CaptainSpec(name=name, kind=_kind_named(name, given["kind"]))


def _own_settings(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a mapping says of the settings of the kind, beside its own keys or in `params`."""
    own = {key: value for key, value in given.items() if key not in _OWN_KEYS}
    params = given.get("params", {})
    if not isinstance(params, Mapping):
        raise BadPreset(name, "'params' must be a mapping of settings")
    if twice := [key for key in own if key in params]:
        raise BadPreset(name, f"{shown(twice[0])}: given twice", (twice[0],))
    return {**params, **own}


def _kind_named(name: str, kind: object) -> str:
    if not isinstance(kind, str) or (kind not in KINDS and plugin_named(kind) is None):
        known = kind_names()
        hint = did_you_mean(kind, known)
        raise BadPreset(
            name, f"unknown kind {shown(kind)}{hint}; known: {', '.join(known)}", ("kind",)
        )
    return kind


def _kind(name: str, kind: str) -> Kind:
    """The kind itself, loaded where it is not one that ships. Raises `BadPreset`."""
    if kind in KINDS:
        return KINDS[kind]
    plugin = plugin_named(_kind_named(name, kind))
    assert plugin is not None
    return load(plugin)


def _check_clear(name: str, kind: str) -> None:
    """Raises `BadPreset` where a file names a kind that several bring."""
    if clash := clash_of(kind):
        raise BadPreset(name, clash, ("kind",))


def _check_keys(name: str, kind: str, settings: Mapping[str, Any]) -> None:
    """Raises `BadPreset` where a key is written among the settings."""
    if found := written_key(kind, settings):
        raise BadPreset(name, found.why, found.at)


def _settings(name: str, kind: str, params: Mapping[str, Any]) -> BaseModel:
    model = _kind(name, kind).settings
    try:
        return model.model_validate(dict(params))
    except ValidationError as error:
        at = error.errors()[0]["loc"]
        raise BadPreset(name, _explain(error, model, kind), at) from None
    except RecursionError:
        raise BadPreset(name, "settings that are nested too deep") from None
    except Exception as error:
        _blame_plugin(kind, "cannot read its settings", error)
        raise


def _written(settings: BaseModel, kind: str) -> dict[str, Any]:
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


def _explain(error: ValidationError, model: type[BaseModel], kind: str) -> str:
    first = error.errors()[0]
    key = dotted(first["loc"])
    if first["type"] == "extra_forbidden":
        allowed = ", ".join(sorted(_settings_at(model, first["loc"]))) or "none"
        return f"unknown setting '{key}' of kind {kind}; allowed: {allowed}"
    quoted = not is_about_keys(first["loc"][0] if key else None)
    allowed = _numbers_at(model, first["loc"]) if first["type"] in _OUTSIDE and quoted else ""
    if allowed:
        return f"{key} {shown(first['input'])}: allowed: {allowed}"
    return sentence(first, key, quoted=quoted)


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


def _called(name: object) -> str:
    """What somebody is called in a message who has no proper name."""
    return shortened(name) if isinstance(name, str) else shown(name)


PRESETS: Final[Mapping[str, CaptainSpec]] = MappingProxyType(
    _read(Path(__file__).with_name("presets.yaml"))
)
