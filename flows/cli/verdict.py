"""How `captains doctor` tells what it found and did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from engine.wording import printable
from flows.cli.terminal import table
from flows.health.repair import Repair
from flows.needs import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`repairs`: what was done, and what was left alone; None where nobody asked for it."""

    findings: Sequence[Finding]
    repairs: Sequence[Repair] | None

    @property
    def healthy(self) -> bool:
        return all(finding.state != "wrong" for finding in self.findings)

    def document(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "healthy": self.healthy,
            "checks": [asdict(finding) for finding in self.findings],
        }
        if self.repairs is not None:
            told["repairs"] = [asdict(repair) for repair in self.repairs]
        return told

    def text(self) -> str:
        rows = [row for finding in self.findings for row in _rows(finding)]
        parts = [table(("", "check", ""), rows)]
        if self.repairs:
            done = [
                ("did" if one.done else "left", one.check, printable(one.said))
                for one in self.repairs
            ]
            parts += ["", table(("", "--fix", ""), done)]
        return "\n".join(parts)


def _rows(finding: Finding) -> Iterator[tuple[str, str, str]]:
    yield finding.state, finding.check, printable(finding.said)
    if finding.state != "ok":
        for what, said in (("why", finding.why), ("mend", finding.mend)):
            if said:
                yield "", "", f"{what}: {printable(said)}"
