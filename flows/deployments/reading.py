"""A YAML file as one of our models, or every problem that it has with its line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from engine.yamlfile import Document, Fault, Unreadable, parse, read_text
from tournaments.errors import BadTournamentFile, Problem
from tournaments.explaining import Explainer

M = TypeVar("M", bound=BaseModel)


class BadFile(Exception):
    """A file that says what it may not. `problems`: all that were found, in the file's order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return str(BadTournamentFile(self.problems))

    @classmethod
    def of(cls, file: str, faults: Iterable[Fault]) -> BadFile:
        problems = {Problem(file=file, line=fault.line, message=fault.message) for fault in faults}
        return cls(tuple(sorted(problems)))


def read_model(path: Path, model: type[M]) -> tuple[M, Document]:
    """What the file says, and where it says it. Raises `BadFile`."""
    try:
        document = parse(read_text(path))
    except Unreadable as error:
        raise BadFile.of(str(path), [error.fault]) from None
    faults = list(document.faults)
    try:
        found = model.model_validate(document.data)
    except ValidationError as error:
        explainer = Explainer(model)
        faults += [
            fault for one in error.errors() if (fault := explainer.fault(one, document)) is not None
        ]
        raise BadFile.of(str(path), faults) from None
    if faults:
        raise BadFile.of(str(path), faults)
    return found, document
