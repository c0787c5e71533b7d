"""`captains fidelity --assumptions`: do the ranks of captains hold when what is assumed of cricket
is halved, or grown by half?

Every two of the presets that ship meet on the same seeds in each of the three worlds, each seed
with the seats swapped. The captains do not know which world they are in. Scores are luck-adjusted:
result less luck, a win 1.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, count
from math import hypot, sqrt
from typing import Any, Final

from pydantic import BaseModel

from engine.captains import resolve, scripted_presets
from engine.cricket.choices import Seat
from engine.cricket.formats import format_named
from engine.episode import play_episode
from engine.eras import CURRENT_ERA
from engine.models import Models
from engine.seeds import derive_seed
from engine.spec import EpisodeSpec
from flows.pool import ProcessPool
from tournaments.stats.means import mean_of

SCALES: Final = (0.5, 1.0, 1.5)
FORMATS: Final = ("T20", "T5")
MATCHES: Final = 100  # of every two captains, format and world
LEAST_MATCHES: Final = 4  # a single pair does not say how far pairs spread
PIECE: Final = 5  # pairs of matches that a process plays before it answers

Heard = Callable[[int], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to play: `matches` of every two captains (even, from `LEAST_MATCHES`), in each world."""

    matches: int
    seed: int
    processes: int
    era: int = CURRENT_ERA
    captains: tuple[str, ...] = scripted_presets()
    formats: tuple[str, ...] = FORMATS

    @property
    def total(self) -> int:
        """All matches."""
        meetings = len(list(combinations(self.captains, 2)))
        return meetings * len(self.formats) * len(SCALES) * self.matches


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two captains in one world, in one format."""

    format: str
    scale: float
    first: str
    second: str


class Standing(BaseModel):
    """A captain in one world. `score` per match, `margin` half of its 95 % interval."""

    captain: str
    rank: int
    score: float
    margin: float


class World(BaseModel):
    """One factor on the assumed coefficients; standings, best first."""

    scale: float
    standings: list[Standing]


class RankChange(BaseModel):
    """Two captains who change places between the shipped world and another. `clear` where they are
    apart by more than the 95 % margin of their difference in both.
    """

    scale: float
    captains: tuple[str, str]
    clear: bool


class FormatReport(BaseModel):
    """What one format shows."""

    format: str
    worlds: list[World]
    changes: list[RankChange]


class AssumptionsReport(BaseModel):
    """The JSON of `captains fidelity --assumptions --json`."""

    seed: int
    era: int
    matches_of_a_pairing: int
    formats: list[FormatReport]


def examine(question: Question, heard: Heard = lambda _: None) -> AssumptionsReport:
    """Play it all. `heard` is told how many matches have been played."""
    scores = asyncio.run(_play(question, heard))
    return AssumptionsReport(
        seed=question.seed,
        era=question.era,
        matches_of_a_pairing=question.matches,
        formats=[_format_report(question, name, scores) for name in question.formats],
    )


async def _play(question: Question, heard: Heard) -> dict[Meeting, list[float]]:
    """The first captain's scores in every meeting, one a pair of matches."""
    scores: dict[Meeting, list[float]] = {}
    done = 0
    with ProcessPool(question.processes, Models.shipped) as pool:
        waiting = asyncio.Semaphore(2 * question.processes)

        async def play(meeting: Meeting, pairs: range) -> list[float]:
            async with waiting:
                return await pool.run(play_pairs, question, meeting, pairs)

        pieces = list(_pieces(question))
        tasks = [asyncio.create_task(play(*piece)) for piece in pieces]
        for (meeting, pairs), task in zip(pieces, tasks, strict=True):
            scores.setdefault(meeting, []).extend(await task)
            done += 2 * len(pairs)
            heard(done)
    return scores


