"""Captains by name: the presets that ship, and users' own files.

`resolve` turns whatever names a captain (a preset's name, a mapping in a file) into a
`CaptainSpec` with every setting written out, so that a digest over it changes when a default
does. `build` makes the captain. Captains and opponents are named in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from engine.captains.base import NAME_PATTERN, NAME_RULE, CaptainSpec, Policy
from engine.captains.from_environment import FROM_ENVIRONMENT, blamed, filled
from engine.captains.plugins import clash_of, plugin_named, plugins
from engine.captains.settings import checked, kind_named, kind_of, settings_of, written
from engine.captains.written_keys import written_key
from engine.errors import BadPreset, BadYaml, UnknownPreset
from engine.wording import printable, shortened, shown
from engine.yamlfile import Document, Where, mapping_in, read_document

# What a mapping may say beside the settings of its kind.
_OWN_KEYS: Final = ("name", "preset", "kind", "on_failure", "params")


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
        raise BadPreset("", error.in_one_line) from None
    found = {}
    for name, settings in content.items():
        try:
            found[name] = _preset_in_file(name, settings)
            check(found[name])
        except BadPreset as fault:
            raise fault.each(partial(_placed, path, document, name)) from None
    return found


def _placed(path: Path, document: Document, name: str, fault: BadPreset) -> BadPreset:
    """The same, with its line in the file."""
    place = f"{printable(str(path))}:{setting_line(document, (name,), fault.at)}"
    return BadPreset(fault.name, fault.why, fault.at, place)


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


def scripted_presets() -> tuple[str, ...]:
    """The presets that play by themselves, each captain under one of his names."""
    first: dict[object, str] = {}
    for name, spec in PRESETS.items():
        first.setdefault((spec.kind, str(spec.params)), name)
    return tuple(first.values())


def is_scripted(spec: CaptainSpec) -> bool:
    """Whether he answers at once, by himself: `build` makes him, and any process may play him."""
    return kind_of(spec.name, spec.kind).make is not None


def build(spec: CaptainSpec) -> Policy:
    """A scripted captain himself. Raises `BadPreset`, or `BrokenRecord` for a recording that cannot
    be read.
    """
    make = kind_of(spec.name, spec.kind).make
    if make is None:
        raise BadPreset(spec.name, f"a captain of kind {spec.kind} cannot play here")
    return make(settings_of(spec))


def limits_of(spec: CaptainSpec) -> frozenset[str]:
    """Which of his settings do not decide how he plays (`Kind.limits`). Raises `BadPreset`."""
    return kind_of(spec.name, spec.kind).limits


def content_digest(spec: CaptainSpec) -> str | None:
    """What the captain plays by that his settings only point to (a recording), as a digest; None
    where the settings are all. Raises `BadPreset`, or `BrokenRecord` for what cannot be read.
    """
    return kind_of(spec.name, spec.kind).reads(settings_of(spec))


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
        settings = checked(name, base.kind, {**base.params, **own})
    except BadPreset as fault:
        raise (blamed(fault, own) if base.name in FROM_ENVIRONMENT else fault) from None
    on_failure = given.get("on_failure", base.on_failure)
    if on_failure not in ("fallback", "forfeit"):
        why = f"on_failure {shown(on_failure)}: allowed: fallback, forfeit"
        raise BadPreset(name, why, ("on_failure",))
    return CaptainSpec(
        name=name,
        kind=base.kind,
        params=written(settings, base.kind),
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
    return CaptainSpec(name=name, kind=kind_named(name, given["kind"]))


def _own_settings(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a mapping says of the settings of the kind, beside its own keys or in `params`."""
    own = {key: value for key, value in given.items() if key not in _OWN_KEYS}
    params = given.get("params", {})
    if not isinstance(params, Mapping):
        raise BadPreset(name, "'params' must be a mapping of settings")
    if twice := [key for key in own if key in params]:
        raise BadPreset(name, f"{shown(twice[0])}: given twice", (twice[0],))
    return {**params, **own}


def _check_clear(name: str, kind: str) -> None:
    """Raises `BadPreset` where a file names a kind that several bring."""
    if clash := clash_of(kind):
        raise BadPreset(name, clash, ("kind",))


def _check_keys(name: str, kind: str, settings: Mapping[str, Any]) -> None:
    """Raises `BadPreset` where a key is written among the settings."""
    if found := written_key(kind, settings):
        raise BadPreset(name, found.why, found.at)


def _called(name: object) -> str:
    """What somebody is called in a message who has no proper name."""
    return shortened(name) if isinstance(name, str) else shown(name)


PRESETS: Final[Mapping[str, CaptainSpec]] = MappingProxyType(
    _read(Path(__file__).with_name("presets.yaml"))
)
