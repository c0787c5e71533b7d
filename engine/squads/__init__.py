"""Teams as YAML: those that ship, and the strict reader that users' own files go through as well.

`saltmarsh` (coastal: pace and hitters) and `redstone` (inland: spin and anchors) are invented, as
strong as each other, and play differently. The national sides are real: `engine.squads.make`
chose and rated them. `engine/squads/*.yaml` are the examples to copy.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictStr, ValidationError
from pydantic_core import ErrorDetails

from engine.cricket.errors import BadSquad
from engine.cricket.players import (
    NAME_RULE,
    SQUAD_SIZE,
    Bowling,
    Game,
    Hand,
    Player,
    Role,
    Skill,
    Squad,
    is_name,
)
from engine.errors import BadYaml
from engine.wording import all_telling, dotted, printable, sentence, shortened, shown
from engine.yamlfile import Document, Where, bad_yaml, read_document

__all__ = ["BUILT_IN", "TeamSheet", "load_squad", "parse_squad", "squad_digest", "team_sheet"]

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


def _named(text: str) -> str:
    if not is_name(text):
        raise ValueError(f"allowed: {NAME_RULE}")
    return text


_Name = Annotated[str, Field(strict=True), AfterValidator(_named)]


class _SkillFile(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)

    scoring: _Shift = 0.0
    survival: _Shift = 0.0
    economy: _Shift = 0.0
    strike: _Shift = 0.0


class _PlayerFile(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)

    name: _Name
    role: Role
    bats: Hand
    bowls: Bowling
    skill: _SkillFile = _SkillFile()


class _SquadFile(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)

    name: _Name
    game: Game = Game.MEN
    players: list[_PlayerFile] = Field(min_length=SQUAD_SIZE, max_length=SQUAD_SIZE)
    substitutes: list[_PlayerFile] = Field(default=[], max_length=MOST_SUBSTITUTES)
    eleven: list[StrictStr] | None = Field(
        default=None, min_length=SQUAD_SIZE, max_length=SQUAD_SIZE
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamSheet:
    """A squad's file: who plays, who could be written into its `eleven`, and where it is."""

    squad: Squad
    substitutes: tuple[Player, ...]
    path: Path


def load_squad(name_or_path: str | Path) -> Squad:
    """A built-in squad by its name, or the squad in a `.yaml` file, which is read once a process.
    Raises `BadSquad` for a name that nobody has, and `BadYaml` as `parse_squad` does.
    """
    return team_sheet(name_or_path).squad


def team_sheet(name_or_path: str | Path) -> TeamSheet:
    """As `load_squad`, with those who do not play."""
    return _loaded(str(name_or_path))


def squad_digest(squad: Squad) -> str:
    """Changes with anything that changes who plays: names, order, hands, bowling, skills."""
    return hashlib.sha256(json.dumps(asdict(squad), sort_keys=True).encode()).hexdigest()


@cache
def _loaded(name: str) -> TeamSheet:
    path = Path(name)
    if name.lower() in BUILT_IN:
        path = _FOLDER / f"{name.lower()}.yaml"
    elif path.suffix not in (".yaml", ".yml"):
        raise BadSquad(
            shortened(name),
            f"no squad of that name; known: {', '.join(BUILT_IN)}, or the path of a .yaml file",
        )
    parsed, squad = _read(read_document(path), printable(name))
    playing = {player.name for player in squad.players}
    others = (one for one in (*parsed.players, *parsed.substitutes) if one.name not in playing)
    return TeamSheet(squad=squad, substitutes=tuple(map(_player, others)), path=path)


def parse_squad(document: Document, source: str) -> Squad:
    """The squad that `document` describes. Raises `BadYaml`, which names `source` and, of all that
    is wrong, line, player, key and what is allowed.
    """
    return _read(document, source)[1]


def _read(document: Document, source: str) -> tuple[_SquadFile, Squad]:
    if not isinstance(document.data, dict):
        raise BadYaml(source, "must be a mapping with name and players", document.line(()))
    try:
        parsed = _SquadFile.model_validate(document.data)
    except ValidationError as error:
        found = (_explained(one, document.data) for one in all_telling(error))
        raise bad_yaml(source, document.faults_at(found)) from None
    if faults := [*_faults(parsed)]:
        raise bad_yaml(source, document.faults_at(faults))
    try:
        return parsed, Squad(name=parsed.name, players=_eleven(parsed), game=parsed.game)
    except BadSquad as error:
        line = document.line(("players" if parsed.eleven is None else "eleven",))
        raise BadYaml(source, error.rule, line) from None


def _faults(parsed: _SquadFile) -> Iterator[tuple[Where, str]]:
    """What the names get wrong between them, and where."""
    known: set[str] = set()
    listed: Mapping[str, list[_PlayerFile]]
    listed = {"players": parsed.players, "substitutes": parsed.substitutes}
    for where, players in listed.items():
        for number, one in enumerate(players):
            if one.name in known:
                yield (where, number), f"two players have the same name: {shown(one.name)}"
            known.add(one.name)
    eleven = parsed.eleven or ()
    for number, name in enumerate(eleven):
        if name not in known:
            allowed = printable(", ".join(one.name for p in listed.values() for one in p))
            yield ("eleven", number), f"eleven {shown(name)}: no such player; allowed: {allowed}"
        if name in eleven[:number]:
            yield ("eleven", number), f"eleven {shown(name)}: the same name again; allowed: once"


def _eleven(parsed: _SquadFile) -> tuple[Player, ...]:
    """Those who play, in batting order: `players`, or whom `eleven` names of all."""
    if parsed.eleven is None:
        return tuple(map(_player, parsed.players))
    known = {one.name: _player(one) for one in (*parsed.players, *parsed.substitutes)}
    return tuple(known[name] for name in parsed.eleven)


def _player(one: _PlayerFile) -> Player:
    return Player(
        name=one.name,
        role=one.role,
        bats=one.bats,
        bowls=one.bowls,
        skill=Skill(**one.skill.model_dump()),
    )


def _explained(error: ErrorDetails, content: dict[str, Any]) -> tuple[Where, str]:
    """Where in the file the error lies, and what it is: player, key and what is allowed."""
    match error["loc"]:
        case ("players" | "substitutes" as listed, int(number), *field):
            player = content[listed][number]
            name = player.get("name") if isinstance(player, dict) else None
            who = f" ({printable(shortened(name))})" if isinstance(name, str) else ""
            which = "player" if listed == "players" else "substitute"
            model = _SkillFile if field[:1] == ["skill"] else _PlayerFile
            why = _sentence(error, dotted(field) or "entry", model)
            return error["loc"], f"{which} {number + 1}{who}: {why}"
        case where:
            return where, _sentence(error, dotted(where), _SquadFile)


def _sentence(error: ErrorDetails, key: str, model: type[BaseModel]) -> str:
    """What is wrong at `key`; `model` knows which keys there are."""
    if error["type"] == "extra_forbidden":
        return f"unknown key {key!r}; allowed: {', '.join(model.model_fields)}"
    if error["type"] == "missing":
        return f"{key}: missing; allowed: {_allowed(model.model_fields[key].annotation)}"
    return sentence(error, key)


def _allowed(values: object) -> str:
    """Of a key that must be there."""
    if isinstance(values, type) and issubclass(values, StrEnum):
        return ", ".join(str(one) for one in values)
    return NAME_RULE if values is str else f"{SQUAD_SIZE} players"
