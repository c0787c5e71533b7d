"""What a model is told beside the match: the captain's prompt, and how it is to answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.tool_captains.llm.rungs import Rung

_BY_TOOL: Final = "Answer by calling exactly one tool. Do not answer in text."
_BY_JSON: Final = (
    "Answer with exactly one JSON object and nothing else, no other text and no code fence:\n"
    '{"call": {"tool": "NAME", "arguments": {"ARGUMENT": "VALUE"}}}\n'
    'For instance: {"call": {"tool": "play_delivery", "arguments": {"shot": "drive", '
    '"aggression": 0.5}}}'
)
HOW_TO_ANSWER: Final = {
    Rung.STRICT: _BY_TOOL,
    Rung.TOOLS: _BY_TOOL,
    Rung.AUTO: _BY_TOOL,
    Rung.SCHEMA: _BY_JSON,
    Rung.TEXT: _BY_JSON,
}
FOR_THE_OVER: Final = "Your answer stands for the rest of this over, until a new batter comes in."
MUST_ANSWER: Final = "Only the tool that answers the question may be called now."
SO_FAR: Final = "The match so far:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """`text` is the captain's; `digest` is of everything that shapes what is sent."""

    name: str
    text: str
    digest: str

    def system(self, rung: Rung) -> str:
        return f"{self.text}\n\n{HOW_TO_ANSWER[rung]}"
