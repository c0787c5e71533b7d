"""Growing tournaments played without a match: outcomes that a rule makes up."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from engine.events import EndReason
from tests.tournaments.support import spec_of
from tournaments import (
    Course,
    EpisodeOutcome,
    EpisodePlan,
    FileDigest,
    InningsOutcome,
    TournamentSpec,
    course_of,
)

DIGEST = FileDigest("3f2a1c" + "0" * 58)
Rule = Callable[[EpisodePlan], str | None]
FORMATS = (
    "{kind: round_robin, legs: 2}",
    "{kind: knockout}",
    "{kind: knockout, best_of: 1, third_place: true, seeding: draw}",
    "{kind: swiss}",
    "{kind: swiss, rounds: 5}",
    "{kind: league_playoffs, best_of: 1}",
    "{kind: league_playoffs, qualifiers: 6, playoffs: knockout, third_place: true}",
    "{kind: groups, best_of: 3, extend_to: 4}",
    "{kind: groups, groups: 3, advance: 1, tie_break: lot}",
    "{kind: ladder, challengers: 3}",
)


def cup(form: str, captains: int = 6, **match: object) -> TournamentSpec:
    """A tournament of captains `c1`, the best, to `c<n>`."""
    names = "".join(f"  - {{name: c{n}, kind: heuristic}}\n" for n in range(1, captains + 1))
    more = "".join(f", {key}: {value}" for key, value in match.items())
    pairs = "" if "pairs" in match or "knockout, best_of" in form else ", pairs: 2"
    return spec_of(
        f"name: cup\nseed: 7\nmatch: {{overs: 5{pairs}{more}}}\nformat: {form}\ncaptains:\n{names}"
    )


def better(episode: EpisodePlan) -> str:
    """The captain with the lower number wins."""
    return min(episode.home, episode.away, key=lambda name: int(name[1:]))


def level(_: EpisodePlan) -> None:
    """Nobody ever wins."""


def by_chance(seed: int) -> Rule:
    """Whoever is drawn, or nobody; the same for an episode whenever it is played."""

    def rule(episode: EpisodePlan) -> str | None:
        return Random(f"{seed}/{episode.episode_id}").choice([episode.home, episode.away, None])

    return rule


def ended(
    episode: EpisodePlan,
    winner: str | None,
    reason: EndReason = EndReason.COMPLETED,
    *,
    runs: tuple[int, int] = (50, 50),
    luck: float = 0.0,
    attempt: int = 1,
) -> EpisodeOutcome:
    sides = zip((episode.home, episode.away), runs, strict=True)
    return EpisodeOutcome(
        episode_id=episode.episode_id,
        home=episode.home,
        away=episode.away,
        winner=winner,
        end_reason=reason,
        innings=tuple(
            InningsOutcome(
                batting=name, runs=scored, wickets=0, balls=30, all_out=False, max_balls=30
            )
            for name, scored in sides
        ),
        luck=luck,
        attempt=attempt,
    )


def played(spec: TournamentSpec, rule: Rule = better, occasion: str = "1") -> Course:
    """The course when everything has been played."""
    return course_of(spec, DIGEST, occasion, season(spec, rule, occasion))


def season(spec: TournamentSpec, rule: Rule = better, occasion: str = "1") -> list[EpisodeOutcome]:
    """All outcomes, wave by wave, as a run plays them."""
    outcomes: dict[str, EpisodeOutcome] = {}
    while True:
        plan = course_of(spec, DIGEST, occasion, outcomes.values()).plan
        new = [e for e in plan.episodes() if e.episode_id not in outcomes]
        if not new:
            return list(outcomes.values())
        outcomes |= {e.episode_id: ended(e, rule(e)) for e in new}
