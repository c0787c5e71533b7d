"""Players and squads.

A squad lists its eleven in their natural batting order; a player's place in it is his
`PlayerIndex` (0…10). Skills are log-odds shifts against the average player of that place in the
order (batting) or the average bowler (bowling); 0 is average, positive is good for the player's
own side.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NewType

from engine.cricket.errors import BadSquad

PlayerIndex = NewType("PlayerIndex", int)

SQUAD_SIZE: Final = 11  # Law 1.1
# Six bowlers can always share out an innings so that nobody bowls two overs in a row or over the
# quota; five cannot.
MIN_BOWLERS: Final = 6
MAX_SKILL: Final = 2.0
MAX_NAME: Final = 40
NAME_RULE: Final = f"1 to {MAX_NAME} printable characters, no space at either end"


class Game(StrEnum):
    """Whose game it is; a match is played by two squads of the same."""

    MEN = "men"
    WOMEN = "women"


class Role(StrEnum):
    BATTER = "batter"
    KEEPER = "keeper"
    ALL_ROUNDER = "all_rounder"
    BOWLER = "bowler"


class Hand(StrEnum):
    RIGHT = "right"
    LEFT = "left"


class Bowling(StrEnum):
    """How a player bowls; `NONE` never does."""

    NONE = "none"
    RIGHT_FAST = "right_fast"
    RIGHT_MEDIUM = "right_medium"
    LEFT_FAST = "left_fast"
    LEFT_MEDIUM = "left_medium"
    OFF_SPIN = "off_spin"
    LEG_SPIN = "leg_spin"
    LEFT_ORTHODOX = "left_orthodox"
    LEFT_WRIST_SPIN = "left_wrist_spin"

    @property
    def is_spin(self) -> bool:
        return self in _SPIN


_SPIN: Final = frozenset(
    {Bowling.OFF_SPIN, Bowling.LEG_SPIN, Bowling.LEFT_ORTHODOX, Bowling.LEFT_WRIST_SPIN}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """Four log-odds shifts, each −2…2, 0 for the average player of the same place.

    `scoring` runs made with the bat, `survival` balls survived, `economy` runs denied, `strike`
    wickets taken.
    """

    scoring: float = 0.0
    survival: float = 0.0
    economy: float = 0.0
    strike: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    name: str
    role: Role
    bats: Hand
    bowls: Bowling
    skill: Skill = Skill()


@dataclass(frozen=True, slots=True, kw_only=True)
class Squad:
    """Eleven players in their natural batting order. Raises `BadSquad` where the eleven cannot take
    the field.
    """

    name: str
    players: tuple[Player, ...]
    game: Game = Game.MEN

    def __post_init__(self) -> None:
        if not is_name(self.name):
            raise BadSquad(self.name, f"a squad's name is {NAME_RULE}")
        for broken in _broken_rules(self.players):
            raise BadSquad(self.name, broken)

    def __getitem__(self, index: int) -> Player:
        return self.players[index]

    @property
    def bowlers(self) -> tuple[PlayerIndex, ...]:
        return tuple(
            PlayerIndex(i) for i, p in enumerate(self.players) if p.bowls is not Bowling.NONE
        )

    @property
    def keeper(self) -> PlayerIndex:
        return PlayerIndex(next(i for i, p in enumerate(self.players) if p.role is Role.KEEPER))

    def index_of(self, name: str) -> PlayerIndex | None:
        """Where the player of that name stands, None if he is not in the squad."""
        for i, player in enumerate(self.players):
            if player.name == name:
                return PlayerIndex(i)
        return None


def is_name(text: str) -> bool:
    """Whether a squad or a player may be called that (`NAME_RULE`)."""
    return text.strip() == text and text.isprintable() and 1 <= len(text) <= MAX_NAME


def _broken_rules(players: tuple[Player, ...]) -> list[str]:
    names = [p.name for p in players]
    bowlers = sum(p.bowls is not Bowling.NONE for p in players)
    keepers = sum(p.role is Role.KEEPER for p in players)
    checks = [
        (len(players) == SQUAD_SIZE, f"needs {SQUAD_SIZE} players, has {len(players)}"),
        (len(set(names)) == len(names), "two players have the same name"),
        (all(map(is_name, names)), f"a player's name is {NAME_RULE}"),
        (keepers == 1, f"needs one wicket-keeper, has {keepers}"),
        (bowlers >= MIN_BOWLERS, f"needs {MIN_BOWLERS} players who bowl, has {bowlers}"),
        (
            all(abs(s) <= MAX_SKILL for p in players for s in _skills(p)),
            f"a skill lies between -{MAX_SKILL} and {MAX_SKILL}",
        ),
    ]
    return [message for holds, message in checks if not holds]


def _skills(player: Player) -> tuple[float, float, float, float]:
    skill = player.skill
    return skill.scoring, skill.survival, skill.economy, skill.strike
