"""Teams as YAML: the two built-in elevens, and the strict reader that users' own files go through
as well.

`saltmarsh` (coastal: pace and hitters) and `redstone` (inland: spin and anchors) are as strong as
each other and play differently. `engine/squads/*.yaml` are the examples to copy.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.cricket.errors import BadSquad
from engine.cricket.players import MAX_NAME, SQUAD_SIZE, Bowling, Hand, Player, Role, Skill, Squad
from engine.errors import BadYaml
from engine.yamlfile import read_mapping

__all__ = ["BUILT_IN", "load_squad", "parse_squad", "resolve_squad"]

_FOLDER: Final = Path(__file__).parent
BUILT_IN: Final[tuple[str, ...]] = tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))
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
    players: list[_PlayerFile] = Field(min_length=SQUAD_SIZE, max_length=SQUAD_SIZE)


def load_squad(name_or_path: str | Path) -> Squad:
    """A built-in squad by its name, or the squad in a `.yaml` file. Raises `BadSquad`."""
    return resolve_squad(str(name_or_path))


@cache
def resolve_squad(name: str) -> Squad:
    """As `load_squad`; a file is read once a process."""
    path = Path(name)
    if name.lower() in BUILT_IN:
        path = _FOLDER / f"{name.lower()}.yaml"
    elif path.suffix not in (".yaml", ".yml"):
        raise BadSquad(
            name,
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
    players = tuple(
        Player(
            name=p.name,
            role=p.role,
            bats=p.bats,
            bowls=p.bowls,
            skill=Skill(**p.skill.model_dump()),
        )
        for p in parsed.players
    )
    try:
        return Squad(name=parsed.name, players=players)
    except BadSquad as error:
        raise BadSquad(source, error.rule) from None


def _explain(error: ValidationError, content: dict[str, Any]) -> str:
    return "; ".join(_explain_one(dict(e), content) for e in error.errors()[:3])


def _explain_one(error: dict[str, Any], content: dict[str, Any]) -> str:
    where, field = "", [str(part) for part in error["loc"]]
    if len(error["loc"]) > 1 and error["loc"][0] == "players":
        number, field = error["loc"][1], [str(part) for part in error["loc"][2:]]
        player = content["players"][number]
        name = player.get("name") if isinstance(player, dict) else None
        where = f"player {number + 1}" + (f" ({name})" if isinstance(name, str) else "") + ": "
    what = ".".join(field) or "entry"
    message = str(error["msg"])
    message = f"{message[0].lower()}{message[1:]}"
    given = error["input"]
    shown = "" if isinstance(given, dict | list) else f" {given!r}"
    return f"{where}{what}{shown}: {message}"
