"""What each player adds, shrunk: `python -m engine.chance.fitting.players DIR --out CSV`.

One logit without players, fitted to the matches of the last seasons; what it leaves of a player's
balls, along the directions in which players differ, shrunk towards nothing by how much players
differ at all. Who has few balls is near the average of his place: nobody's skill is invented. The
units are those of `engine.cricket.players.Skill`.

DIR holds the CSV files that `engine.chance.fit` reads, and `players.csv[.gz]` with their names.
The table is for choosing squads (`engine.squads.make`); it is not shipped.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

import numpy as np

from engine.chance.classes import Floats, Ints
from engine.chance.design import T20_FAMILY
from engine.chance.fitting.effects import (
    ORDER_GROUPS,
    WICKET,
    Effects,
    Residuals,
    estimate_effects,
    residuals,
    shrunk,
    without_wicket,
)
from engine.chance.fitting.logit import design_matrix, fit_logit, log_probabilities, ridge_of
from engine.chance.fitting.reading import (
    BadData,
    Deliveries,
    Selection,
    read_deliveries,
    read_matches,
)
from engine.chance.fitting.situations import situations_of
from engine.cricket.players import Game

SOURCES: Final = {Game.MEN: "t20_men", Game.WOMEN: "t20_women"}
# Four seasons: the players of today as they play today, most of them with a thousand balls.
FIRST: Final = {Game.MEN: "2021-01-01", Game.WOMEN: "2019-01-01"}
LAST: Final = "2024-12-31"
COLUMNS: Final = (
    *("pid", "name", "balls_faced", "order", "scoring", "survival"),
    *("balls_bowled", "economy", "strike"),
)
_DECIMALS: Final = 4
# As for drawn squads: a group of few players, the tail, gives a wild estimate of its spread.
LARGEST_SD: Final = 0.23


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """Per index of a player: balls and skills."""

    faced: Ints
    order: Floats
    scoring: Floats
    survival: Floats
    bowled: Ints
    economy: Floats
    strike: Floats


def estimate_players(d: Deliveries) -> Estimates:
    """The shrunk skills of all players of these deliveries."""
    matrix = design_matrix(T20_FAMILY, situations_of(T20_FAMILY, d))
    fit = fit_logit(matrix, d.outcome, ridge_of(T20_FAMILY))
    r = residuals(np.exp(log_probabilities(matrix @ fit.coefficients)), d.outcome)
    return skills_of(d, r, estimate_effects(d, r))


def skills_of(d: Deliveries, r: Residuals, effects: Effects) -> Estimates:
    """Along each direction, in the units of `Skill`; the spread of a batter's group of places is
    what he is shrunk by.
    """
    size = int(max(d.batter.max(), d.bowler.max())) + 1
    faced = np.bincount(d.batter, minlength=size)
    order = np.bincount(d.batter, d.order, size) / np.maximum(faced, 1)
    runs, wicket = _batting(d, r, effects, size, order)
    direction = without_wicket(effects.bowler.direction)
    conceded = _of_everybody(shrunk(r, direction, 1.0, d.bowler), size)
    took = _of_everybody(shrunk(r, WICKET, effects.bowler.wicket_sd**2, d.bowler), size)
    return Estimates(
        faced=faced,
        order=order,
        scoring=runs * effects.batter.boundary,
        survival=-wicket,
        bowled=np.bincount(d.bowler, minlength=size),
        economy=-conceded * effects.bowler.boundary,
        strike=took,
    )


def _batting(
    d: Deliveries, r: Residuals, effects: Effects, size: int, order: Floats
) -> tuple[Floats, Floats]:
    """Runs and wickets of each batter, shrunk by the spread among those who bat where he does."""
    direction = without_wicket(effects.batter.direction)
    runs, wicket = np.zeros(size), np.zeros(size)
    spreads = zip(ORDER_GROUPS, effects.by_order, effects.wicket_by_order, strict=True)
    widest = (LARGEST_SD / effects.batter.boundary) ** 2
    for (low, high), of_runs, of_wicket in spreads:
        here = (order >= low - 0.5) & (order < high + 0.5)
        by_runs = _of_everybody(shrunk(r, direction, min(of_runs, widest), d.batter), size)
        by_wicket = _of_everybody(shrunk(r, WICKET, min(of_wicket, LARGEST_SD**2), d.batter), size)
        runs[here], wicket[here] = by_runs[here], by_wicket[here]
    return runs, wicket


def _of_everybody(values: Floats, size: int) -> Floats:
    return np.append(values, np.zeros(size - len(values)))


def estimate_directory(directory: Path, game: Game) -> Iterator[dict[str, object]]:
    """A row a player, of whom the data know anything. Raises `BadData` or `OSError`."""
    source = SOURCES[game]
    chosen = Selection(tier="major", first=FIRST[game], last=LAST, overs=20)
    with opened(directory, f"{source}_matches.csv") as lines:
        matches = read_matches(lines, chosen)
    indices: dict[str, int] = {}
    with opened(directory, f"{source}_deliveries.csv") as lines:
        found = estimate_players(read_deliveries(lines, matches, indices))
    with opened(directory, "players.csv") as lines:
        names = {row["pid"]: row["name"] for row in csv.DictReader(lines)}
    for pid, i in indices.items():
        yield {
            "pid": pid,
            "name": names.get(pid, ""),
            "balls_faced": int(found.faced[i]),
            "order": round(float(found.order[i]), 1),
            "scoring": round(float(found.scoring[i]), _DECIMALS),
            "survival": round(float(found.survival[i]), _DECIMALS),
            "balls_bowled": int(found.bowled[i]),
            "economy": round(float(found.economy[i]), _DECIMALS),
            "strike": round(float(found.strike[i]), _DECIMALS),
        }


@contextmanager
def opened(directory: Path, name: str) -> Iterator[TextIO]:
    """A CSV file, plain or gzipped, as text. Raises `BadData` or `OSError`."""
    plain, packed = directory / name, directory / f"{name}.gz"
    if not (plain.exists() or packed.exists()):
        raise BadData(f"{directory} has no {name} or {name}.gz")
    with (
        plain.open(encoding="utf-8", newline="")
        if plain.exists()
        else gzip.open(packed, "rt", encoding="utf-8", newline="")
    ) as lines:
        yield lines


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Exit 0 done, 2 the input is wrong."""
    parser = argparse.ArgumentParser(prog="python -m engine.chance.fitting.players")
    parser.add_argument("directory", metavar="DIR", type=Path)
    parser.add_argument("--game", choices=[game.value for game in Game], default=Game.MEN.value)
    parser.add_argument("--out", metavar="CSV", type=Path, required=True)
    given = parser.parse_args(arguments)
    try:
        rows = list(estimate_directory(given.directory, Game(given.game)))
        with given.out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
    except (BadData, OSError, EOFError, UnicodeDecodeError) as problem:
        sys.stderr.write(f"players: {problem}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
