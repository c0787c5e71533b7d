"""The track of a stopping rule, for the report: how it stood pair by pair, or look by look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flows.report.content import Step, Stopping
from tournaments.pairs import Pair
from tournaments.report import plain_name
from tournaments.stats.ranked import RankedState
from tournaments.stats.sprt import State
from tournaments.stopping import RankedStop, SprtStop

_SPRT: Final = {
    State.ACCEPT_H0: "H0 is accepted",
    State.ACCEPT_H1: "H1 is accepted",
    State.CONTINUE: "not decided",
}
_RANKED: Final = {
    RankedState.RANKED: "every gap is decided",
    RankedState.EXHAUSTED: "the last look is over, with gaps open",
    RankedState.CONTINUE: "not decided",
}


def stopping_of(rule: SprtStop | RankedStop, pairs: Sequence[Pair]) -> Stopping:
    """The rule and its track over whole pairs in the plan's order."""
    return _of_test(rule, pairs) if isinstance(rule, SprtStop) else _of_league(rule, pairs)


def _of_test(rule: SprtStop, pairs: Sequence[Pair]) -> Stopping:
    test, track = rule.test, rule.track(pairs)
    verdict = track[-1].state if track else State.CONTINUE
    return Stopping(
        rule=(
            f"SPRT of {plain_name(rule.first)} against {plain_name(rule.second)}: H0 {test.elo0:g} "
            f"and H1 {test.elo1:g} Elo ({test.model}), alpha {test.alpha:g}, beta {test.beta:g}, "
            f"{_scores(adjusted=rule.adjusted)}"
        ),
        decided=f"{_SPRT[verdict]} after {len(track)} pairs",
        measure="log-likelihood ratio",
        steps=tuple(
            Step(pairs=number, value=step.llr, lower=step.lower, upper=step.upper)
            for number, step in enumerate(track, start=1)
        ),
    )


def _of_league(rule: RankedStop, pairs: Sequence[Pair]) -> Stopping:
    track = rule.track(pairs)
    verdict = track[-1].state if track else RankedState.CONTINUE
    looks = f"{len(track)} of {len(rule.rule.looks)} looks"
    return Stopping(
        rule=(
            f"Stop when all neighbours are told apart, or are within {rule.rule.margin_elo:g} Elo: "
            f"alpha {rule.rule.alpha:g} over all looks and gaps, {_scores(adjusted=rule.adjusted)}"
        ),
        decided=f"{_RANKED[verdict]} after {looks}",
        measure="gaps that are open",
        steps=tuple(
            Step(pairs=step.look, value=len(step.open_gaps), lower=None, upper=None)
            for step in track
        ),
    )


def _scores(*, adjusted: bool) -> str:
    return "luck taken out" if adjusted else "results as they were"
