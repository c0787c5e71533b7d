"""What can go wrong in a tournament before anything is played, classed by who must act.

    TournamentError
    ├── BadTournamentFile   the organiser: change the file; each problem says where and how
    └── BadOccasion         whoever starts the run: give it another occasion

An outcome that contradicts another of the same episode is a bug, and stays a `ValueError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.wording import printable
from tournaments.text import shown

MOST_PROBLEMS_SHOWN: Final = 50


class TournamentError(Exception):
    """Root of the errors of this room."""


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Problem:
    """One thing that is wrong in a file. `line` from 1; 1 also where the whole file is at fault."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{printable(self.file)}:{self.line}: {self.message}"


class BadTournamentFile(TournamentError):
    """A file that describes no tournament. `problems`: all that were found, in the file's order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:MOST_PROBLEMS_SHOWN]]
        hidden = len(self.problems) - len(lines)
        return "\n".join([*lines, f"… and {hidden} more problems"] if hidden else lines)


class BadOccasion(TournamentError):
    """An occasion that cannot name a run: `given` breaks what is `allowed`."""

    def __init__(self, given: str, allowed: str) -> None:
        super().__init__(given, allowed)
        self.given, self.allowed = given, allowed

    def __str__(self) -> str:
        return f"occasion {shown(self.given)}; allowed: {self.allowed}"
