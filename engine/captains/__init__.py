"""Captains: one kind a file, the presets, and what every captain must be."""

from engine.captains.base import CaptainSpec, Policy
from engine.captains.baseline import Baseline
from engine.captains.presets import (
    KINDS,
    PRESETS,
    build,
    captaincy_of,
    check_name,
    content_digest,
    is_scripted,
    read_presets,
    resolve,
    settings_of,
)

__all__ = [
    "KINDS",
    "PRESETS",
    "Baseline",
    "CaptainSpec",
    "Policy",
    "build",
    "captaincy_of",
    "check_name",
    "content_digest",
    "is_scripted",
    "read_presets",
    "resolve",
    "settings_of",
]
