"""What was done about one thing that is declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.wording import printable

State = Literal["created", "changed", "unchanged", "undeclared", "removed", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`what` it is: a pool, a limit, a deployment. `said`: what is different, or why it stays.
    `skipped`: what it needs is not there yet.
    """

    what: str
    name: str
    state: State
    said: str = ""

    def __str__(self) -> str:
        said = f": {self.said}" if self.said else ""
        return printable(f"{self.state:<10}  {self.what} {self.name}{said}")  # a server's own texts
