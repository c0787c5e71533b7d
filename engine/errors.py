"""What can go wrong in an episode, classed by who must act.

EngineError
├── CallError              the captain: nothing has changed, the message says what is legal
│   ├── MalformedCall      arguments that do not fit the tool's schema
│   │   └── NoUsableCall   an answer without a call that can be read: empty, truncated, refused …
│   ├── UnknownTool        no tool of that name
│   ├── IllegalCall        a tool or a choice that is not legal now
│   └── LateCall           the match is over, or the question answered
├── CaptainUnavailable     the infrastructure: endpoint, network, quota; the episode is replayed
├── CaptainFailed          the captain: no usable answer, and its file says `on_failure: forfeit`
├── CaptainSilent          the captain: a person who let the time pass; his stated default decides
├── CaptainOverBudget      the captain: it has spent what it may; it gives no answers any more
├── RunBudgetSpent         stop: the run has spent what it may; it resumes with a larger budget
├── MissingSecret          the organiser: a key that is named and not there, or cannot be sent
├── UnknownPreset          the organiser: no captain of that name
├── BadPreset              the organiser: a captain's settings that cannot be used
├── BadOptions             the caller: options of an environment that cannot be used
├── BadYaml                the organiser: a file of a squad, presets or a pack that cannot be used
├── UnknownPack            the organiser: no eval pack of that name
├── UnknownEntry           the organiser: no entry of that name in the pack
└── BrokenRecord           stop: a record that cannot be read or does not replay
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from engine.wording import did_you_mean

_MOST_TOLD: Final = 49  # beside the first, of what is wrong in one file


class EngineError(Exception):
    """Root of the errors of the engine above the laws."""


class CallError(EngineError):
    """A captain's call that changed nothing. `why` it was refused, and `legal`, what would be
    accepted; `where`, such as `arguments.player`, is empty where it is no single place.
    """

    def __init__(self, why: str, legal: str, where: str = "") -> None:
        super().__init__(why, legal, where)
        self.why, self.legal, self.where = why, legal, where

    def __str__(self) -> str:
        return f"{self.why}; legal: {self.legal}"


class MalformedCall(CallError):
    """The arguments do not fit the tool's schema."""


class NoUsableCall(MalformedCall):
    """No call can be read out of the answer. `problem` is the name under which that is counted."""

    def __init__(self, problem: str, why: str, legal: str) -> None:
        super().__init__(why, legal)
        self.args = (problem, why, legal)  # so that it pickles
        self.problem = problem


class UnknownTool(CallError):
    """No tool of that name exists."""


class IllegalCall(CallError):
    """The tool, or the choice, is not legal now."""


class LateCall(CallError):
    """The match is over or has not begun, the question was answered, or another is asked."""


class CaptainUnavailable(EngineError):
    """The captain could not be reached; not its own doing."""


class CaptainFailed(EngineError):
    """The captain gave no usable answer and forfeits."""


class CaptainSilent(EngineError):
    """A person gave no answer in his time: `why`; `problem` is the name under which it is
    counted.
    """

    def __init__(self, problem: str, why: str) -> None:
        super().__init__(problem, why)
        self.problem, self.why = problem, why

    def __str__(self) -> str:
        return self.why


class CaptainOverBudget(EngineError):
    """`captain` has spent what he may: `what`, such as `tokens (10000 of 10000)`."""

    def __init__(self, captain: str, what: str) -> None:
        super().__init__(captain, what)
        self.captain, self.what = captain, what

    def __str__(self) -> str:
        return f"{self.captain} is over his budget: {self.what}"


class RunBudgetSpent(EngineError):
    """The run has spent what it may: `what`."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what

    def __str__(self) -> str:
        return f"the run's budget is spent: {self.what}"


class MissingSecret(EngineError):
    """The secret called `name` is not there, or is none: `why`. `setting` of `captain` names it."""

    def __init__(self, name: str, why: str, captain: str = "", setting: str = "") -> None:
        super().__init__(name, why, captain, setting)
        self.name, self.why, self.captain, self.setting = name, why, captain, setting

    def __str__(self) -> str:
        who = f"captain {self.captain!r}: {self.setting}: " if self.captain else ""
        return f"{who}secret {self.name}: {self.why}"


class UnknownPreset(EngineError):
    """No captain is called `name`; `known` lists those that exist."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name, known)
        self.name, self.known = name, known

    def __str__(self) -> str:
        hint = did_you_mean(self.name, self.known)
        return f"unknown captain {self.name!r}{hint}; known: {', '.join(self.known)}"


class BadPreset(EngineError):
    """The settings of captain `name` cannot be used: `why`. `at` leads to the setting at fault,
    `place` is `FILE:LINE` of it. Without a name it is the file that is at fault. `others` are what
    else is wrong with the same captain.
    """

    def __init__(
        self,
        name: str,
        why: str,
        at: tuple[str | int, ...] = (),
        place: str = "",
        others: tuple[BadPreset, ...] = (),
    ) -> None:
        super().__init__(name, why, at, place, others)
        self.name, self.why, self.at, self.place = name, why, at, place
        self.others = others

    def __str__(self) -> str:
        who = f"captain {self.name!r}" if self.name else ""
        first = ": ".join(part for part in (self.place, who, self.why) if part)
        return "\n".join([first, *map(str, self.others)])

    def each(self, change: Callable[[BadPreset], BadPreset]) -> BadPreset:
        """The same, this and every other changed."""
        made = change(self)
        others = tuple(map(change, self.others))
        return BadPreset(made.name, made.why, made.at, made.place, others)


class BadOptions(EngineError):
    """An environment cannot be reset with these options: `why`, with what is allowed."""


class BadYaml(EngineError):
    """The file at `path` cannot be used: `why`, with the line where there is one. `more` is what
    else is wrong in it, each with its line.
    """

    def __init__(
        self,
        path: str,
        why: str,
        line: int | None = None,
        more: tuple[tuple[int, str], ...] = (),
    ) -> None:
        super().__init__(path, why, line, more)
        self.path, self.why, self.line, self.more = path, why, line, more

    @property
    def problems(self) -> tuple[str, ...]:
        """A line each; of very many the first ones."""
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        others = (f"{self.path}:{line}: {why}" for line, why in self.more[:_MOST_TOLD])
        hidden = len(self.more) - _MOST_TOLD
        left_out = [f"… and {hidden} more problems"] if hidden > 0 else []
        return (f"{where}: {self.why}", *others, *left_out)

    @property
    def in_one_line(self) -> str:
        """All of them, where a message is a line."""
        return "; ".join(self.problems)

    def __str__(self) -> str:
        return "\n".join(self.problems)


class UnknownPack(EngineError):
    """No pack is called `name`; `known` lists those that exist."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name, known)
        self.name, self.known = name, known

    def __str__(self) -> str:
        return f"unknown pack {self.name!r}; known: {', '.join(self.known)}"


class UnknownEntry(EngineError):
    """No entry of `pack` is called `name`; `known` lists those that exist."""

    def __init__(self, name: str, pack: str, known: tuple[str, ...]) -> None:
        super().__init__(name, pack, known)
        self.name, self.pack, self.known = name, pack, known

    def __str__(self) -> str:
        return f"unknown entry {self.name!r} of pack {self.pack}; known: {', '.join(self.known)}"


class BrokenRecord(EngineError):
    """The record at `path` cannot be read, or does not replay: `why`."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path, self.why = path, why

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"
