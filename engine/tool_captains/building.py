"""From a captain's spec to the captain that plays, for the kinds that call tools."""

from __future__ import annotations

from engine.captains import CaptainSpec, settings_of
from engine.captains.human import HumanSettings
from engine.captains.llm import LlmSettings
from engine.captains.remote import RemoteSettings
from engine.cricket.choices import Seat
from engine.errors import BadPreset
from engine.tool_captains.contract import Caller, ToolCaptain
from engine.tool_captains.services import Services


def build_captain(
    spec: CaptainSpec, *, seat: Seat, episode_id: str, services: Services, match: str = ""
) -> ToolCaptain:
    """`match` is the match's digest (`EpisodeSpec.match_digest`). Raises `BadPreset` for settings
    that cannot be used.
    """
    settings = settings_of(spec)
    who = Caller(captain=spec.name, episode_id=episode_id, seat=seat, match=match)
    match settings:
        case LlmSettings():
            from engine.tool_captains.llm.captain import LlmCaptain

            return LlmCaptain(settings, who=who, services=services)
        case RemoteSettings():
            from engine.tool_captains.remote.captain import RemoteCaptain

            return RemoteCaptain(settings, who=who, services=services)
        case HumanSettings():
            from engine.tool_captains.human.captain import HumanCaptain

            return HumanCaptain(settings, who=who, services=services)
    raise BadPreset(spec.name, f"a captain of kind {spec.kind} calls no tools")
