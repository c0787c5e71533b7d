"""The settings of a program as a captain, asked over HTTP in any language.

What plays by them is `engine.tool_captains.remote`.
"""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Setting

from engine.captains.llm import Cadence, Seconds

_URL: Final = r"^https?://[^\s/?#@]+(/[^\s?#]*)?$"
_VARIABLE: Final = r"^[A-Za-z_][A-Za-z0-9_]{0,99}$"


class RemoteSettings(BaseModel):
    """`url` is asked by POST for every answer; `token_env` names the variable that holds its
    bearer token. `deadline_s` is for one answer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Setting(max_length=500, pattern=_URL)
    token_env: str | None = Setting(default=None, pattern=_VARIABLE)
    cadence: Cadence = "ball"
    deadline_s: Seconds = 30.0
    transport_attempts: int = Setting(default=5, ge=1, le=20)
