"""`python -m engine.fidelity.real DIR [--targets FILE] [--out FILE]`: fold the real matches into
the tables that ship.

DIR holds the Cricsheet CSV files (`t20_men_matches.csv.gz` …). The share of spin by over cannot be
counted from them (they do not say how a bowler bowls); it is taken from the published targets.
"""

from __future__ import annotations

import argparse
import csv
import gzip
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson

from engine.chance.classes import Floats, Ints
from engine.fidelity.balls import Balls
from engine.fidelity.fold import Fold, fold
from engine.fidelity.layout import LAYOUTS, Layout
from engine.fidelity.reading import Selection, read_balls, read_matches
from engine.fidelity.reference import FILE
from engine.fidelity.short import short_matches
from engine.fidelity.tables import SEASON_COLUMNS, Table, tables_of

GROUPS: Final = 20
VERSION: Final = 1
ATTRIBUTION: Final = (
    "Contains information from Cricsheet (cricsheet.org), made available under the Open Data "
    "Commons Attribution License v1.0."
)
SETS: Final = {
    "T20": (
        "T20 men, major: leagues and full-member internationals",
        "T20",
        Selection(file="t20_men", tier="major", overs=20, first=2019, last=2024),
        2014,
    ),
    "ODI": (
        "ODI men, full members",
        "ODI",
        Selection(file="odi_men", tier="fullmember", overs=50, first=2015, last=2024),
        2015,
    ),
    "T20 women": (
        "T20 women, major",
        "T20",
        Selection(file="t20_women", tier="major", overs=20, first=2019, last=2024),
        2019,
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m engine.fidelity.real", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--targets", type=Path, help="default: targets_train.json beside DIR")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name(FILE))
    options = parser.parse_args()
    targets = options.targets or options.folder.parent / "targets_train.json"
    document = build(options.folder, orjson.loads(targets.read_bytes()))
    options.out.write_bytes(orjson.dumps(document) + b"\n")


def build(folder: Path, targets: Mapping[str, Any]) -> dict[str, Any]:
    """The whole document."""
    sets = {}
    for name, (title, layout, chosen, since) in SETS.items():
        sets[name] = _set(folder, title, LAYOUTS[layout], chosen, since)
    sets["T20"]["tables"]["spin by over"] = _spin(targets["extra"]["bowl_pattern"])
    with gzip.open(folder / "t20_men_matches.csv.gz", "rt", newline="") as lines:
        short = short_matches(csv.DictReader(lines))
    return {
        "version": VERSION,
        "attribution": ATTRIBUTION,
        "provenance": {
            "program": "python -m engine.fidelity.real",
            "files": _digests(folder),
            "spin by over": "targets.md, 'Bowling-change patterns'",
            "standard_errors": f"jackknife over {GROUPS} groups of matches",
        },
        "sets": sets,
        "short_matches": _plain(short),
    }


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.gz"))
    }


def _set(folder: Path, title: str, layout: Layout, chosen: Selection, since: int) -> dict[str, Any]:
    wide = Selection(
        file=chosen.file, tier=chosen.tier, overs=chosen.overs, first=since, last=chosen.last
    )
    with gzip.open(folder / f"{chosen.file}_matches.csv.gz", "rt", newline="") as lines:
        matches = read_matches(lines, wide)
    with gzip.open(folder / f"{chosen.file}_deliveries.csv.gz", "rt", newline="") as lines:
        balls = read_balls(lines, matches)
    year = np.array([match.year for match in matches.values()])
    mine = balls.of_matches(year >= chosen.first)
    return {
        "title": f"{title}, {chosen.first} to {chosen.last}",
        "format": layout.name,
        "matches": mine.matches,
        "deliveries": len(mine),
        "seasons": {
            str(y): n for y, n in sorted(Counter(year[year >= chosen.first].tolist()).items())
        },
        "tables": {
            name: _plain(table) for name, table in tables_of(groups_of(mine, layout)).items()
        },
        "by_season": _plain(_by_season(balls, year, layout)),
    }


def groups_of(balls: Balls, layout: Layout) -> list[Fold]:
    """Folds of every twentieth match, for the jackknife."""
    turn = np.arange(balls.matches) % GROUPS
    return [fold(balls.of_matches(turn == i), layout) for i in range(min(GROUPS, balls.matches))]


def _by_season(balls: Balls, year: Ints, layout: Layout) -> Table:
    rows = sorted(set(year.tolist()))
    found = [tables_of(groups_of(balls.of_matches(year == y), layout))["season"] for y in rows]
    return Table(
        rows=tuple(map(str, rows)),
        columns=SEASON_COLUMNS,
        values=np.concatenate([table.values for table in found]),
        n=np.concatenate([table.n for table in found]),
        se=np.concatenate([table.se for table in found]),
    )


def _spin(pattern: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    rows = sorted(pattern, key=int)
    return {
        "rows": rows,
        "columns": ["spin"],
        "values": [[pattern[row]["spin share"]] for row in rows],
        "n": [0.0 for _ in rows],
        "se": [[None] for _ in rows],
    }


def _plain(table: Table) -> dict[str, Any]:
    return {
        "rows": list(table.rows),
        "columns": list(table.columns),
        "values": _numbers(table.values),
        "n": table.n.tolist(),
        "se": _numbers(table.se),
    }


def _numbers(values: Floats) -> list[list[float | None]]:
    return [[None if np.isnan(x) else round(float(x), 6) for x in row] for row in values]


if __name__ == "__main__":
    main()
