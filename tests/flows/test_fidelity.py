"""`captains fidelity`: what it answers and when it fails."""

import json

import pytest

from flows.cli import main
from flows.fidelity import FidelityReport

SMALL = ("fidelity", "--matches", "40", "--seed", "3")


def report(capsys: pytest.CaptureFixture[str], *arguments: str, code: int) -> FidelityReport:
    assert main([*SMALL, *arguments, "--json"]) == code
    return FidelityReport.model_validate(json.loads(capsys.readouterr().out))


def test_forty_matches_are_too_few_and_the_lines_that_fail_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(list(SMALL)) == 1
    told = capsys.readouterr().out
    assert "innings 1  mean" in told
    assert "fails: " in told


def test_the_verdicts_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    found = report(capsys, code=1)
    assert found.passed + found.failed + found.shown == len(found.lines)
    assert found.failed == sum(line.verdict == "fail" for line in found.lines)


def test_of_forty_matches_nearly_all_that_fails_may_be_chance_and_that_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = report(capsys, code=1)
    assert 0.8 * found.failed < found.uncertain <= found.failed
    assert main(list(SMALL)) == 1
    assert f"{found.uncertain} of the {found.failed} miss what" in capsys.readouterr().out


def test_womens_verdicts_inform(capsys: pytest.CaptureFixture[str]) -> None:
    found = report(capsys, "--game", "women", code=0)
    assert found.informs_only
    assert found.tolerance_scale == 1.5


def test_an_odi_is_allowed_half_as_much_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(capsys, "--format", "ODI", code=1).tolerance_scale == 1.5


def test_a_season_to_come_has_nothing_to_fail(capsys: pytest.CaptureFixture[str]) -> None:
    found = report(capsys, "--era", "2027", code=0)
    assert {line.verdict for line in found.lines} == {"shown"}
    assert {(line.real, line.standard_errors) for line in found.lines} == {(None, None)}


def test_the_engine_itself_can_be_held_against_cricket(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = report(capsys, "--through", "engine", "--processes", "1", code=1)
    assert found.through == "engine"
    assert {line.table for line in found.lines} == {
        line.table for line in report(capsys, code=1).lines
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--matches", "5"], "20 to"),
        (["--era", "1999"], "2014 to 2027"),
        (["--game", "women", "--format", "ODI"], "T20"),
        (["--seed", "-1"], "--seed"),
        (["--processes", "0"], "1 to 256"),
        (["--processes", "2"], "--through engine"),
        (["--html", "/nowhere/x.html"], "folder that exists"),
        (["--assumptions", "--format", "ODI"], "leave out --format"),
        (["--assumptions", "--html", "x.html"], "writes no page"),
    ],
)
def test_wrong_input_is_told(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fidelity", *arguments]) == 2
    assert said in capsys.readouterr().err
