"""Captains: one kind a file, the presets, and what every captain must be."""

from engine.captains.base import CaptainSpec, Policy
from engine.captains.baseline import Baseline
from engine.captains.from_environment import FROM_ENVIRONMENT
from engine.captains.kinds import KINDS, Kind, captaincy_of
from engine.captains.plugins import GROUP, Plugin, clash_of, load, plugins
from engine.captains.presets import (
    PRESETS,
    build,
    check_name,
    content_digest,
    is_scripted,
    limits_of,
    preset_names,
    read_presets,
    resolve,
    scripted_presets,
    setting_line,
)
from engine.captains.settings import kind_names, settings_of

__all__ = [
    "FROM_ENVIRONMENT",
    "GROUP",
    "KINDS",
    "PRESETS",
    "Baseline",
    "CaptainSpec",
    "Kind",
    "Plugin",
    "Policy",
    "build",
    "captaincy_of",
    "check_name",
    "clash_of",
    "content_digest",
    "is_scripted",
    "kind_names",
    "limits_of",
    "load",
    "plugins",
    "preset_names",
    "read_presets",
    "resolve",
    "scripted_presets",
    "setting_line",
    "settings_of",
]
