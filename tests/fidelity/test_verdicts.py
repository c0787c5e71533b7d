"""What is judged, what passes, and what a report says of it."""

from dataclasses import replace

import numpy as np
import pytest

from engine.fidelity import Line, Table, Verdict, compare, compare_season, shipped_reference
from engine.fidelity.verdicts import LEAST_BALLS, RULES, Cell, Figure, judge

WHERE = Cell("innings", "innings 1", "mean")
REAL = shipped_reference().sets["T20"].as_tables()


def line(real: Figure, simulated: Figure, allowed: float = 2.0, *, enough: bool = True) -> Line:
    return judge(WHERE, real, simulated, allowed, enough=enough)


@pytest.mark.parametrize(
    ("simulated", "verdict"),
    [(166.0, Verdict.PASS), (170.0, Verdict.PASS), (170.1, Verdict.FAIL), (165.0, Verdict.FAIL)],
)
def test_a_gap_within_what_is_allowed_passes(simulated: float, verdict: Verdict) -> None:
    assert line(Figure(168.0), Figure(simulated)).verdict is verdict


def test_the_gap_is_told_in_standard_errors_of_the_simulation() -> None:
    assert line(Figure(168.0), Figure(167.0, 0.25)).errors == pytest.approx(-4.0)


def test_a_figure_that_is_known_too_badly_is_shown_not_judged() -> None:
    assert line(Figure(168.0, 2.5), Figure(190.0)).verdict is Verdict.SHOWN
    assert line(Figure(168.0), Figure(190.0), enough=False).verdict is Verdict.SHOWN


def test_a_simulation_that_is_not_a_number_fails() -> None:
    assert line(Figure(168.0), Figure(np.nan)).verdict is Verdict.FAIL


def test_reality_agrees_with_itself() -> None:
    assert {found.verdict for found in compare(REAL, REAL)} <= {Verdict.PASS, Verdict.SHOWN}


def test_every_rule_judges_something() -> None:
    judged = {(found.table, found.column) for found in compare(REAL, REAL)}
    for rule in RULES:
        assert any(t == rule.table and c in (rule.columns or (c,)) for t, c in judged)


def test_wider_tolerances_are_wider_line_by_line() -> None:
    narrow, wide = compare(REAL, REAL), compare(REAL, REAL, scale=1.5)
    assert [w.allowed for w in wide] == pytest.approx([1.5 * n.allowed for n in narrow])


def test_cells_of_few_balls_are_not_judged() -> None:
    shares = REAL["phase and wickets"]
    few = {row for row, n in zip(shares.rows, shares.n, strict=True) if n < LEAST_BALLS}
    found = [f for f in compare(REAL, REAL) if f.table == "phase and wickets"]
    assert few
    assert all(f.verdict is Verdict.SHOWN for f in found if f.row in few)


def test_a_wrong_distribution_of_wickets_is_told_by_its_total_variation() -> None:
    other = REAL["wickets lost"]
    moved = Table(
        rows=other.rows,
        columns=other.columns,
        values=np.roll(other.values, 1, axis=0),
        n=other.n,
        se=other.se,
    )
    found = compare(REAL, {**REAL, "wickets lost": moved})
    failed = [f for f in found if f.verdict is Verdict.FAIL]
    assert {(f.table, f.row) for f in failed} == {("wickets lost", "total variation")}


@pytest.mark.parametrize(("errors", "uncertain"), [(5.0, True), (-5.0, True), (7.0, False)])
def test_a_line_is_uncertain_that_fails_by_less_than_two_standard_errors(
    errors: float, uncertain: bool
) -> None:
    line = replace(compare(REAL, REAL)[0], verdict=Verdict.FAIL, errors=errors)
    missed = replace(line, simulated=line.real + 1.5 * line.allowed)
    assert missed.uncertain is uncertain


def test_a_season_is_allowed_its_own_uncertainty_too() -> None:
    season = shipped_reference().sets["T20"].by_season.as_table()
    found = compare_season(season, "2024", REAL)[0]
    assert found.allowed == pytest.approx(2.0 + 2.0 * (found.real_se or 0.0))


def test_a_season_that_has_not_been_is_shown_only() -> None:
    season = shipped_reference().sets["T20"].by_season.as_table()
    assert {f.verdict for f in compare_season(season, "2027", REAL)} == {Verdict.SHOWN}
