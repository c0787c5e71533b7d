"""What is to be run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from engine.captains.llm import Allowance
from flows import catalogue
from tournaments import (
    Course,
    EpisodeOutcome,
    FileDigest,
    Season,
    TournamentPlan,
    TournamentSpec,
    course_of,
    plan_tournament,
)
from tournaments.digest import digest_of

if TYPE_CHECKING:
    from flows.ledger import RunFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A checked tournament, its digest, and the occasion."""

    spec: TournamentSpec
    file_digest: FileDigest
    plan: TournamentPlan
    meaning: Mapping[str, Any]

    @classmethod
    def of(cls, spec: TournamentSpec, occasion: str) -> Self:
        """Raises `BadOccasion`."""
        meaning = catalogue.meaning(spec)
        file_digest = digest_of(meaning)
        plan = plan_tournament(spec, file_digest, occasion)
        return cls(spec=spec, file_digest=file_digest, plan=plan, meaning=meaning)

    @property
    def allowance(self) -> Allowance:
        """What the run may spend."""
        limits = self.spec.limits
        return Allowance(
            tokens=limits.tokens, usd=limits.usd, calls=limits.calls, wall_s=limits.wall_s
        )

    def season(self) -> Season:
        """The tournament before its first result."""
        return Season(self.spec, self.file_digest, self.plan.occasion)

    def course(self, outcomes: Iterable[EpisodeOutcome]) -> Course:
        """How the tournament goes on after these outcomes."""
        return course_of(self.spec, self.file_digest, self.plan.occasion, outcomes)

    def folder(self, runs: Path) -> RunFolder:
        from flows.ledger import RunFolder  # who only checks a file reads no results

        return RunFolder.of(
            runs,
            name=self.spec.name,
            file_digest=self.file_digest,
            occasion=self.plan.occasion,
        )
