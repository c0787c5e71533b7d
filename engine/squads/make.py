"""Choose and rate the national sides: `python -m engine.squads.make DIR MEN.csv WOMEN.csv`.

DIR holds the CSV files that `engine.chance.fit` reads; the two tables of players' skills come from
`engine.chance.fitting.players`. `people.csv` beside this program holds what the data do not: real
names, who keeps wicket, batting hand, bowling style (facts; docs/squads.md says from where). Writes
a YAML file for each side.

A side is the fifteen who have played most of its last internationals, the later the more
(`engine.squads.candidates`). The eleven are the first of them, changed as little as it takes for
one keeper and `BOWLERS` who really bowl. They bat in the order in which they
have batted. Afghanistan's men are not in the data as a side: `people.csv` names its eleven, then
its substitutes, as they stood in 2024, and their skills are those of their league matches.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.cricket.players import SQUAD_SIZE, Bowling, Game, Role
from engine.squads import MAX_FILE_SKILL
from engine.squads.candidates import SIDES, Candidate, candidates_of, most_first

FOLDER: Final = Path(__file__).parent
PEOPLE: Final = FOLDER / "people.csv"
SQUAD_AND_SUBSTITUTES: Final = 15
BOWLERS: Final = 6
REALLY_BOWLS: Final = 6.0  # balls a match: an over
BOWLS_AT_ALL: Final = 2.0  # balls a match: an over every third match
LAST_ALL_ROUNDER: Final = 7.0  # who bowls and bats lower is a bowler
BALLS_OF_A_PLAYER: Final = 24
_DECIMALS: Final = 2
Skills = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A side that has been chosen: eleven in batting order, then the substitutes."""

    game: Game
    name: str
    eleven: tuple[Candidate, ...]
    substitutes: tuple[Candidate, ...]

    @property
    def team(self) -> str:
        return self.name if self.game is Game.MEN else f"{self.name} Women"


def choose(game: Game, name: str, them: Sequence[Candidate], people: Skills) -> Side:
    """The side: fifteen by weight, the eleven so that it can take the field."""
    squad = list(them[:SQUAD_AND_SUBSTITUTES])
    if not any(_keeps(c, people) for c in squad):
        squad[-1] = next(c for c in them if _keeps(c, people))
    eleven = squad[:SQUAD_SIZE]
    if not any(_keeps(c, people) for c in eleven):
        eleven[-1] = next(c for c in squad if _keeps(c, people))
    while sum(c.balls_a_match >= REALLY_BOWLS for c in eleven) < BOWLERS:
        eleven = _with_another_bowler(eleven, squad, people)
    chosen = {c.known_as for c in eleven}
    return Side(
        game=game,
        name=name,
        eleven=tuple(sorted(eleven, key=lambda c: (c.place, c.known_as))),
        substitutes=tuple(c for c in squad if c.known_as not in chosen),
    )


def _with_another_bowler(
    eleven: Sequence[Candidate], squad: Sequence[Candidate], people: Skills
) -> list[Candidate]:
    """The bowler who has played most for the batter who has played least, if not the keeper."""
    known = {c.known_as for c in eleven}
    more = next(c for c in squad if c.known_as not in known and c.balls_a_match >= REALLY_BOWLS)
    keeper = next(c for c in eleven if _keeps(c, people))
    out = next(
        c
        for c in sorted(eleven, key=most_first, reverse=True)
        if c is not keeper and c.balls_a_match < REALLY_BOWLS
    )
    return [more if c is out else c for c in eleven]


def _keeps(who: Candidate, people: Skills) -> bool:
    return people[who.known_as]["keeps"] == "yes"


