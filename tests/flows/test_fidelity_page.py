"""The page of a check: one file, well formed, that asks for nothing."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.cricket.players import Game
from engine.fidelity import Verdict
from flows.cli import main
from flows.fidelity import Checked, Wanted, check
from flows.fidelity_page import page, write_page
from flows.plots import Mark, Plot, percent, plain
from tests.flows.markup import unclosed


@cache
def checked(era: int | None = None, format_: str = "T20") -> Checked:
    return check(Wanted(format=format_, game=Game.MEN, matches=40, seed=2, era=era))


@pytest.mark.parametrize(("era", "format_"), [(None, "T20"), (2022, "T20"), (None, "ODI")])
def test_the_page_asks_for_nothing_from_outside(era: int | None, format_: str) -> None:
    text = page(checked(era, format_))
    assert "default-src 'none'" in text
    assert not re.findall(r"(?:src|href|url|@import)\s*[=(]", text)


def test_every_plot_is_well_formed_and_says_what_it_is() -> None:
    plots = re.findall(r"<svg viewBox=[^>]*role=.*?</svg>", page(checked()), re.DOTALL)
    assert len(plots) > 30
    assert all(ElementTree.fromstring(plot).get("aria-label") for plot in plots)


def test_every_tag_is_closed() -> None:
    assert unclosed(page(checked())) == []


def test_every_line_is_on_the_page() -> None:
    found = checked()
    failed = sum(line.verdict is Verdict.FAIL for line in found.lines)
    assert page(found).count("<tr><td>") == len(found.lines) + failed


def test_a_season_to_come_is_shown_without_bounds_or_verdict() -> None:
    text = page(checked(2027))
    assert "Nothing to judge." in text
    assert "10 figures are shown" in text
    assert "season 2027: no real match that is known against 40 played" in text
    assert text.count(">’27</text>") == 20  # of ten figures, each drawn wide and narrow
    assert "nan" not in text
    assert "± –" not in text


def test_names_are_escaped() -> None:
    found = checked()
    lines = [replace(found.lines[0], table="<script>alert(1)</script>"), *found.lines[1:]]
    assert "<script" not in page(replace(found, lines=lines))


def test_a_mark_that_fails_is_drawn_as_such() -> None:
    marks = [Mark(label="<1>", real=0.2, simulated=0.4, allowed=0.1, failed=True)]
    drawn = Plot(name="a & b", number=percent, marks=marks).svg()
    assert 'class="sim fail"' in drawn
    assert "&lt;1&gt;: real 20 % ± 10 %, simulated 40 %" in drawn
    assert "a &amp; b" in drawn


def test_a_plot_of_nothing_says_so() -> None:
    nothing = Mark(label="1", real=float("nan"), simulated=float("nan"))
    assert "nothing to draw" in Plot(name="x", number=plain, marks=[nothing]).svg()


@pytest.mark.parametrize("value", [0.0, 5.0, -3.0])
def test_a_plot_of_one_level_is_drawn(value: float) -> None:
    marks = [Mark(label=str(i), real=value, simulated=value) for i in range(3)]
    assert "nan" not in Plot(name="x", number=plain, marks=marks).svg()


def test_the_command_writes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "page.html"
    assert main(["fidelity", "--matches", "20", "--html", str(file)]) == 1
    assert file.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert str(file) in capsys.readouterr().err


def test_a_page_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    taken = tmp_path / "page.html"
    taken.mkdir()
    with pytest.raises(OSError, match="directory"):
        write_page(checked(), taken)
    assert list(tmp_path.iterdir()) == [taken]
