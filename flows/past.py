"""A run as its folder tells of it: what was to be played, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.result import EpisodeResult
from flows.ledger import RunFolder
from flows.outcomes import outcome_of
from flows.scorebook import UNFINISHED
from tournaments.course import Course, new_table
from tournaments.digest import FileDigest
from tournaments.entrants import entry_name
from tournaments.plan import FIRST_OCCASION, Occasion, pair_of
from tournaments.season import course_of
from tournaments.spec import TournamentSpec
from tournaments.standings import Table


class NoRun(Exception):
    """A folder that no tournament was played in, or whose `run.json` cannot be read."""

    def __init__(self, folder: str, why: str) -> None:
        super().__init__(folder, why)
        self.folder, self.why = folder, why

    def __str__(self) -> str:
        return f"{self.folder}: {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """What `run.json` says. `captains`: everybody who plays, in the file's order."""

    folder: RunFolder
    about: Mapping[str, Any]
    spec: TournamentSpec
    captains: tuple[str, ...]

    @classmethod
    def at(cls, path: Path) -> PastRun:
        """The run in a folder; raises `NoRun`."""
        file = path / "run.json"
        try:
            about = json.loads(file.read_text(encoding="utf-8"))
            spec = TournamentSpec.model_validate(about["tournament"])
        except FileNotFoundError:
            raise NoRun(str(path), "is no tournament's run; allowed: one with run.json") from None
        except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
            raise NoRun(str(file), f"cannot be read ({type(error).__name__})") from None
        names = tuple(entry_name(entry) for entry in spec.entrants)
        return cls(folder=RunFolder(path.resolve()), about=about, spec=spec, captains=names)

    @property
    def occasion(self) -> Occasion:
        return Occasion(str(self.about.get("occasion", FIRST_OCCASION)))

    def standing(self) -> Iterator[EpisodeResult]:
        """The result that stands of each episode that was tried, void ones too, one by one. A line
        about somebody who does not play here is passed over.
        """
        stands: dict[str, tuple[bool, int]] = {}
        for attempt in self.folder.tried():
            rank = (not attempt.end_reason.is_void, attempt.attempt)
            stands[attempt.episode_id] = max(rank, stands.get(attempt.episode_id, rank))
        for result in self.folder.attempts():
            rank = (not result.end_reason.is_void, result.attempt)
            if stands.get(result.episode_id) == rank and self._are_ours(result):
                del stands[result.episode_id]  # a task may run twice
                yield result

    def _are_ours(self, result: EpisodeResult) -> bool:
        return result.home in self.captains and result.away in self.captains

    def results(self) -> dict[str, EpisodeResult]:
        """All of them by episode."""
        return {result.episode_id: result for result in self.standing()}

    def new_table(self, captains: Sequence[str]) -> Table:
        return new_table(self.spec, captains, self.occasion)

    def course(self, results: Iterable[EpisodeResult]) -> Course:
        """How the tournament has gone, by these results."""
        digest, overs = FileDigest(str(self.about["file_digest"])), self.spec.match.max_overs
        outcomes = (outcome_of(one, overs) for one in results)
        return course_of(self.spec, digest, self.occasion, outcomes)

    def fill(self, table: Table, results: Sequence[EpisodeResult]) -> None:
        """Count these results of the run; of one that ended early whole pairs only."""
        ended_early = any(result.end_reason in UNFINISHED for result in results)
        for result in whole_pairs(results) if ended_early else results:
            table.add(outcome_of(result, self.spec.match.max_overs))


def whole_pairs(results: Iterable[EpisodeResult]) -> Iterator[EpisodeResult]:
    """Those whose other leg counts too: half a pair favours whoever had the better seat in it."""
    waiting: dict[str, EpisodeResult] = {}
    for result in results:
        if result.end_reason.is_void:
            continue
        other = waiting.pop(pair_of(result.episode_id), None)
        if other is None:
            waiting[pair_of(result.episode_id)] = result
        else:
            yield from (other, result)
