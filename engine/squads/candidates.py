"""Who has played for a national side, how much and where in the order, from the CSV files that
`engine.chance.fit` reads.

A match counts half as much as one `HALF_LIFE` matches later, and the last `RECENT` do at all.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.cricket.players import Game

RECENT: Final = 25
HALF_LIFE: Final = 8
LAST_MAN: Final = 11.0
SIDES: Final = {
    Game.MEN: (
        *("India", "Australia", "England", "Pakistan", "New Zealand", "South Africa"),
        *("West Indies", "Sri Lanka", "Bangladesh", "Afghanistan"),
    ),
    Game.WOMEN: ("Australia", "England", "India", "South Africa"),
}
SOURCES: Final = {Game.MEN: "t20_men", Game.WOMEN: "t20_women"}


@dataclass(slots=True, kw_only=True)
class Candidate:
    """Somebody who has played for the side, by the name that the data know him by."""

    known_as: str
    weight: float = 0.0
    matches: int = 0
    bowled: int = 0
    places: list[int] = field(default_factory=list)

    @property
    def balls_a_match(self) -> float:
        return self.bowled / max(1, self.matches)

    @property
    def place(self) -> float:
        """The mean place in the order at which he has come in."""
        return sum(self.places) / len(self.places) if self.places else LAST_MAN


def candidates_of(directory: Path, game: Game) -> dict[str, list[Candidate]]:
    """Who has played the last internationals of every side, most of them first."""
    counted = dict(_counted(directory, game))
    names = {row["pid"]: row["name"] for row in _rows(directory, "players.csv")}
    found: dict[tuple[str, str], Candidate] = {}
    seen: set[tuple[str, str, str]] = set()
    for row in _rows(directory, f"{SOURCES[game]}_deliveries.csv"):
        match = counted.get(row["match_id"])
        if match is None or int(row["inn"]) > 2:
            continue
        batting, fielding = match.sides(int(row["inn"]))
        for side, pid in (
            (batting, row["batter"]),
            (batting, row["nonstr"]),
            (fielding, row["bowler"]),
        ):
            who = found.setdefault((side, pid), Candidate(known_as=names[pid]))
            if (row["match_id"], side, pid) not in seen:
                seen.add((row["match_id"], side, pid))
                who.matches += side in match.weight
                who.weight += match.weight.get(side, 0.0)
        if (row["match_id"], row["batter"], "place") not in seen:
            seen.add((row["match_id"], row["batter"], "place"))
            found[batting, row["batter"]].places.append(int(row["pos"] or LAST_MAN))
        found[fielding, row["bowler"]].bowled += fielding in match.weight
    sides = {
        side: [c for (s, _), c in found.items() if s == side and c.weight] for side in SIDES[game]
    }
    return {side: sorted(them, key=most_first) for side, them in sides.items()}


def most_first(who: Candidate) -> tuple[float, str]:
    """The order in which they are chosen."""
    return -who.weight, who.known_as


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """An international that counts for a side or both; `weight` by side."""

    batted_first: str
    batted_second: str
    weight: dict[str, float]

    def sides(self, innings: int) -> tuple[str, str]:
        """The batting and the fielding side."""
        both = self.batted_first, self.batted_second
        return both if innings == 1 else both[::-1]


def _counted(directory: Path, game: Game) -> Iterator[tuple[str, Counted]]:
    played = [r for r in _rows(directory, f"{SOURCES[game]}_matches.csv") if _is_international(r)]
    weights: dict[str, dict[str, float]] = defaultdict(dict)
    for side in SIDES[game]:
        own = [r for r in played if side in (r["team1"], r["team2"])]
        own.sort(key=lambda r: (r["date"], r["match_id"]), reverse=True)
        for ago, row in enumerate(own[:RECENT]):
            weights[row["match_id"]][side] = 0.5 ** (ago / HALF_LIFE)
    for row in played:
        if row["match_id"] in weights:
            yield (
                row["match_id"],
                Counted(
                    batted_first=row[f"team{row['i1_team']}"],
                    batted_second=row[f"team{3 - int(row['i1_team'])}"],
                    weight=weights[row["match_id"]],
                ),
            )


def _is_international(row: Mapping[str, str]) -> bool:
    return row["team_type"] == "international" and bool(row["i1_team"])


def _rows(directory: Path, name: str) -> Iterator[dict[str, str]]:
    with gzip.open(directory / f"{name}.gz", "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
