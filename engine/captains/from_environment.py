"""`llm_live` and `llm_cached`: the presets of a language model of one's own.

No endpoint and no model ships with the project, so these two take theirs from the environment, by
the variables below. What a file says goes before. A preset of the same name in a user's own file
takes their place.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from engine.errors import BadPreset
from engine.variables import LLM_API_KEY_ENV, LLM_BASE_URL, LLM_MODEL, Variable

VARIABLES: Final[Mapping[str, Variable]] = MappingProxyType(
    {"base_url": LLM_BASE_URL, "model": LLM_MODEL, "api_key_env": LLM_API_KEY_ENV}
)
"""The variable that each setting is taken from."""

FROM_ENVIRONMENT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "llm_live": "the language model that the environment names, asked",
        "llm_cached": "the same, from the answers that were kept of it; nobody is asked",
    }
)
"""The presets of kind `llm` that are complete only with the environment, and what each is."""

_NEEDED: Final = ("base_url", "model")
_KEYS: Final = frozenset({"api_key_env", "api_key_block"})


def filled(preset: str, own: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of one of these presets that `own` does not say. Raises `BadPreset`, which says
    what to set.

    A key goes to the endpoint that it stands beside: an endpoint of one's own is sent none that
    the environment names.
    """
    taken = {
        setting: value
        for setting, variable in VARIABLES.items()
        if setting not in own and (value := variable.read())
    }
    mode = preset.removeprefix("llm_")
    if "base_url" in own or own.keys() & _KEYS or mode == "cached":
        taken.pop("api_key_env", None)
    if missing := [setting for setting in _NEEDED if setting not in {*own, *taken}]:
        raise BadPreset(preset, _what_to_set(missing))
    return {"mode": mode, **taken}


def blamed(fault: BadPreset, own: Mapping[str, Any]) -> BadPreset:
    """The same faults of these presets' settings, with the variables that they were taken from."""

    def with_variable(one: BadPreset) -> BadPreset:
        setting = str(one.at[0]) if one.at else ""
        if setting in own or setting not in VARIABLES:
            return one
        return BadPreset(one.name, f"{one.why} (from {VARIABLES[setting]})", one.at)

    return fault.each(with_variable)


def _what_to_set(missing: list[str]) -> str:
    named = " and ".join(str(VARIABLES[setting]) for setting in missing)
    return (
        f"not known: its {' and '.join(missing)}; set {named} in the environment ({LLM_BASE_URL} "
        f"such as http://127.0.0.1:8080/v1; {LLM_API_KEY_ENV} to the name of the variable that "
        f"holds a key, where one is needed), or write {' and '.join(missing)} beside its name in "
        "the file"
    )
