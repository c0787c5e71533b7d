"""The settings of a program as a captain, asked over HTTP in any language.

What plays by them is `engine.tool_captains.remote`.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Setting

from engine.captains.llm import Address, Cadence, Seconds, Variable


class RemoteSettings(BaseModel):
    """`url` is asked by POST for every answer; `token_env` names the variable that holds its
    bearer token. `deadline_s` is for one answer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    url: Address
    token_env: Variable | None = None
    cadence: Cadence = "ball"
    deadline_s: Seconds = 30.0
    transport_attempts: int = Setting(default=5, ge=1, le=20)
