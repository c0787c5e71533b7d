"""`captains fidelity --assumptions`: standings in three worlds, and whose ranks change."""

import json

import pytest

from engine.captains import scripted_presets
from flows.cli import main
from flows.cli.checks import check_assumptions, question_of
from flows.sensitivity import (
    SCALES,
    AssumptionsReport,
    FormatReport,
    Meeting,
    Question,
    World,
    in_words,
    rank_changes,
    standings,
)
from tournaments.stats.student import reach

CAPTAINS = ("a", "b", "c")


def scores(scale: float, **means: float) -> dict[Meeting, list[float]]:
    """Meetings `ab=0.7` of the first captain's mean score, a little spread."""
    return {
        Meeting("T5", scale, pair[0], pair[1]): [mean - 0.01, mean + 0.01]
        for pair, mean in means.items()
    }


def world(scale: float, **means: float) -> World:
    found = standings(CAPTAINS, "T5", scale, scores(scale, **means))
    return World(scale=scale, standings=found)


EVEN = {"ab": 0.6, "ac": 0.7, "bc": 0.6}
TURNED = {"ab": 0.3, "ac": 0.7, "bc": 0.6}


def test_each_pairing_counts_once_for_either_captain() -> None:
    found = world(1.0, **EVEN).standings
    assert [s.captain for s in found] == ["a", "b", "c"]
    assert [s.score for s in found] == pytest.approx([0.65, 0.5, 0.35])


def test_a_margin_is_that_of_a_mean() -> None:
    """By Student's t: four matches of every two are two degrees of freedom."""
    (first, *_) = world(1.0, **EVEN).standings
    assert first.margin == pytest.approx(reach(2) * (2 * 0.0002 / 2) ** 0.5 / 2, abs=1e-4)


def test_equal_worlds_change_no_rank() -> None:
    worlds = [world(scale, **EVEN) for scale in SCALES]
    assert rank_changes(worlds) == []
    assert in_words(FormatReport(format="T5", worlds=worlds, changes=[])) == "T5: no rank changes."


def test_who_passes_whom_is_named() -> None:
    changes = rank_changes([world(0.5, **TURNED), world(1.0, **EVEN), world(1.5, **EVEN)])
    assert [(c.scale, c.captains, c.clear) for c in changes] == [(0.5, ("b", "a"), True)]


def test_a_change_within_the_margins_is_not_clear() -> None:
    close = {**EVEN, "ab": 0.5, "ac": 0.649, "bc": 0.65}
    changes = rank_changes([world(0.5, **close), world(1.0, **EVEN)])
    assert [(c.captains, c.clear) for c in changes] == [(("b", "a"), False)]


def test_the_command_ranks_captains_in_three_worlds(capsys: pytest.CaptureFixture[str]) -> None:
    asked = Question(matches=4, seed=0, processes=1, captains=("baseline", "heuristic", "random"))
    assert check_assumptions(asked, as_json=True) == 0
    found = AssumptionsReport.model_validate(json.loads(capsys.readouterr().out))
    assert [f.format for f in found.formats] == ["T20", "T5"]
    assert [w.scale for w in found.formats[0].worlds] == list(SCALES)


def test_the_command_asks_about_every_preset() -> None:
    asked = question_of(4, 0, None, 1, alone=True)
    assert asked == Question(matches=4, seed=0, processes=1, captains=scripted_presets())


@pytest.mark.parametrize("matches", ["2", "5"])
def test_a_single_pair_and_an_odd_number_of_matches_are_refused(
    matches: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fidelity", "--assumptions", "--matches", matches]) == 2
    assert "even, 4 to" in capsys.readouterr().err
