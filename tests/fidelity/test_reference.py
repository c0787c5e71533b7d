"""The shipped real tables are the published ones.

Golden figures: ../shared/data/targets.md, T20 men majors 2019-24 and ODI full members 2015-24.
"""

import pytest

from engine.fidelity import TABLES, shipped_reference
from engine.fidelity.reference import RealSet

SETS = shipped_reference().sets
GOLDEN = [
    ("T20", "innings", "innings 1", "mean", 167.66),
    ("T20", "innings", "innings 1", "sd", 32.64),
    ("T20", "innings", "innings 2", "mean", 152.13),
    ("T20", "innings", "innings 1", "all out", 0.1034),
    ("T20", "innings", "innings 2", "all out", 0.1848),
    ("T20", "innings", "innings 1", "wickets", 6.57),
    ("T20", "innings", "innings 1", "extras", 8.72),
    ("T20", "innings", "innings 1", "bowlers", 6.04),
    ("T20", "chases", "160-169", "success", 0.543),
    ("T20", "chases", "all", "success", 0.5115),
    ("T20", "overs of innings 1", "20", "runs", 11.731),
    ("T20", "overs of innings 2", "20", "wickets", 0.722),
    ("T20", "phase", "death 16-20", "p6", 0.0797),
    ("T20", "wickets", "6-9 wickets", "wicket", 0.0928),
    ("T20", "phase and wickets", "death 16-20, 0-2 wickets", "p6", 0.0894),
    ("T20", "batting by balls faced", "1-5", "dot faced", 0.4623),
    ("T20", "batting by balls faced", "51+", "runs a ball", 1.8033),
    ("T20", "batting by position", "10", "out", 0.0977),
    ("T20", "required rate", "20+", "wicket", 0.1126),
    ("T20", "dependence", "half-way scores", "value", 0.3119),
    ("T20", "dependence", "consecutive overs", "value", 0.1178),
    ("T20", "kinds of dismissal", "caught", "share", 0.6438),
    ("T20", "bowlers used", "6", "innings 1", 0.6326),
    ("T20", "spin by over", "7", "spin", 0.628),
    ("ODI", "innings", "innings 2", "all out", 0.375),
    ("ODI", "chases", "300-324", "success", 0.353),
    ("ODI", "phase", "overs 41-50", "wicket", 0.0563),
    ("ODI", "required rate", "20+", "p6", 0.0344),
    ("ODI", "dependence", "consecutive overs", "value", 0.1284),
]


@pytest.mark.parametrize(("name", "table", "row", "column", "published"), GOLDEN)
def test_a_shipped_figure_is_the_published_one(
    name: str, table: str, row: str, column: str, published: float
) -> None:
    found = SETS[name].tables[table]
    value = found.values[found.rows.index(row)][found.columns.index(column)]
    assert value == pytest.approx(published, abs=6e-5 if published < 0.2 else 0.011, rel=2e-3)


def test_as_many_matches_as_the_targets_count() -> None:
    assert (SETS["T20"].matches, SETS["T20"].deliveries) == (2912, 694_677)
    assert (SETS["ODI"].matches, SETS["ODI"].deliveries) == (640, 352_600)


@pytest.mark.parametrize("real", SETS.values(), ids=list(SETS))
def test_a_set_has_every_table_and_its_seasons(real: RealSet) -> None:
    assert set(real.tables) == set(TABLES)
    assert sum(real.seasons.values()) == real.matches


def test_the_data_are_attributed() -> None:
    assert "Cricsheet" in shipped_reference().attribution
