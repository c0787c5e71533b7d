"""What captains decide: the choice, how it came about, and the calls that led to it."""

from __future__ import annotations

import json
from typing import Any, Final, Literal, Self

from engine.events.strict import SeatName, Strict
from engine.wording import printable, shortened

LONGEST_CALL_TEXT: Final = 2_000  # characters; the longest legal call has about 1,700
LONGEST_TOOL: Final = 40
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False).encode

# Who or what gave a decision.
Source = Literal[
    "policy",
    "llm",
    "cache",
    "remote",
    "human",
    "standing",
    "repeat",
    "default",
    "fallback",
    "recorded",
]


class Spent(Strict):
    """What answers took. `cost_usd` None: nobody knows. `from_cache`: paid for before."""

    calls: int
    from_cache: int = 0
    transport_retries: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    tokens_reasoning: int = 0
    cost_usd: float | None = None


class CallMade(Strict):
    """One tool call on the way to a decision. `arguments` and `reply` are JSON as text, cut at
    `LONGEST_CALL_TEXT` characters with an ellipsis; `reply` is empty for a call that commits or was
    refused, `error` says why it was, None where it was taken.
    """

    tool: str
    arguments: str
    reply: str = ""
    error: str | None = None

    @classmethod
    def of(
        cls,
        tool: str,
        arguments: object,
        *,
        reply: object = None,
        error: str | None = None,
    ) -> Self:
        """What comes from outside is cut and made safe to write, whatever it is."""
        return cls(
            tool=shortened(printable(tool), LONGEST_TOOL),
            arguments=_text(arguments),
            reply=_text(reply) if reply else "",
            error=None if error is None else _cut(error),
        )


class DecisionMade(Strict):
    """One decision, published after the ball it was for. `choice` is what was decided, in the
    captain's words; `cost` the win probability that it gave away against the best legal choice.
    `spent` of captains who are asked through an endpoint, `calls` of all who call tools.

    On the bus `reason`, `errors` and `calls` are empty: they go as `Reasoning`.
    """

    number: int
    seat: SeatName
    captain: str
    kind: str
    innings: int
    ball: str
    choice: dict[str, Any]
    source: Source
    reason: str | None = None
    rethinks: int = 0
    errors: tuple[str, ...] = ()
    latency_ms: float | None = None
    cost: float | None = None
    spent: Spent | None = None
    calls: tuple[CallMade, ...] = ()


class Reasoning(Strict):
    """What the captain thought, said and called for the decision `number`; on a stream beside the
    match's, once the run lets it be seen.
    """

    number: int
    seat: SeatName
    innings: int
    ball: str
    reason: str | None = None
    errors: tuple[str, ...] = ()
    calls: tuple[CallMade, ...] = ()


def _text(value: object) -> str:
    try:
        return _cut(_ENCODE(value))
    except (TypeError, ValueError, RecursionError):  # a captain of one's own may call with anything
        return "?"


def _cut(text: str) -> str:
    """Short enough, and without what no JSON can carry (unpaired surrogates)."""
    return shortened(text, LONGEST_CALL_TEXT).encode("utf-8", "replace").decode()
