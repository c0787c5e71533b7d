"""Captains by name: the presets that ship, users' own files, and the kinds that they are made of.

`resolve` turns whatever names a captain (a preset's name, a mapping in a file) into a
`CaptainSpec` with every setting written out, so that a digest over it changes when a default
does. `build` makes the captain. Captains and opponents are named in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from engine.captains.base import NAME_PATTERN, NAME_RULE, CaptainSpec, Policy
from engine.captains.baseline import Baseline, BaselineSettings
from engine.captains.empirical import Empirical, EmpiricalSettings
from engine.captains.heuristic import Heuristic, HeuristicSettings
from engine.captains.human import HumanSettings
from engine.captains.llm import LlmSettings
from engine.captains.optimal import Optimal, OptimalSettings
from engine.captains.prompts import prompt_digest
from engine.captains.random import Random, RandomSettings
from engine.captains.recorded import Recorded, RecordedSettings, recording_digest
from engine.captains.remote import RemoteSettings
from engine.cricket.match import Captaincy
from engine.errors import BadPreset, BadYaml, UnknownPreset
from engine.wording import dotted, sentence, shortened, shown
from engine.yamlfile import read_mapping

# What a mapping may say beside the settings of its kind.
_OWN_KEYS: Final = ("name", "preset", "kind", "on_failure", "params")


def _reads_nothing(_: BaseModel) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of captain: the model of its settings, and what makes one of them; None for a kind
    that calls tools, which `engine.tool_captains.build_captain` makes.

    `reads` is for kinds that play by a file: a digest of what it says. It raises `BrokenRecord` or
    `BadPreset`.
    `worth` is what the win probability takes such a captain to be worth beside the baseline, in
    five overs and in twenty (`Captaincy`): from `bench.luck`, where he plays the baseline.
    `bowling` is what his bowling is worth where it is not as much as his batting: from the first
    innings' totals of such matches, over what a unit of conditions adds to them. Neither need be
    right, and no ball depends on them; the nearer they are, the less variance is left in the
    adjusted result.
    """

    settings: type[BaseModel]
    make: Callable[[Any], Policy] | None
    summary: str
    reads: Callable[[Any], str | None] = _reads_nothing
    worth: tuple[float, float] = (0.0, 0.0)
    bowling: tuple[float, float] | None = None


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "baseline": Kind(
            settings=BaselineSettings,
            make=Baseline,
            summary="what real captains do on average in each context",
        ),
        "empirical": Kind(
            settings=EmpiricalSettings,
            make=Empirical,
            summary="a draw of what real captains did in each context",
            worth=(-0.04, -0.05),
        ),
        "heuristic": Kind(
            settings=HeuristicSettings,
            make=Heuristic,
            summary="rules of thumb: format, phase, wickets, required rate, match-ups",
            worth=(0.05, 0.01),
        ),
        "human": Kind(
            settings=HumanSettings,
            make=None,
            summary="a person, asked through the spectator bus",
        ),
        "llm": Kind(
            settings=LlmSettings,
            make=None,
            summary="a language model behind an endpoint that speaks Chat Completions",
            reads=prompt_digest,
        ),
        "optimal": Kind(
            settings=OptimalSettings,
            make=Optimal,
            summary="what is worth most against the baseline by the solved win probability",
            worth=(0.21, 0.07),
        ),
        "random": Kind(
            settings=RandomSettings,
            make=Random,
            summary="uniform over the legal choices",
            # Batting first against the baseline he made 41.1 (five overs, 233 innings) and 137
            # (twenty, 59), and gave away 63.2 (67) and 201 (21); baselines made 57.5 and 175.6, and
            # a unit of conditions adds 27.7 and 86.
            worth=(-0.59, -0.44),
            bowling=(-0.21, -0.30),
        ),
        "recorded": Kind(
            settings=RecordedSettings,
            make=Recorded,
            summary="the decisions of a record, replayed",
            reads=recording_digest,
        ),
        "remote": Kind(
            settings=RemoteSettings,
            make=None,
            summary="a program in any language, asked over HTTP",
        ),
    }
)


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
    try:
        content = read_mapping(path)
    except BadYaml as error:
        raise BadPreset(path.name, str(error)) from None
    found = {}
    for name, settings in content.items():
        if not isinstance(settings, dict) or "kind" not in settings:
            raise BadPreset(check_name(name), f"{path}: must be a mapping that begins with 'kind'")
        if "name" in settings:
            raise BadPreset(check_name(name), f"{path}: the key is its name; leave 'name' out")
        found[check_name(name)] = _from_mapping({"name": name, **settings}, known={})
    return found


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
        return _from_mapping(named, known)
    return _preset(named, known)


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


