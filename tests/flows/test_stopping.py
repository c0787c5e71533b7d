"""A run that stops by its rule: really played, stopped anywhere, resumed to the same verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flows import catalogue, news
from flows.comparing import compare
from flows.opening import open_run
from flows.order import Order
from flows.past import PastRun
from flows.planning import Forecast, forecast
from flows.precedents import precedents
from flows.report import Report
from flows.report.build import build
from flows.report.markdown import stopping_markdown
from flows.report.material import Material
from flows.report.page import page
from flows.report.text import report_text
from flows.run import Run
from flows.summary import summary_of
from tests.flows.markup import unclosed
from tests.flows.test_growing import play
from tournaments import parse_tournament

TEXT = """\
name: stopping
seed: 5
match: {{overs: 1, pairs: 4}}
captains: [heuristic, random, cautious]
stop: {stop}
spectate: {{episodes: none}}
"""
CLEAR = "{sprt: {pair: [heuristic, random], elo0: 0, elo1: 150, scores: adjusted}}"
OPEN = "{sprt: {pair: [heuristic, cautious], elo0: 0, elo1: 2, max_pairs: 8}}"
LEAGUE = "{when: ranked, max_pairs: 8, every: 2, allocate: adaptive}"


def order(stop: str) -> Order:
    return Order.of(parse_tournament(TEXT.format(stop=stop), catalogue.known()), "1")


def stopping(run: Run) -> dict[str, Any]:
    told = summary_of(run, 0.0).stopping
    assert told is not None
    return told


def test_a_clear_test_stops_early(tmp_path: Path) -> None:
    with open_run(order(CLEAR), tmp_path) as run:
        play(run)
        told = stopping(run)
    assert told["state"] == "accept_h1"
    assert told["pairs"] < told["max_pairs"]
    assert told["llr"] >= told["bounds"][1]


@pytest.mark.parametrize("stop", [CLEAR, LEAGUE])
def test_wherever_it_is_interrupted_it_comes_to_the_same_verdict(tmp_path: Path, stop: str) -> None:
    wanted = order(stop)
    with open_run(wanted, tmp_path / "whole") as run:
        total, end = play(run), stopping(run)
    for most in (1, total // 2, total - 1):
        with open_run(wanted, tmp_path / str(most)) as run:
            play(run, most)
        with open_run(wanted, tmp_path / str(most)) as run:
            assert (run.resumed, play(run)) == (most, total - most)
            assert stopping(run) == end


def test_a_higher_cap_resumes_an_undecided_test(tmp_path: Path) -> None:
    with open_run(order(OPEN), tmp_path) as run:
        played, before = play(run), stopping(run)
    assert (before["state"], before["pairs"]) == ("inconclusive", 8)
    with open_run(order(OPEN.replace("max_pairs: 8", "max_pairs: 12")), tmp_path) as run:
        assert (run.resumed, play(run)) == (played, 2 * 4)
        assert stopping(run)["track"][:2] == before["track"]


def test_a_higher_cap_of_a_league_is_another_promise_and_takes_all_over(tmp_path: Path) -> None:
    with open_run(order(LEAGUE), tmp_path) as run:
        played = play(run)
    with open_run(order(LEAGUE.replace("8", "10")), tmp_path) as run:
        play(run)
        summary = summary_of(run, 0.0)
    assert summary.taken_over == played
    assert summary.changed == ["stop"]


def test_the_rule_is_written_down_before_the_first_ball(tmp_path: Path) -> None:
    with open_run(order(CLEAR), tmp_path) as run:
        about = json.loads((run.folder.path / "run.json").read_text(encoding="utf-8"))
        assert list(run.folder.attempts()) == []
    assert about["tournament"]["stop"]["sprt"]["elo1"] == 150
    assert about["meaning"]["file"]["stop"]["sprt"]["elo1"] == 150


def test_the_plan_says_from_how_many_to_how_many(tmp_path: Path) -> None:
    plan = forecast(order(OPEN), tmp_path)
    assert (plan.episodes_at_least, plan.episodes) == (3 * 4 * 2, 3 * 4 * 2 + 4 * 2)


def test_what_a_test_adds_is_planned_for_its_two_captains(tmp_path: Path) -> None:
    wanted = order(OPEN)
    likely = Forecast(wanted, tmp_path, precedents(tmp_path, wanted.meaning)).meetings
    assert likely == {
        ("cautious", "heuristic"): 8 + 4,
        ("cautious", "random"): 8,
        ("heuristic", "random"): 8,
    }


def test_what_a_test_stopped_at_is_told_without_its_lean(tmp_path: Path) -> None:
    with open_run(order(CLEAR), tmp_path) as run:
        play(run)
        told = stopping(run)["elo"]
        report, found = (
            build(Material.of(run.folder)),
            compare(PastRun.at(run.folder.path), "random", "heuristic"),
        )
    assert report.stopping is not None
    assert "overstates what a test stopped at; without that, heuristic is" in page(report)
    assert report.stopping.elo is not None
    assert report.stopping.elo.low == pytest.approx(told["low"], abs=0.1)
    assert found is not None
    assert found.after_stop is not None
    assert found.after_stop.high == pytest.approx(-told["low"], abs=0.1)
    assert any("their test has ended" in warning for warning in found.warnings)


def test_the_run_page_is_told_the_pairs_and_the_verdict(tmp_path: Path) -> None:
    with open_run(order(CLEAR), tmp_path) as run:
        play(run)
        told, end = news.crosstable(run), news.ended(run, summary_of(run, 0.0))
        assert sorted(told.pairs)[:2] == [4, 4] < [max(told.pairs)]
        assert told.stages == ()
        assert end.why == (stopping(run)["said"],)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    with open_run(order(LEAGUE), tmp_path_factory.mktemp("runs")) as run:
        play(run)
        return build(Material.of(run.folder))


def test_the_report_has_its_track(report: Report) -> None:
    assert report.stopping is not None
    assert [step.pairs for step in report.stopping.steps][:2] == [4, 6]
    assert report.stages == ()
    assert "When to stop" in page(report)
    assert unclosed(page(report)) == []
    assert report.stopping.decided in report_text(report)


def test_of_several_nights_each_says_how_it_stopped(tmp_path: Path) -> None:
    nights = []
    for occasion in ("monday", "tuesday"):
        wanted = Order.of(parse_tournament(TEXT.format(stop=OPEN), catalogue.known()), occasion)
        with open_run(wanted, tmp_path) as run:
            play(run)
            nights.append((run.folder, stopping(run)["said"]))
    report = build(Material.of(*(folder for folder, _ in nights)))
    assert report.stopping is None
    assert [(one.occasion, one.decided) for one in report.nights] == [
        ("monday", nights[0][1]),
        ("tuesday", nights[1][1]),
    ]
    assert "Each occasion was stopped by its own matches" in page(report)


def test_the_artifact_has_a_row_for_each_look(report: Report) -> None:
    assert report.stopping is not None
    assert stopping_markdown(report).count("\n| ") == len(report.stopping.steps) + 2
