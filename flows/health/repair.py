"""What `captains doctor --fix` did about one thing, or why it left it alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flows.needs import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """`done`, or left alone; `said` what, or why."""

    check: str
    done: bool
    said: str


def left_alone(findings: Iterable[Finding]) -> Iterator[Repair]:
    """Of what is still not as it should be, why it was not touched."""
    for finding in findings:
        if finding.state != "ok":
            why = finding.left or "this is yours to mend"
            yield Repair(check=finding.check, done=False, said=why)
