"""The settings of a language model as a captain: any endpoint that speaks Chat Completions.

What plays by them is `engine.tool_captains.llm`. A key is named, never written: by the environment
variable or the Prefect Secret block that holds it.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator
from pydantic import Field as Setting

_URL: Final = r"^https?://[^\s/?#@]+(/[^\s?#]*)?$"  # no user, no password, no query
_ADDRESS: Final = (
    "http:// or https://, a host, a port from 1 to 65535 where it is not the usual, and a path"
)
_VARIABLE: Final = r"^[A-Za-z_][A-Za-z0-9_]{0,99}$"
_BLOCK: Final = r"^[a-z0-9][a-z0-9-]{0,99}$"
# What every request has or must not have: its limits are reserved by what the settings say.
_NOT_BESIDES: Final = frozenset(
    {
        *("model", "messages", "tools", "tool_choice", "response_format", "stream", "n"),
        *("max_tokens", "temperature", "top_p", "seed", "reasoning_effort"),
        *("max_completion_tokens", "max_new_tokens", "n_predict", "best_of"),
        *("functions", "function_call"),
    }
)
LONGEST_NAME: Final = 200

Cadence = Literal["ball", "over"]


def _connectable(url: str) -> str:
    """Refuses what no connection could be made to, whatever the network. Raises `ValueError`."""
    if re.fullmatch(_URL, url) is None:
        raise ValueError(f"no such address; allowed: {_ADDRESS}, and nothing more")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna"), parts.port
    except ValueError as error:
        raise ValueError(f"{error}; allowed: {_ADDRESS}") from None
    if not url.isprintable():
        raise ValueError(f"a control character; allowed: {_ADDRESS}")
    if not host or port == 0:
        raise ValueError(f"{'port 0' if host else 'no host'}; allowed: {_ADDRESS}")
    return url


def _besides(fields: dict[str, Any]) -> dict[str, Any]:
    if taken := sorted(_NOT_BESIDES & fields.keys()):
        raise ValueError(
            f"{', '.join(taken)}: a part of every request, or a setting by itself; allowed: "
            "other fields that the endpoint knows"
        )
    return fields


Address = Annotated[str, Setting(max_length=500), AfterValidator(_connectable)]
Variable = Annotated[str, Setting(pattern=_VARIABLE)]
Seconds = Annotated[float, Setting(gt=0, le=3600, allow_inf_nan=False)]


# The settings of `LlmSettings` that say how he is reached and what he may take.
LIMITS: Final = frozenset(
    {
        *("api_key_env", "api_key_block", "price", "budget", "episode_budget"),
        *("deadline_s", "connect_s", "transport_attempts"),
    }
)
# Those that change nothing of what is asked or how an answer is read.
UNASKED: Final = LIMITS | {"mode"}


class Allowance(BaseModel):
    """What may be spent; None is no limit. `tokens` of prompt and answer together."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    tokens: int | None = Setting(default=None, ge=1)
    usd: float | None = Setting(default=None, gt=0, allow_inf_nan=False)
    calls: int | None = Setting(default=None, ge=1)
    wall_s: float | None = Setting(default=None, gt=0, allow_inf_nan=False)


NO_LIMIT: Final = Allowance()


class Price(BaseModel):
    """Dollars for a million tokens, where the provider states no cost itself. `cached_input` None:
    as `input`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    input: float = Setting(ge=0, allow_inf_nan=False)
    output: float = Setting(ge=0, allow_inf_nan=False)
    cached_input: float | None = Setting(default=None, ge=0, allow_inf_nan=False)


class LlmSettings(BaseModel):
    """`mode` cached plays from what was answered before, and fails where nothing was.

    `deadline_s` is for one answer, from the moment the endpoint has taken the request; a question
    is asked again after one that is late, as after any that is unusable.
    `context_tokens` bounds the prompt; `max_preparing` the calls for one question that only
    prepare, as each is paid for. `strict` asks for calls that the endpoint holds to the schema,
    `reasons` for a reason with each.
    `budget` is the captain's in a run, `episode_budget` in one episode.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    model: str = Setting(min_length=1, max_length=LONGEST_NAME)
    base_url: Address
    api_key_env: Variable | None = None
    api_key_block: str | None = Setting(default=None, pattern=_BLOCK)
    mode: Literal["live", "cached"] = "live"
    cadence: Cadence = "ball"
    prompt: str = Setting(default="captain", min_length=1, max_length=500)
    tools: Literal["all", "committing"] = "all"
    max_preparing: int = Setting(default=2, ge=0, le=12)
    strict: bool = True
    reasons: bool = True
    temperature: float | None = Setting(default=None, ge=0, le=2)
    top_p: float | None = Setting(default=None, gt=0, le=1)
    seed: int | None = Setting(default=None, ge=0)
    max_tokens: int = Setting(default=1024, ge=16, le=200_000)
    reasoning_effort: str | None = Setting(default=None, max_length=40)
    extra_body: Annotated[dict[str, Any], AfterValidator(_besides)] = Setting(default_factory=dict)
    context_tokens: int = Setting(default=8_000, ge=500, le=2_000_000)
    deadline_s: Seconds = 60.0
    connect_s: Seconds = 10.0
    transport_attempts: int = Setting(default=5, ge=1, le=20)
    price: Price | None = None
    budget: Allowance = NO_LIMIT
    episode_budget: Allowance = NO_LIMIT

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if self.api_key_env is not None and self.api_key_block is not None:
            raise ValueError("give either api_key_env or api_key_block, not both")
        return self
