"""What a reader copies works: files load, programs run, commands parse, links resolve."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from cyclopts import CycloptsError

from engine.captains import read_presets
from engine.packs import parse_pack
from engine.squads import parse_squad
from engine.yamlfile import parse
from flows.catalogue import known
from flows.cli import app
from tests.architecture.source import ROOT
from tests.docs.pages import Block, blocks, folder_of, links, pages, text_of
from tournaments import (
    BadTournamentFile,
    known_to_the_engine,
    load_tournament,
    parse_tournament,
)
from tournaments.brackets import bracket_names

PROGRAMS = sorted((ROOT / "examples").glob("*.py"))
PACKAGES = sorted((ROOT / "examples" / "own_captain").rglob("*.py"))
FIRST = "docs/first-tournament.md"
COMMAND = re.compile(r"^(?:\.venv/bin/)?captains (.*?)(?:\s+#.*)?$", re.MULTILINE)


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_a_tournament_file_on_a_page_loads(block: Block) -> None:
    assert parse_tournament(block.text, known_to_the_engine()).name


@pytest.mark.parametrize("block", blocks("yaml presets"), ids=str)
def test_a_preset_file_on_a_page_loads(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "captains.yaml"
    file.write_text(block.text, encoding="utf-8")
    assert read_presets(file)


@pytest.mark.parametrize("block", blocks("yaml pack"), ids=str)
def test_a_pack_on_a_page_loads(block: Block) -> None:
    assert parse_pack(parse(block.text), block.page).entries


@pytest.mark.parametrize("block", blocks("yaml squad"), ids=str)
def test_a_squad_on_a_page_loads(block: Block) -> None:
    assert parse_squad(parse(block.text), block.page).players


def test_the_guide_shows_what_check_says_of_a_wrong_file() -> None:
    guide = [block for block in blocks("", "yaml") if block.page == FIRST]
    file, said = (next(b.text for b in guide if b.text.startswith(w)) for w in ("# f", "friday."))
    wrong = file.removeprefix("# friday.yaml\n").replace("overs: 5,", "overs: 51,")
    with pytest.raises(BadTournamentFile) as caught:
        parse_tournament(wrong.replace("- heuristic", "- heuristc"), known(), file="friday.yaml")
    assert str(caught.value) == said.rstrip("\n")


@pytest.mark.parametrize("page", [FIRST, "README.md"])
def test_as_many_examples_are_told_as_ship(page: str) -> None:
    words = {10: "ten", 11: "eleven", 12: "twelve"}
    many = words[len(bracket_names())]
    assert re.search(rf"\b{many} examples (that )?ship", text_of(page), re.IGNORECASE)


def test_every_block_of_yaml_is_checked_as_something() -> None:
    kinds = {"yaml", "yaml presets", "yaml pack", "yaml squad"}
    assert {block.kind for block in blocks("yml", "YAML", *kinds)} <= kinds


def test_the_example_tournament_loads() -> None:
    spec = load_tournament(ROOT / "examples" / "friday.yaml", known_to_the_engine())
    assert spec.name == "friday"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_an_example_runs(program: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(program)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert "checks failed" not in done.stdout or done.stdout.startswith("0 checks failed")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_on_a_page_is_part_of_an_example(block: Block) -> None:
    sources = [path.read_text(encoding="utf-8") for path in [*PROGRAMS, *PACKAGES]]
    assert any(block.text in source for source in sources)


@pytest.mark.parametrize("block", [b for b in blocks("") if COMMAND.search(b.text)], ids=str)
def test_a_command_on_a_page_is_understood(block: Block) -> None:
    for line in COMMAND.findall(block.text):
        try:
            app.parse_args(
                shlex.split(line.partition(" > ")[0]), exit_on_error=False, print_error=False
            )
        except CycloptsError as error:
            pytest.fail(f"captains {line}: {error}")


@pytest.mark.parametrize("page", pages())
def test_a_link_leads_somewhere(page: str) -> None:
    targets = [link.partition("#")[0] for link in links(page) if "://" not in link]
    assert [t for t in targets if t and not (folder_of(page) / t).exists()] == []


def test_generated_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "build.py"), "--check"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"out of date, `make docs` writes them: {done.stdout}{done.stderr}"