def as_named(game: Game, name: str, people: Skills, skills: Skills) -> Side:
    """A side that `people` names itself, eleven first; how much each bowls is told by the leagues.

    A player has some two dozen balls a match, faced or bowled.
    """
    them = []
    for known_as in people:
        known = skills.get(known_as, {})
        faced, bowled = (int(known.get(f"balls_{what}", 0)) for what in ("faced", "bowled"))
        matches = max(1, (faced + bowled) // BALLS_OF_A_PLAYER)
        them.append(Candidate(known_as=known_as, matches=matches, bowled=bowled))
    eleven, others = tuple(them[:SQUAD_SIZE]), tuple(them[SQUAD_SIZE:])
    return Side(game=game, name=name, eleven=eleven, substitutes=others)


def yaml_of(side: Side, people: Skills, skills: Skills) -> str:
    """The squad file."""
    keeper = next(c for c in side.eleven if _keeps(c, people))
    eleven = [
        _line(c, people[c.known_as], skills.get(c.known_as, {}), _role(c, place, keeper))
        for place, c in enumerate(side.eleven, start=1)
    ]
    others = [
        _line(
            c,
            people[c.known_as],
            skills.get(c.known_as, {}),
            Role.KEEPER if _keeps(c, people) else _role(c, c.place, keeper),
        )
        for c in side.substitutes
    ]
    lines = [
        f"# {side.team}: chosen and rated by engine/squads/make.py. Skills are shrunk estimates",
        "# from ball-by-ball data of Cricsheet (ODC-By 1.0): docs/squads.md.",
        f"name: {side.team}",
        f"game: {side.game.value}",
        "players:",
        *eleven,
        "substitutes:",
        *others,
    ]
    return "\n".join(lines) + "\n"


def _role(who: Candidate, place: float, keeper: Candidate) -> Role:
    if who is keeper:
        return Role.KEEPER
    if who.balls_a_match < REALLY_BOWLS:
        return Role.BATTER
    return Role.ALL_ROUNDER if place <= LAST_ALL_ROUNDER else Role.BOWLER


def _line(who: Candidate, about: Mapping[str, str], known: Mapping[str, str], role: Role) -> str:
    bowls = about["bowls"] if who.balls_a_match >= BOWLS_AT_ALL else Bowling.NONE.value
    shown = ["scoring", "survival"] + (["economy", "strike"] if bowls != Bowling.NONE else [])
    skill = ", ".join(f"{key}: {_skill(known.get(key, '0')):.2f}" for key in shown)
    return (
        f"  - {{name: {about['name']}, role: {role.value}, bats: {about['bats']}, "
        f"bowls: {bowls}, skill: {{{skill}}}}}"
    )


def _skill(text: str) -> float:
    return round(max(-MAX_FILE_SKILL, min(MAX_FILE_SKILL, float(text))), _DECIMALS) + 0.0


def make(directory: Path, game: Game, estimates: Path) -> Iterator[tuple[str, str]]:
    """Every side's file name and content."""
    skills = _by_name(estimates)
    people = _people(game)
    found = candidates_of(directory, game)
    for name in SIDES[game]:
        them = found[name]
        side = (
            choose(game, name, [c for c in them if c.known_as in people[name]], people[name])
            if them
            else as_named(game, name, people[name], skills)
        )
        suffix = "" if game is Game.MEN else f"-{game.value}"
        file = f"{name.lower().replace(' ', '-')}{suffix}.yaml"
        yield file, yaml_of(side, people[name], skills)


def _by_name(estimates: Path) -> dict[str, dict[str, str]]:
    """The skills by name; of namesakes, those of the one with most balls."""
    found: dict[str, dict[str, str]] = {}
    with estimates.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["name"] not in found or _balls(row) > _balls(found[row["name"]]):
                found[row["name"]] = row
    return found


def _balls(row: Mapping[str, str]) -> int:
    return int(row["balls_faced"]) + int(row["balls_bowled"])


def _people(game: Game) -> dict[str, dict[str, dict[str, str]]]:
    """The facts by side and by the name that the data know."""
    found: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    with PEOPLE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["game"] == game.value:
                found[row["team"]][row["known_as"]] = row
    return found


def main(arguments: Sequence[str]) -> int:
    """The program. Exit 0 done, 2 it was not called with its three paths."""
    if len(arguments) != 3:
        sys.stderr.write("usage: python -m engine.squads.make DIR MEN.csv WOMEN.csv\n")
        return 2
    directory, *estimates = map(Path, arguments)
    for game, file in zip((Game.MEN, Game.WOMEN), estimates, strict=True):
        for name, text in make(directory, game, file):
            (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
