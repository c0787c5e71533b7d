"""Small ball-by-ball CSV files in the columns of the real data, made up."""

import random
from pathlib import Path

from engine.chance.fitting.reading import DELIVERY_COLUMNS, MATCH_COLUMNS

BALLS = (*(0,) * 7, *(1,) * 8, 2, 4, 4, 6)


def write(folder: Path, *, matches: int = 12) -> Path:
    """Write the six files that the fit reads; the same every time."""
    chance = random.Random(11)
    for name, tier, overs, count in (
        ("t20_men", "major", 20, matches),
        ("odi_men", "fullmember", 50, matches // 3),
        ("t20_women", "major", 20, matches // 2),
    ):
        deliveries, table = [",".join(DELIVERY_COLUMNS)], [",".join(MATCH_COLUMNS)]
        for number in range(count):
            totals = [_innings(chance, deliveries, number, inn, overs) for inn in (1, 2)]
            year = 2019 + number % 6
            table.append(
                f"{number},{year}-05-01,{tier},male,Ground {number % 3},{overs},True,"
                f"{totals[0]},{totals[1]},{totals[0] + 1},1,2"
            )
        (folder / f"{name}_deliveries.csv").write_text("\n".join(deliveries) + "\n")
        (folder / f"{name}_matches.csv").write_text("\n".join(table) + "\n")
    return folder


def _innings(chance: random.Random, rows: list[str], match: int, inn: int, overs: int) -> int:
    """Append one innings; returns its total."""
    pair, next_in, total = [1, 2], 3, 0
    for over in range(overs):
        for ball in range(1, 7):
            runs, kind = chance.choice(BALLS), ""
            if chance.random() < 0.04 and next_in <= 11:
                runs, kind = 0, chance.choice(("b", "c", "lbw", "ro"))
            wide = 1 if not kind and chance.random() < 0.03 else 0
            runs = 0 if wide else runs
            bowler = 100 * (3 - inn) + 6 + over % 5
            rows.append(
                f"{match},{inn},{over},{ball},{100 * inn + pair[0]},{100 * inn + pair[1]},{bowler},"
                f"{pair[0]},{runs},{wide or ''},,,,,{kind},{1 if kind else ''},"
            )
            total += runs + wide
            if kind:
                pair[0], next_in = next_in, next_in + 1
            elif runs % 2:
                pair.reverse()
        pair.reverse()
    return total
