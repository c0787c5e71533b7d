"""The report of a run: it adds up, it is safe, it is there whatever was played."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import orjson
import pytest

from engine.events import EndReason
from flows import catalogue
from flows.cli import main
from flows.ledger import RunFolder
from flows.opening import open_run
from flows.order import Order
from flows.report import PAGE, Material, Report, build, page, report_text, write_report
from flows.report.answer import share, span
from flows.report.charts import stopping_figure
from flows.report.content import Step, Stopping
from flows.report.cricket import outcome_words
from flows.report.markdown import quality_markdown, ratings_markdown, turning_markdown
from flows.reporting import reported
from flows.stage import Reporter, Stage
from flows.summary import summary_of
from tests.flows.markup import unclosed
from tests.flows.support import EPISODES_OF_SMALL, SMALL, played
from tournaments import parse_tournament
from tournaments.report import LOT_NOTE
from tournaments.stats.gaps import Gap

HOSTILE = "<script>alert(1)</script>"
FOUR = SMALL.replace("overs: 1, pairs: 2", "overs: 5, pairs: 4").replace(
    "random, baseline", "random, baseline, cautious"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return played(tmp_path_factory.mktemp("runs"), FOUR)


@pytest.fixture(scope="module")
def report(folder: RunFolder) -> Report:
    return build(Material.of(folder))


def report_of(folder: RunFolder) -> Report:
    return build(Material.of(folder))


def unplayed(runs: Path) -> RunFolder:
    order = Order.of(parse_tournament(SMALL, catalogue.known()), "1")
    with open_run(order, runs) as run:
        return run.folder


def hostile(report: Report) -> Report:
    """The same with a name that would be a script."""
    return Report.model_validate_json(
        report.model_dump_json().replace('"heuristic"', f'"{HOSTILE}"')
    )


# --- it adds up --------------------------------------------------------------------------------


def test_the_cells_of_the_crosstable_add_up_to_the_table(report: Report) -> None:
    won: Counter[str] = Counter()
    played_: Counter[str] = Counter()
    for cell in report.crosstable:
        won[cell.first] += cell.won
        won[cell.second] += cell.lost
        played_.update({cell.first: cell.played, cell.second: cell.played})
    assert {row["captain"]: row["won"] for row in report.standings} == won
    assert {row["captain"]: row["played"] for row in report.standings} == played_


def test_luck_is_what_lies_between_both_scores(report: Report) -> None:
    for one in report.luck:
        assert one.score - one.luck == pytest.approx(one.adjusted)
    assert sum(one.luck for one in report.luck) == pytest.approx(0)


def test_decisions_by_phase_and_by_kind_are_the_same_decisions(report: Report) -> None:
    for one in report.quality:
        kinds = sum(s.total for kind, s in one.kinds.items() if kind != "toss")
        assert sum(s.total for s in one.phases.values()) == pytest.approx(kinds, abs=1e-6)
        assert one.a_match * one.matches == pytest.approx(sum(s.total for s in one.kinds.values()))


def test_a_turning_point_moves_the_chance_to_who_gained(report: Report) -> None:
    sizes = [point.after - point.before for point in report.turning]
    assert sizes == sorted(sizes, reverse=True)
    assert min(sizes) > 0
    assert all(point.gained in (point.home, point.away) for point in report.turning)


def test_no_more_matches_turned_than_were_played(report: Report) -> None:
    assert 0 < sum(at.matches for at in report.turned) <= report.episodes.counted


def test_what_was_chosen_at_the_toss_adds_up_to_the_tosses(report: Report) -> None:
    sides = report.sides
    assert sum(share.decided for share in sides.elected.values()) == sides.toss.decided
    assert sum(share.won for share in sides.elected.values()) == sides.toss.won


def test_the_toss_is_told_to_the_ratings(report: Report) -> None:
    assert report.ratings.raw is not None
    assert report.ratings.raw.toss is not None


def test_results_of_old_have_their_tosses_from_the_gists(
    folder: RunFolder, report: Report, tmp_path: Path
) -> None:
    shutil.copytree(folder.path, tmp_path / "old")
    old = RunFolder(tmp_path / "old")
    lines = [orjson.loads(line) for line in folder.ledger.read_bytes().splitlines()]
    bare = [{key: value for key, value in line.items() if key != "toss"} for line in lines]
    old.ledger.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in bare))
    assert bare != lines
    assert report_of(old).sides == report.sides
    assert report_of(old).ratings == report.ratings


def test_a_report_is_read_back_as_it_was(report: Report) -> None:
    assert Report.model_validate_json(report.model_dump_json()) == report


# --- the answer --------------------------------------------------------------------------------


def test_the_answer_names_who_is_best_or_may_be(report: Report) -> None:
    assert report.ratings.adjusted is not None
    assert report.ratings.adjusted.captains[0].captain in report.answer
    assert report.answer.count(".") == 1


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (20.0, 92.0, "56 Elo (20 to 92), 58 of 100 matches"),
        (20.0, None, "at least 20 Elo, at least 53 of 100 matches"),
        (None, 92.0, "at most 92 Elo, 58 of 100 matches"),
        (None, None, "56 Elo (no interval), 58 of 100 matches"),
    ],
)
def test_a_gap_is_told_by_the_ends_that_it_has(
    low: float | None, high: float | None, told: str
) -> None:
    gap = Gap(better="a", worse="b", elo=56, low=low, high=high, p=0.01)
    assert f"{span(gap)}, {share(gap)}" == told


def test_of_a_run_without_matches_nothing_can_be_said(tmp_path: Path) -> None:
    found = report_of(unplayed(tmp_path))
    assert found.answer.startswith("Nothing can be said yet")
    assert (found.episodes.counted, found.episodes.open) == (0, EPISODES_OF_SMALL)
    text = page(found)
    assert unclosed(text) == []
    assert re.findall(r"<h2 [^>]*>(.*?)</h2>", text) == [
        *("Who is better", "The table", "How the decisions were come by"),
        *("How far to trust the order", "What does not count", "Play it again"),
    ]


def test_too_many_void_matches_are_no_ranking(tmp_path: Path) -> None:
    folder = played(tmp_path)
    results = list(folder.attempts())
    gone = replace(
        results[0], attempt=2, end_reason=EndReason.TRANSPORT, winner=None, error="no <b>route</b>"
    )
    folder.ledger.unlink()
    for result in [gone, *results[1:]]:
        folder.append(result)
    found = report_of(folder)
    assert found.answer == "No ranking: 1 of 12 episodes are void, above 5 %."
    assert (found.episodes.void, found.voided[0].error) == (1, "no <b>route</b>")
    assert "no &lt;b&gt;route&lt;/b&gt;" in page(found)


# --- the page ----------------------------------------------------------------------------------


def test_the_page_asks_for_nothing_from_outside(report: Report) -> None:
    text = page(report)
    assert "default-src 'none'" in text
    assert "<script" not in text
    assert not re.findall(r"(?:src|url|@import)\s*[=(]", text)
    assert {link.partition("/match/")[0] for link in re.findall(r'href="([^"]*)"', text)} == {
        "http://127.0.0.1:8765"
    }


def test_every_tag_is_closed_and_every_figure_well_formed(report: Report) -> None:
    text = page(report)
    assert unclosed(text) == []
    figures = re.findall(r"<svg [^>]*role=.*?</svg>", text, re.DOTALL)
    assert len(figures) == 6
    assert all(ElementTree.fromstring(figure).get("aria-label") for figure in figures)


def test_a_ball_links_to_where_it_is_on_the_cockpit(report: Report) -> None:
    point = report.turning[0]
    address = f"http://bus.test/match/{point.episode_id}/{point.attempt}#{point.place}"
    assert f'href="{address}"' in page(report, "http://bus.test/")


def test_who_was_placed_by_lot_has_a_star_in_the_table(report: Report) -> None:
    first, *others = report.standings
    drawn = page(report.model_copy(update={"standings": (first | {"by_lot": True}, *others)}))
    assert f"{first['captain']}</bdi>*" in drawn
    assert LOT_NOTE in drawn
    assert LOT_NOTE not in page(report)


def test_of_captains_who_did_not_meet_no_order_by_seeds_and_no_circle_is_told(
    report: Report,
) -> None:
    apart = report.model_copy(update={"crosstable": report.crosstable[:2], "seeds": None})
    text = page(apart)
    assert "Not all have met, so it cannot be told how much the order hangs on" in text
    assert "No circles" not in text
    assert "No circles" in page(report.model_copy(update={"cycles": ()}))


def test_who_met_in_void_matches_alone_has_not_met(report: Report) -> None:
    first, *others = report.crosstable
    void = replace(first, played=0, won=0, lost=0, tied=0, void=first.played, adjusted=None)
    found = report.model_copy(update={"crosstable": (void, *others), "seeds": None})
    assert "Not all have met, so it cannot be told how much the order" in page(found)


def test_where_all_who_played_have_met_it_is_the_seeds_that_are_too_few(report: Report) -> None:
    without = report.captains[-1]
    met = [cell for cell in report.crosstable if without not in (cell.first, cell.second)]
    found = report.model_copy(update={"crosstable": tuple(met), "seeds": None})
    assert "Too few seeds to tell how much the order" in page(found)


def test_names_are_escaped_wherever_they_stand(report: Report) -> None:
    found = hostile(report)
    assert "<script" not in page(found)
    for text in (ratings_markdown(found), quality_markdown(found), turning_markdown(found)):
        assert "<script" not in text


@pytest.mark.parametrize("still_open", [0, 4])
def test_a_run_that_is_not_finished_is_said_to_be_so_at_the_top(
    report: Report, still_open: int
) -> None:
    played = report.episodes
    left = {"planned": played.counted + still_open, "open": still_open}
    found = report.model_copy(update={"episodes": played.model_copy(update=left)})
    first, *_ = report_text(found).splitlines()
    told = f"{played.counted} of {played.counted + 4} matches count so far, 4 still to be played"
    assert (first == f"unfinished: {told}") == bool(still_open)
    assert ("4 still to be played" in page(found)) == bool(still_open)


def test_nothing_moves_the_cursor(report: Report) -> None:
    found = report.model_copy(update={"answer": "\x1b[2J", "warnings": ("a\x1b[2J",)})
    assert "\x1b" not in report_text(found)


def test_a_line_about_a_stranger_is_passed_over(tmp_path: Path) -> None:
    folder = played(tmp_path)
    stranger = replace(next(folder.attempts()), episode_id="x-p01-a", home="nobody")
    folder.append(stranger)
    assert report_of(folder).episodes.counted == EPISODES_OF_SMALL


def test_a_stopping_rule_is_drawn_between_its_bounds() -> None:
    steps = tuple(Step(pairs=n, value=n / 4, lower=-2.0, upper=2.0) for n in range(1, 9))
    track = Stopping(rule="sprt <b>", decided="a is better", measure="llr", steps=steps)
    drawn = stopping_figure(track)
    assert drawn.count('class="bound"') == 4
    assert "sprt &lt;b&gt;" in drawn


@pytest.mark.parametrize(
    ("key", "words"),
    [
        *[("0", "no run"), ("1", "a single"), ("2", "2 runs"), ("4", "four"), ("4*", "4 runs")],
        *[("6", "six"), ("wd1", "wide"), ("wd5", "wide, 5 runs"), ("nb1+6", "no-ball, 7 runs")],
        *[("bowled", "bowled"), ("<x>", "&lt;x&gt;")],
    ],
)
def test_what_happened_is_told_in_words(key: str, words: str) -> None:
    assert outcome_words(key) == words


@pytest.fixture(scope="module")
def cup(tmp_path_factory: pytest.TempPathFactory) -> Report:
    text = SMALL.replace("random, baseline", "random, baseline, cautious")
    text += "format: {kind: groups, groups: 2, advance: 1}\n"
    return report_of(played(tmp_path_factory.mktemp("runs"), text))


def test_the_stages_of_a_cup_are_told_to_its_champion(cup: Report) -> None:
    assert [stage.name for stage in cup.stages] == ["Group A", "Group B", "Knockout"]
    assert cup.champion == cup.stages[-1].encounters[-1].winner
    text = page(cup)
    assert f"Champion: {cup.champion}." in text
    assert text.count("<h3>") == 3
    assert unclosed(text) == []
    assert cup.episodes.open == 0


def test_names_in_a_bracket_are_escaped(cup: Report) -> None:
    assert "<script" not in page(hostile(cup))


# --- the files and the command -----------------------------------------------------------------


def test_the_file_in_the_folder_means_what_was_played(folder: RunFolder) -> None:
    write_report(folder)
    spec = catalogue.load(folder.path / "tournament.yaml")
    about = json.loads((folder.path / "run.json").read_text())
    assert catalogue.digest(spec) == about["file_digest"]


def test_the_command_writes_the_page_and_says_the_same_as_json(
    folder: RunFolder, capsys: pytest.CaptureFixture[str], report: Report
) -> None:
    assert main(["report", "small", "--runs", str(folder.path.parent.parent), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told.pop("page") == str(folder.path / PAGE)
    assert told.pop("run_dir") == str(folder.path)
    assert told == json.loads(report.model_dump_json())
    assert {file.name for file in folder.path.glob("*.csv")} == {
        *("standings.csv", "pairs.csv", "matches.csv")
    }


class _Heard(Reporter):
    def __init__(self) -> None:
        self.troubles: list[str] = []

    def trouble(self, message: str) -> None:
        self.troubles.append(message)


async def test_a_run_whose_report_cannot_be_written_says_so_and_goes_on(tmp_path: Path) -> None:
    heard = _Heard()
    folder = await asyncio.to_thread(played, tmp_path)
    (folder.path / PAGE).mkdir()
    order = Order.of(parse_tournament(SMALL, catalogue.known()), "1")
    with open_run(order, tmp_path) as run:
        summary = summary_of(run, 1.0)
        assert await reported(run, Stage(reporter=heard), summary) is None
    assert summary.report is None
    assert heard.troubles[0].startswith("no report was written: ")


async def test_a_mistake_in_a_report_takes_nothing_from_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: RunFolder) -> Report:
        raise ZeroDivisionError("of ours")

    heard = _Heard()
    monkeypatch.setattr("flows.reporting.write_report", broken)
    order = Order.of(parse_tournament(SMALL, catalogue.known()), "1")
    with open_run(order, tmp_path) as run:
        assert await reported(run, Stage(reporter=heard), summary_of(run, 1.0)) is None
    assert "by a mistake of ours (ZeroDivisionError: of ours)" in heard.troubles[0]


def test_the_command_tells_the_answer(
    folder: RunFolder, capsys: pytest.CaptureFixture[str], report: Report
) -> None:
    assert main(["report", str(folder.path)]) == 0
    assert capsys.readouterr().out.startswith(report.answer)


# --- whatever is left of a run -----------------------------------------------------------------


def test_a_report_needs_no_records(tmp_path: Path) -> None:
    folder = played(tmp_path)
    before = report_of(folder)
    shutil.rmtree(folder.records)
    after = report_of(folder)
    assert after.model_copy(update={"reproduce": before.reproduce}) == before


def test_a_report_does_not_hang_on_the_order_in_which_matches_ended(tmp_path: Path) -> None:
    folder = played(tmp_path, FOUR)
    before = report_of(folder)
    lines = folder.ledger.read_bytes().splitlines(keepends=True)
    folder.ledger.write_bytes(b"".join(reversed(lines)))
    assert report_of(folder) == before
