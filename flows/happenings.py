"""Prefect events of what happens in a run: automations hear them.

Prefect sends them from a thread, and logs one that it cannot send: a run neither waits for an event
nor fails for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any, Final

from prefect.events import emit_event

from engine.result import EpisodeResult
from flows.newcomers import Newcomer
from flows.outside import Outside
from flows.summary import RunSummary

EPISODE_ENDED: Final = "captains.episode.ended"
TOURNAMENT_ENDED: Final = "captains.tournament.ended"
CAPTAIN_UNHEALTHY: Final = "captains.captain.unhealthy"
CAPTAIN_ADDED: Final = "captains.captain.added"
RATING_OUTSIDE: Final = "captains.rating.outside"
MOST_RELATED: Final = 80


def episode_ended(result: EpisodeResult, tournament: str | None = None) -> None:
    """Resource: the episode. Related: its captains, and the tournament."""
    captains = [_related("captain", name) for name in dict.fromkeys((result.home, result.away))]
    _emit(
        EPISODE_ENDED,
        _resource("episode", result.episode_id, f"{result.home} v {result.away}"),
        [*captains, *([_related("tournament", tournament)] if tournament else [])],
        {
            "attempt": result.attempt,
            "seed": result.seed,
            "home": result.home,
            "away": result.away,
            "winner": None if result.winner is None else result.captain(result.winner),
            "end_reason": result.end_reason.value,
            "result": result.result,
            "luck": round(result.luck, 6),
        },
    )


def tournament_ended(name: str, story: str, summary: RunSummary) -> None:
    """Resource: the tournament. Related: its captains, the first of many."""
    captains = related_captains(row["captain"] for row in summary.standings)
    _emit(
        TOURNAMENT_ENDED,
        _resource("tournament", name, name),
        captains,
        {
            "story": story,
            "run_dir": summary.run_dir,
            "episodes": summary.episodes.model_dump(),
            "standings": summary.standings,
            "champion": summary.champion,
            "stopped": summary.stopped,
            "unranked": summary.unranked,
        },
    )


def captain_unhealthy(captain: str, why: str, tournament: str) -> None:
    """Resource: the captain, who cannot play as he is set up, or does not decide for himself.
    Related: the tournament.
    """
    resource = _resource("captain", captain, captain)
    _emit(CAPTAIN_UNHEALTHY, resource, [_related("tournament", tournament)], {"why": why})


def captain_added(captain: Newcomer, tournament: str) -> None:
    """Resource: the captain, whom no earlier run of the tournament had. Related: the tournament.
    `against`: whom a trial may set against him.
    """
    resource = _resource("captain", captain.name, captain.name)
    payload = {"captain": captain.entry, "against": captain.against, "tournament": tournament}
    _emit(CAPTAIN_ADDED, resource, [_related("tournament", tournament)], payload)


def rating_outside(found: Outside, tournament: str) -> None:
    """Resource: the captain, whose rating is not what earlier runs let expect. Related: the
    tournament.
    """
    resource = _resource("captain", found.captain, found.captain)
    payload = {**asdict(found), "tournament": tournament, "said": f"{tournament}: {found}"}
    _emit(RATING_OUTSIDE, resource, [_related("tournament", tournament)], payload)


def related_captains(names: Iterable[str]) -> list[dict[str, str]]:
    """The first `MOST_RELATED`: of more than 100 in all Prefect makes no event but an error."""
    return [_related("captain", name) for name in islice(names, MOST_RELATED)]


def _resource(kind: str, name: str, called: str) -> dict[str, str]:
    return {"prefect.resource.id": f"captains.{kind}.{name}", "prefect.resource.name": called}


def _related(role: str, name: str) -> dict[str, str]:
    return _resource(role, name, name) | {"prefect.resource.role": role}


def _emit(
    event: str,
    resource: dict[str, str],
    related: Iterable[dict[str, str]],
    payload: Mapping[str, Any],
) -> None:
    emit_event(event, resource, related=list(related), payload=dict(payload))
