"""What a captain is: one of two small protocols, and the settings that build it.

A *policy* answers a `DecisionRequest` in the engine's own terms; scripted captains are policies.
A *tool captain* reads an observation and calls a tool; language models, programs and people are
tool captains. Both sit in the same seat, with the same legality check, budgets and counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

from engine.cricket.choices import Decision
from engine.cricket.nodes import DecisionRequest

if TYPE_CHECKING:
    from engine.seeds import CaptainDraws


_T = TypeVar("_T")

# A name comes from a file or a form and goes into tables, file names, HTML and prompts.
NAME_PATTERN: Final = r"^[A-Za-z0-9]([A-Za-z0-9 ._-]{0,38}[A-Za-z0-9._-])?$"
NAME_RULE: Final = (
    "1 to 40 letters (a-z), digits, spaces, '.', '_' or '-', beginning with a letter or digit"
)


class CaptainSpec(BaseModel):
    """A captain as a file names it: resolved, so that two runs of the same spec mean the same
    captain.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    name: str = Field(
        pattern=NAME_PATTERN,
        title="Name",
        description=f"How the captain appears in tables and on screen: {NAME_RULE}.",
    )
    kind: str = Field(title="Kind", description="`captains presets` lists them.")
    params: dict[str, Any] = Field(default_factory=dict, title="Settings of this kind")
    on_failure: Literal["fallback", "forfeit"] = Field(
        default="fallback",
        title="On failure",
        description="When no usable answer comes: let the fallback decide, or lose the match.",
    )


@runtime_checkable
class Policy(Protocol):
    """A captain that answers in the engine's terms. Must be a pure function of the request and of
    `draws`.
    """

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision: ...


def pick(options: Sequence[_T], uniform: float) -> _T:
    """The option that a uniform draw falls on, each as likely as any other."""
    return options[int(uniform * len(options))]