def _pieces(question: Question) -> Iterator[tuple[Meeting, range]]:
    for scale in SCALES:
        for name in question.formats:
            for first, second in combinations(question.captains, 2):
                meeting = Meeting(name, scale, first, second)
                for start in range(0, question.matches // 2, PIECE):
                    yield meeting, range(start, min(start + PIECE, question.matches // 2))


@cache
def _models(scale: float) -> Models:
    return Models.shipped(scale)


def play_pairs(question: Question, meeting: Meeting, pairs: range) -> list[float]:
    """The first captain's adjusted score, the mean of both matches of each pair."""
    return [asyncio.run(_play_pair(question, meeting, number)) for number in pairs]


async def _play_pair(question: Question, meeting: Meeting, number: int) -> float:
    seats = ((meeting.first, meeting.second), (meeting.second, meeting.first))
    first_at_home, first_away = [
        await _adjusted(question, meeting, home, away, number) for home, away in seats
    ]
    return (first_at_home + 1.0 - first_away) / 2


async def _adjusted(
    question: Question, meeting: Meeting, home: str, away: str, number: int
) -> float:
    """The home captain's score less his luck."""
    spec = EpisodeSpec(
        episode_id="assumptions",
        seed=derive_seed("assumptions", question.seed, meeting.first, meeting.second, number),
        overs=format_named(meeting.format).max_overs,
        home=resolve(home),
        away=resolve(away),
        era=question.era,
        max_super_overs=0,
    )
    result = await play_episode(spec, models=_models(meeting.scale), with_events=False)
    return result.adjusted(Seat.HOME)


def _format_report(
    question: Question, name: str, scores: Mapping[Meeting, Sequence[float]]
) -> FormatReport:
    worlds = [
        World(scale=scale, standings=standings(question.captains, name, scale, scores))
        for scale in SCALES
    ]
    return FormatReport(format=name, worlds=worlds, changes=rank_changes(worlds))


def standings(
    captains: Sequence[str],
    name: str,
    scale: float,
    scores: Mapping[Meeting, Sequence[float]],
) -> list[Standing]:
    """Captains by their mean score over all others, each pairing counting once."""
    mine: dict[str, list[list[tuple[int, float]]]] = {captain: [] for captain in captains}
    numbers = count()  # every meeting has seeds of its own
    for meeting, found in scores.items():
        if (meeting.format, meeting.scale) != (name, scale):
            continue
        mine[meeting.first].append([(next(numbers), score) for score in found])
        mine[meeting.second].append([(next(numbers), 1.0 - score) for score in found])
    told = {captain: estimate for captain, met in mine.items() if (estimate := mean_of(met))}
    ranked = sorted(told.items(), key=lambda one: (-one[1].mean, one[0]))
    return [
        Standing(
            captain=captain,
            rank=rank,
            score=round(found.mean, 4),
            margin=round((found.mean if found.high is None else found.high) - found.mean, 4),
        )
        for rank, (captain, found) in enumerate(ranked, start=1)
    ]


def rank_changes(worlds: Sequence[World]) -> list[RankChange]:
    """Who stands on the other side of whom when the assumed coefficients are scaled."""
    shipped = next(world for world in worlds if world.scale == 1.0)
    places = {s.captain: s for s in shipped.standings}
    found = []
    for world in worlds:
        for above, below in combinations(world.standings, 2):
            a, b = places[above.captain], places[below.captain]
            if a.rank > b.rank:
                among = len(world.standings)
                clear = _apart(above, below, among) and _apart(b, a, among)
                pair = (above.captain, below.captain)
                found.append(RankChange(scale=world.scale, captains=pair, clear=clear))
    return found


def _apart(above: Standing, below: Standing, among: int) -> bool:
    """What the two scored against each other is in both, and counts twice in their difference."""
    margin = hypot(above.margin, below.margin) * sqrt(among / (among - 1))
    return above.score - below.score > margin


def in_words(report: FormatReport) -> str:
    """What the ranks do, in a sentence."""
    if not report.changes:
        return f"{report.format}: no rank changes."
    told = [
        f"{c.captains[0]} passes {c.captains[1]} at {c.scale:g}"
        f"{'' if c.clear else ' (within the margins)'}"
        for c in report.changes
    ]
    return f"{report.format}: {'; '.join(told)}."


def rows_of(report: FormatReport) -> list[tuple[str, ...]]:
    """A row a captain in the order of the shipped world: rank and score in each world."""
    shipped = next(world for world in report.worlds if world.scale == 1.0)
    by_name: list[dict[str, Any]] = [{s.captain: s for s in w.standings} for w in report.worlds]
    return [(s.captain, *(_cell(found[s.captain]) for found in by_name)) for s in shipped.standings]


def _cell(standing: Standing) -> str:
    return f"{standing.rank}. {standing.score:.3f} ±{standing.margin:.3f}"