def content_digest(spec: CaptainSpec) -> str | None:
    """What the captain plays by that his settings only point to (a recording, a prompt), as a
    digest; None where the settings are all. Raises `BadPreset`, or `BrokenRecord` for what cannot
    be read.
    """
    return _kind(spec.name, spec.kind).reads(settings_of(spec))


def _preset(name: object, known: Mapping[str, CaptainSpec]) -> CaptainSpec:
    if not isinstance(name, str) or name not in known:
        raise UnknownPreset(_called(name), tuple(sorted(known)))
    return known[name]


def _from_mapping(given: Mapping[str, Any], known: Mapping[str, CaptainSpec]) -> CaptainSpec:
    name = check_name(given.get("name", given.get("preset")))
    if "kind" not in given:
        base = _preset(given.get("preset", name), known)
    elif "preset" in given:
        raise BadPreset(name, "give either 'kind' or 'preset', not both")
    else:
        base = CaptainSpec(name=name, kind=_kind_named(name, given["kind"]))
    own = {key: value for key, value in given.items() if key not in _OWN_KEYS}
    params = given.get("params", {})
    if not isinstance(params, Mapping):
        raise BadPreset(name, "'params' must be a mapping of settings")
    if twice := [key for key in own if key in params]:
        raise BadPreset(name, f"{shown(twice[0])}: given twice")
    settings = _settings(name, base.kind, {**base.params, **params, **own})
    on_failure = given.get("on_failure", base.on_failure)
    if on_failure not in ("fallback", "forfeit"):
        raise BadPreset(name, f"on_failure {shown(on_failure)}: allowed: fallback, forfeit")
    return CaptainSpec(
        name=name,
        kind=base.kind,
        params=settings.model_dump(mode="json", exclude_none=True),
        on_failure=on_failure,
    )


def _kind_named(name: str, kind: object) -> str:
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadPreset(name, f"unknown kind {shown(kind)}; known: {', '.join(sorted(KINDS))}")
    return kind


def _kind(name: str, kind: str) -> Kind:
    return KINDS[_kind_named(name, kind)]


def _settings(name: str, kind: str, params: Mapping[str, Any]) -> BaseModel:
    model = _kind(name, kind).settings
    try:
        return model.model_validate(dict(params))
    except ValidationError as error:
        raise BadPreset(name, _explain(error, model, kind)) from None
    except RecursionError:
        raise BadPreset(name, "settings that are nested too deep") from None


def _explain(error: ValidationError, model: type[BaseModel], kind: str) -> str:
    first = error.errors()[0]
    key = dotted(first["loc"])
    if first["type"] == "extra_forbidden":
        allowed = ", ".join(sorted(model.model_fields)) or "none"
        return f"unknown setting '{key}' of kind {kind}; allowed: {allowed}"
    return sentence(first, key)


def _called(name: object) -> str:
    """What somebody is called in a message who has no proper name."""
    return shortened(name) if isinstance(name, str) else shown(name)


PRESETS: Final[Mapping[str, CaptainSpec]] = MappingProxyType(
    read_presets(Path(__file__).with_name("presets.yaml"))
)
