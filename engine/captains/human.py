"""The settings of a person as a captain, asked through the spectator bus.

What plays by them is `engine.tool_captains.human`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Setting

from engine.captains.llm import Cadence, Seconds


class HumanSettings(BaseModel):
    """`deadline_s` is for one answer; who lets it pass has `on_timeout` decide: the baseline, or
    what he himself chose last. Who lets `gone_after` of them pass in a row is not waited for until
    he is back.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    cadence: Cadence = "ball"
    deadline_s: Seconds = 60.0
    on_timeout: Literal["baseline", "repeat"] = "baseline"
    gone_after: int = Setting(default=3, ge=1, le=1000)
