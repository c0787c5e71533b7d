"""How a stopping rule stands: what it says of the pairs so far, and each look that it had."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tournaments.stats.ranked import JudgedGap
from tournaments.stats.sprt import Model, Sprt
from tournaments.stop_spec import SprtTest, StopRanked


class StopState(StrEnum):
    """`continue` while pairs are to be played; `inconclusive` at the cap, with nothing decided."""

    CONTINUE = "continue"
    RANKED = "ranked"
    ACCEPT_H0 = "accept_h0"
    ACCEPT_H1 = "accept_h1"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """After so many `pairs` the statistic stood at `value`, between its bounds while nothing is
    decided: the log-likelihood ratio of a test, or how many gaps were open, without bounds.
    """

    pairs: int
    value: float
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """How a rule stands: its looks so far, and of `ranked` the gaps at the last of them, of a test
    what its first captain `scored` in each pair up to it. `planned`: at how many pairs it looks,
    the last the cap.
    """

    rule: StopRanked | SprtTest
    planned: tuple[int, ...]
    state: StopState
    looks: tuple[Look, ...]
    gaps: tuple[JudgedGap, ...] = ()
    scored: tuple[float, ...] = ()

    @property
    def pairs(self) -> int:
        """After how many it last looked; 0 before the first look."""
        return self.looks[-1].pairs if self.looks else 0


def sprt_of(test: SprtTest) -> Sprt:
    """The arithmetic of the file's test."""
    return Sprt(
        elo0=test.elo0,
        elo1=test.elo1,
        model=Model(test.model),
        alpha=test.alpha,
        beta=test.beta,
    )
