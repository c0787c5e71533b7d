"""What a chat endpoint's failure means: that of the transport or a bad endpoint (`..faults`), or

CaptainUnavailable
├── NotCached        the organiser: `mode: cached` asks for an answer that was never given
└── RequestRefused   the captain asks for less (`chat`)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from engine.errors import CaptainUnavailable, EngineError
from engine.tool_captains.faults import BadEndpoint, Part, TransportFault, retry_after_s
from engine.tool_captains.llm.chat import RequestRefused
from engine.tool_captains.llm.completion import error_in
from engine.wording import printable, shortened

LONGEST_WHY: Final = 300
_EMPTY_QUOTA: Final = {"insufficient_quota", "billing_hard_limit_reached", "insufficient_credits"}
_TOO_LONG: Final = re.compile(
    r"context_length_exceeded|context (length|window|size)|maximum context|too many tokens"
    r"|prompt is too long|exceeds? the (available|maximum) (context|tokens)",
    re.IGNORECASE,
)
_UNKNOWN_MODEL: Final = re.compile(
    r"model_not_found|model[^.]{0,80}(not found|does ?n[o']t exist|not exist|unknown|no such)"
    r"|(unknown|no such|invalid) model",
    re.IGNORECASE,
)
_BAD_KEY: Final = re.compile(
    r"(not (a )?valid|invalid|incorrect|wrong)[ _]api[ _]?key"
    r"|api[ _]?key[^.]{0,20}(not valid|invalid)",
    re.IGNORECASE,
)
_FEATURE: Final = re.compile(
    r"\b(tools?|tool[_ ](choice|use|calls?)|functions?|function call\w*|response_format"
    r"|json[_ ]schema|json mode|grammar|structured outputs?|parameters?|extra inputs?)\b",
    re.IGNORECASE,
)
_LACKING: Final = re.compile(
    r"not support|n't support|unsupported|unknown|unrecogni[sz]ed|not (permitted|allowed|enabled"
    r"|implemented|available)|requires|invalid",
    re.IGNORECASE,
)

# What the model wrote is no tool call to the server, which says so as if it were its own failure
# (llama.cpp, Ollama): asked again in the same way, it would mostly write the same.
_UNPARSED: Final = re.compile(
    r"failed to parse (input at pos|tool call)|error parsing tool call", re.IGNORECASE
)


class NotCached(CaptainUnavailable):
    """No answer is remembered for this question, and none may be asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A response that is no answer. `headers` by their names in small letters; `said` and `code`
    of the error in the body, without secrets.
    """

    status: int
    said: str = ""
    code: str = ""
    headers: Mapping[str, str]

    @property
    def text(self) -> str:
        said = shortened(printable(" ".join(self.said.split())), LONGEST_WHY)
        return f"{self.status}: {said}" if said else f"status {self.status}"


def fault_of(failure: Failure, endpoint: str, model: str) -> EngineError:
    """The error to raise for a response that is no answer."""
    status, told = failure.status, f"{failure.code} {failure.said}"
    if status == 402 or failure.code in _EMPTY_QUOTA or "insufficient_quota" in told:
        return TransportFault(endpoint, f"the quota is spent ({failure.text})", final=True)
    if status in (401, 403) or (status == 400 and _BAD_KEY.search(told)):
        return BadEndpoint(endpoint, f"the key is not accepted ({failure.text})", Part.KEY)
    if 300 <= status < 400:
        return BadEndpoint(endpoint, f"it redirects (status {status})", Part.ADDRESS)
    if status in (408, 409, 425, 429) or (status >= 500 and not _may_take_less(told)):
        return TransportFault(
            endpoint,
            failure.text,
            retry_after_s(failure.headers),
            pushed_back=status == 429,
        )
    if status == 413 or _TOO_LONG.search(told):
        return RequestRefused(endpoint, failure.text, too_long=True)
    if not _may_take_less(told) and (status == 404 or _UNKNOWN_MODEL.search(told)):
        why = f"it does not know the model {model!r} ({failure.text})"
        return BadEndpoint(endpoint, why, Part.MODEL)
    return RequestRefused(endpoint, failure.text)


def failure_in(
    status: int, payload: object, headers: Mapping[str, str], clean: Callable[[str], str]
) -> Failure:
    """What a body says of an error, in the ways that endpoints say it."""
    error: Any = error_in(payload)
    if error is None:
        error = payload.get("error", payload) if isinstance(payload, dict) else payload
    if isinstance(error, dict):
        said = error.get("message") or error.get("detail") or error.get("msg") or ""
        code = error.get("code") or error.get("type") or ""
    else:
        said, code = error if isinstance(error, str) else "", ""
    lowered = {name.lower(): value for name, value in headers.items()}
    return Failure(status=status, said=clean(str(said)), code=clean(str(code)), headers=lowered)


def _may_take_less(told: str) -> bool:
    """Whether another request may be answered, though this one was the server's failure."""
    return _lacks_a_feature(told) or _UNPARSED.search(told) is not None


def _lacks_a_feature(told: str) -> bool:
    return bool(_FEATURE.search(told) and _LACKING.search(told))
