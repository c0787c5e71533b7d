"""Tournaments with a stopping rule, for tests: few captains, made-up results."""

from __future__ import annotations

from random import Random

from tests.tournaments.seasons import Rule
from tests.tournaments.support import spec_of
from tournaments import EpisodePlan, TournamentSpec

RULES = (
    "{when: ranked, max_pairs: 12}",
    "{when: ranked, max_pairs: 12, every: 3, scores: adjusted}",
    "{when: ranked, max_pairs: 12, margin_elo: 300, allocate: adaptive}",
    "{sprt: {pair: [c2, c1], elo0: 0, elo1: 100, max_pairs: 20}}",
    "{sprt: {pair: [c1, c3], elo0: 0, elo1: 60, model: logistic, max_pairs: 20, every: 3}}",
    "{sprt: {pair: [c1, c2], elo0: 0, elo1: 100, scores: adjusted, max_pairs: 20}}",
)


def stopped_by(
    stop: str, *, captains: int = 3, pairs: int = 4, shared: bool = True
) -> TournamentSpec:
    """A round robin of captains `c1`, the best, to `c<n>`."""
    names = ", ".join(f"{{name: c{n}, kind: heuristic}}" for n in range(1, captains + 1))
    return spec_of(
        f"name: cup\nseed: 7\nmatch: {{overs: 5, pairs: {pairs}, shared_seeds: "
        f"{str(shared).lower()}}}\nstop: {stop}\ncaptains: [{names}]\n"
    )


def mostly(chance: float, seed: int = 0) -> Rule:
    """The captain with the lower number wins so often; the same episode always ends the same."""

    def rule(episode: EpisodePlan) -> str | None:
        better, worse = sorted((episode.home, episode.away))
        drawn = Random(f"{seed}/{episode.episode_id}").random()
        return better if drawn < chance else worse

    return rule
