"""What a language model is taken to need of whom nothing has been measured: docs/planning.md says
where each number comes from.

Decisions and the size of a prompt were counted in matches of five and twenty overs; how often a
model is asked again, how much it says and how long it takes are assumptions, wide on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.captains import CaptainSpec, settings_of
from engine.captains.llm import Cadence, LlmSettings
from engine.tool_captains.account import Usage
from flows.ranges import Range

# Questions to one seat in a match of so many overs an innings: these, and so many for each over.
_QUESTIONS: Final = 2.5
_QUESTIONS_AN_OVER: Final[dict[Cadence, float]] = {"ball": 12.6, "over": 3.1}
_PROMPT_BYTES: Final = {"committing": 4_400, "all": 7_000}
_BYTES_A_TOKEN: Final = Range(5.0, 4.0, 3.0)
_ROOM_FOR_A_PROMPT: Final = 1.25  # of the usual size, at the most tokens that its bytes may be
_CALLS_A_QUESTION: Final = Range(1.0, 1.05, 1.3)
_PREPARING: Final = Range(0.0, 0.5, 1.0)  # of the calls that may prepare
_TOKENS_OUT: Final = Range(40.0, 150.0, 600.0)  # of one answer
_THINKING: Final = Range(0.1, 0.4, 1.0)  # of `max_tokens`, where the model is told to think
_ANSWER_S: Final = Range(0.5, 2.0, 8.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """Of one captain in one episode."""

    calls: Range
    tokens_in: Range
    tokens_out: Range
    answers_s: Range

    @property
    def tokens(self) -> Range:
        return self.tokens_in.plus(self.tokens_out)

    def usd(self, captain: CaptainSpec) -> Range | None:
        """None where nobody knows the price."""
        settings = settings_of(captain)
        assert isinstance(settings, LlmSettings)
        costs = [
            _usd(settings, *each) for each in zip(self.tokens_in, self.tokens_out, strict=True)
        ]
        known = [cost for cost in costs if cost is not None]
        return Range(*known) if len(known) == len(costs) else None


def assumed(captain: CaptainSpec, overs: int) -> Assumed | None:
    """None of whoever is no language model, or plays from what was answered before."""
    settings = settings_of(captain)
    if not isinstance(settings, LlmSettings) or settings.mode == "cached":
        return None
    calls = _calls(settings, overs)
    size = _PROMPT_BYTES[settings.tools]
    prompt = Range(*(min(settings.context_tokens, size / by) for by in _BYTES_A_TOKEN))
    answer = _answer(settings)
    return Assumed(
        calls=calls,
        tokens_in=calls.by(prompt),
        tokens_out=calls.by(answer),
        answers_s=calls.by(_ANSWER_S),
    )


def one_call(captain: CaptainSpec) -> Usage:
    """The most that the budgets will hold back for a call, which is more than it takes: all of
    `max_tokens`. A pair needs that much room to its last call.
    """
    settings = settings_of(captain)
    if not isinstance(settings, LlmSettings) or settings.mode == "cached":
        return Usage(cost_usd=0.0)
    prompt = _PROMPT_BYTES[settings.tools] / _BYTES_A_TOKEN.high * _ROOM_FOR_A_PROMPT
    tokens_in = min(settings.context_tokens, round(prompt))
    cost_usd = _usd(settings, tokens_in, settings.max_tokens)
    return Usage(tokens_in=tokens_in, tokens_out=settings.max_tokens, cost_usd=cost_usd)


def _usd(settings: LlmSettings, tokens_in: float, tokens_out: float) -> float | None:
    from engine.tool_captains.llm.prices import priced  # a language model may never be asked

    usage = Usage(tokens_in=round(tokens_in), tokens_out=round(tokens_out))
    return priced(usage, settings).usage.cost_usd


def _calls(settings: LlmSettings, overs: int) -> Range:
    questions = _QUESTIONS + _QUESTIONS_AN_OVER[settings.cadence] * overs
    calls = _CALLS_A_QUESTION.times(questions)
    if settings.tools == "all":
        calls = calls.plus(_PREPARING.times(questions * settings.max_preparing))
    return calls


def _answer(settings: LlmSettings) -> Range:
    thinks = settings.reasoning_effort not in (None, "none", "minimal")
    said = _THINKING.times(settings.max_tokens) if thinks else _TOKENS_OUT
    return Range(*(min(settings.max_tokens, one) for one in said))
