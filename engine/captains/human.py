"""The settings of a person as a captain, asked through the spectator bus.

What plays by them is `engine.tool_captains.human`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from engine.captains.llm import Cadence, Seconds


class HumanSettings(BaseModel):
    """`deadline_s` is for one answer; who lets it pass has `on_timeout` decide: the fallback
    (the baseline), or what he himself chose last.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    cadence: Cadence = "ball"
    deadline_s: Seconds = 60.0
    on_timeout: Literal["fallback", "repeat"] = "fallback"
