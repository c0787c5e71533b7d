"""The settings of a program as a captain, asked over HTTP in any language.

What plays by them is `engine.tool_captains.remote`.
"""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic import Field as Setting

from engine.captains.llm import Cadence, Seconds

_URL: Final = r"^https?://[^\s/?#@]+(/[^\s?#]*)?$"
_VARIABLE: Final = r"^[A-Za-z_][A-Za-z0-9_]{0,99}$"


def _with_a_port(url: str) -> str:
    """Raises `ValueError` for a port that there is not, or a character that no address has."""
    if not url.isprintable():
        raise ValueError("an address holds no control characters")
    try:
        urlsplit(url).port  # noqa: B018 - a property that checks
    except ValueError:
        raise ValueError("an address has a host, and a port between 0 and 65535") from None
    return url


class RemoteSettings(BaseModel):
    """`url` is asked by POST for every answer; `token_env` names the variable that holds its
    bearer token. `deadline_s` is for one answer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, Setting(max_length=500, pattern=_URL), AfterValidator(_with_a_port)]
    token_env: str | None = Setting(default=None, pattern=_VARIABLE)
    cadence: Cadence = "ball"
    deadline_s: Seconds = 30.0
    transport_attempts: int = Setting(default=5, ge=1, le=20)
