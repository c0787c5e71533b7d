"""Teams as YAML: those that ship, and the strict reader that users' own files go through as well.

`saltmarsh` (coastal: pace and hitters) and `redstone` (inland: spin and anchors) are invented, as
strong as each other, and play differently. The national sides are real: `engine.squads.make`
chose and rated them. `engine/squads/*.yaml` are the examples to copy.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from engine.cricket.errors import BadSquad
from engine.cricket.players import (
    MAX_NAME,
    SQUAD_SIZE,
    Bowling,
    Game,
    Hand,
    Player,
    Role,
    Skill,
    Squad,
)
from engine.errors import BadYaml
from engine.wording import dotted, printable, sentence, shortened, shown
from engine.yamlfile import read_mapping

__all__ = ["BUILT_IN", "load_squad", "parse_squad", "squad_digest"]

_FOLDER: Final = Path(__file__).parent
DEFAULT: Final = ("saltmarsh", "redstone")  # the home and the away side of a default match
NATIONAL: Final[tuple[str, ...]] = tuple(
    sorted(p.stem for p in _FOLDER.glob("*.yaml") if p.stem not in DEFAULT)
)
BUILT_IN: Final[tuple[str, ...]] = (*DEFAULT, *NATIONAL)
MOST_SUBSTITUTES: Final = 9
# The fitted shrunk estimates of real players lie within this; a file may not promise supermen.
MAX_FILE_SKILL: Final = 0.6

_Shift = Annotated[
    float, Field(ge=-MAX_FILE_SKILL, le=MAX_FILE_SKILL, strict=True, allow_inf_nan=False)
]
_Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME, strict=True)]


class _SkillFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    scoring: _Shift = 0.0
    survival: _Shift = 0.0
    economy: _Shift = 0.0
    strike: _Shift = 0.0


class _PlayerFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: _Name
    role: Role
    bats: Hand
    bowls: Bowling
    skill: _SkillFile = _SkillFile()


class _SquadFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: _Name
    game: Game = Game.MEN
    players: list[_PlayerFile] = Field(min_length=SQUAD_SIZE, max_length=SQUAD_SIZE)
    substitutes: list[_PlayerFile] = Field(default=[], max_length=MOST_SUBSTITUTES)
    eleven: list[_Name] | None = Field(default=None, min_length=SQUAD_SIZE, max_length=SQUAD_SIZE)


def load_squad(name_or_path: str | Path) -> Squad:
    """A built-in squad by its name, or the squad in a `.yaml` file, which is read once a process.
    Raises `BadSquad`.
    """
    return _loaded(str(name_or_path))


def squad_digest(squad: Squad) -> str:
    """Changes with anything that changes who plays: names, order, hands, bowling, skills."""
    return hashlib.sha256(json.dumps(asdict(squad), sort_keys=True).encode()).hexdigest()


@cache
def _loaded(name: str) -> Squad:
    path = Path(name)
    if name.lower() in BUILT_IN:
        path = _FOLDER / f"{name.lower()}.yaml"
    elif path.suffix not in (".yaml", ".yml"):
        raise BadSquad(
            shortened(name),
            f"no squad of that name; known: {', '.join(BUILT_IN)}, or the path of a .yaml file",
        )
    try:
        return parse_squad(read_mapping(path), source=name)
    except BadYaml as error:
        raise BadSquad(name, str(error)) from None


def parse_squad(content: dict[str, Any], source: str) -> Squad:
    """The squad that `content` describes. Raises `BadSquad`, which names `source`, player, field
    and what is allowed.
    """
    try:
        parsed = _SquadFile.model_validate(content)
    except ValidationError as error:
        raise BadSquad(source, _explain(error, content)) from None
    try:
        return Squad(name=parsed.name, players=_eleven(parsed, source), game=parsed.game)
    except BadSquad as error:
        raise BadSquad(source, error.rule) from None


def _eleven(parsed: _SquadFile, source: str) -> tuple[Player, ...]:
    """Those who play, in batting order: `players`, or whom `eleven` names of all."""
    known: dict[str, Player] = {}
    for one in (*parsed.players, *parsed.substitutes):
        if one.name in known:
            raise BadSquad(source, f"two players have the same name: {shown(one.name)}")
        known[one.name] = _player(one)
    if parsed.eleven is None:
        return tuple(known.values())[:SQUAD_SIZE]
    for name in parsed.eleven:
        if name not in known:
            listed = printable(", ".join(known))
            raise BadSquad(source, f"eleven {shown(name)}: no such player; allowed: {listed}")
    return tuple(known[name] for name in parsed.eleven)


def _player(one: _PlayerFile) -> Player:
    return Player(
        name=one.name,
        role=one.role,
        bats=one.bats,
        bowls=one.bowls,
        skill=Skill(**one.skill.model_dump()),
    )


def _explain(error: ValidationError, content: dict[str, Any]) -> str:
    unknown_keys_first = sorted(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    return "; ".join(_explain_one(one, content) for one in unknown_keys_first[:3])


def _explain_one(error: ErrorDetails, content: dict[str, Any]) -> str:
    match error["loc"]:
        case ("players" | "substitutes" as where, int(number), *field):
            player = content[where][number]
            name = player.get("name") if isinstance(player, dict) else None
            who = f" ({printable(shortened(name))})" if isinstance(name, str) else ""
            which = "player" if where == "players" else "substitute"
            model = _SkillFile if field[:1] == ["skill"] else _PlayerFile
            return f"{which} {number + 1}{who}: {_sentence(error, dotted(field) or 'entry', model)}"
        case where:
            return _sentence(error, dotted(where), _SquadFile)


def _sentence(error: ErrorDetails, key: str, model: type[BaseModel]) -> str:
    """What is wrong at `key`; `model` knows which keys there are."""
    if error["type"] == "extra_forbidden":
        return f"unknown key {key!r}; allowed: {', '.join(model.model_fields)}"
    return sentence(error, key)
