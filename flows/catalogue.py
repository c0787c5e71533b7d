"""What a tournament file may name, as the engine has it: joins `engine` and `tournaments`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from engine.chance.coefficients import shipped_digest
from engine.version import ENGINE_VERSION
from tournaments.brackets import bracket_names, bracket_path
from tournaments.digest import FileDigest, digest_of, whole_meaning
from tournaments.errors import BadTournamentFile, Problem
from tournaments.known import Known, known_to_the_engine
from tournaments.loading import load_tournament
from tournaments.spec import TournamentSpec


@cache
def known() -> Known:
    """Every preset, kind and squad that ships with the project."""
    return known_to_the_engine()


def load(path: str | Path) -> TournamentSpec:
    """The tournament in a file; a bare name is a bracket that ships. Raises `BadTournamentFile`."""
    found = path_of(str(path))
    if not found.exists() and found.name == str(path) and not found.suffix:  # meant for a bracket
        why = f"no such file or bracket; brackets: {', '.join(bracket_names())}"
        raise BadTournamentFile((Problem(file=str(path), line=1, message=why),))
    return load_tournament(found, known())


def path_of(named: str) -> Path:
    """The file that `named` means: itself, or the shipped bracket of that name where there is no
    such file.
    """
    path = Path(named)
    return bracket_path(named) if not path.is_file() and named in bracket_names() else path


def meaning(spec: TournamentSpec) -> dict[str, Any]:
    """What the file means, with the ball model and the engine that this installation plays with."""
    return whole_meaning(
        spec,
        known(),
        coefficients_digest=shipped_digest(),
        engine_version=ENGINE_VERSION,
    )


def digest(spec: TournamentSpec) -> FileDigest:
    """What the file means here, as one number."""
    return digest_of(meaning(spec))
