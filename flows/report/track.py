"""The track of a stopping rule, for the report: how it stood look by look."""

from __future__ import annotations

from dataclasses import asdict

from flows.report.content import Step, Stopping
from tournaments import stopped, stopping
from tournaments.stop_spec import SprtTest


def track_of(found: stopping.Stopping) -> Stopping:
    """The rule, what it decided, and what it measures after so many pairs."""
    is_test = isinstance(found.rule, SprtTest)
    return Stopping(
        rule=stopped.rule_text(found),
        decided=stopped.verdict_text(found),
        lean=stopped.lean_text(found),
        elo=stopped.elo_after_stop(found),
        measure="log-likelihood ratio" if is_test else "gaps that are open",
        steps=tuple(Step(**asdict(look)) for look in found.looks),
    )
