"""What a run's events say of its schedule and its stages, captains by their places in the file."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final

from engine import events as ev
from flows.run import Run
from tournaments import Stage, Standing, TournamentPlan
from tournaments.bracket import Played

_ROW: Final = ("place", "captain", "played", "won", "lost", "tied", "points", "nrr")
_TROUBLE: Final = ("void", "forfeits", "fallbacks", "by_lot", "by_share")

Schedule = tuple[tuple[tuple[int, int], ...], ...]


def schedule(plan: TournamentPlan) -> Schedule:
    """Of each round its fixtures."""
    place = _places(plan)
    return tuple(
        tuple((place[met.first], place[met.second]) for met in of_round)
        for _, of_round in groupby(plan.fixtures, key=lambda fixture: fixture.round)
    )


def growing(run: Run) -> dict[str, Any]:
    """What a plan that grows has come to."""
    place, course = _places(run.plan), run.course()
    return {
        "schedule": schedule(run.plan),
        "pairs": tuple(fixture.pairs for fixture in run.plan.fixtures),
        "stages": tuple(_stage(stage, place) for stage in course.stages if run.has_stages),
        "champion": None if course.champion is None else place[course.champion],
    }


def row_of(row: Standing) -> dict[str, Any]:
    """A line of a table; what went wrong is told where something did."""
    told = {name: getattr(row, name) for name in _ROW}
    wrong = {name: value for name in _TROUBLE if (value := getattr(row, name))}
    return told | {"nrr": round(row.nrr, 3)} | wrong


def _places(plan: TournamentPlan) -> Mapping[str, int]:
    return {captain: index for index, captain in enumerate(plan.captains)}


def _stage(stage: Stage, place: Mapping[str, int]) -> ev.TournamentStage:
    return ev.TournamentStage(
        name=stage.name,
        over=stage.is_over,
        rows=tuple(row_of(row) for row in stage.standings),
        encounters=tuple(_encounter(one, place) for one in stage.encounters),
        rungs=tuple(place[captain] for captain in stage.rungs),
    )


def _encounter(one: Played, place: Mapping[str, int]) -> ev.BracketEncounter:
    return ev.BracketEncounter(
        name=one.name,
        round=one.round,
        first=None if one.first is None else place[one.first],
        second=None if one.second is None else place[one.second],
        first_from=one.first_from,
        second_from=one.second_from,
        score=one.score,
        pairs=one.pairs,
        winner=None if one.winner is None else place[one.winner],
        by=one.by,
    )
