"""A command waits for nothing that it does not use."""

from __future__ import annotations

import subprocess
import sys
from subprocess import DEVNULL

import pytest

from flows.cli.app import SHORT, app
from tests.flows.support import ROOT

LOADED = """
import sys
from flows.cli import main
code = main(sys.argv[1:])
sys.stderr.write("\\n" + " ".join(sys.modules))
sys.exit(code)
"""
SERVERS = {"prefect", "fastapi", "starlette", "uvicorn", "sqlalchemy", "asyncpg", "websockets"}
CLIENTS = {"openai", "httpx", "httpx2", "genai_prices"}
PLAY = {"engine.episode", "engine.tool_captains", "flows.run", "flows.ledger", "spectator"}


def loaded(*arguments: str) -> set[str]:
    """The modules of a process that has run this command."""
    told = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(told.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["--version"]])
def test_help_waits_for_no_engine(arguments: list[str]) -> None:
    heavy = SERVERS | CLIENTS | PLAY | {"numpy", "pydantic", "yaml", "asyncio", "engine.cricket"}
    assert not loaded(*arguments) & heavy


def test_a_check_waits_for_nobody_who_plays() -> None:
    assert not loaded("check", "demo") & (SERVERS | CLIENTS | PLAY | {"asyncio", "ssl"})


def test_commands_that_end_at_once_look_for_no_garbage() -> None:
    ends = "import sys, gc; from flows.cli import command; command(); sys.exit(gc.isenabled())"
    subprocess.run([sys.executable, "-c", ends, "presets"], cwd=ROOT, stdout=DEVNULL, check=True)
    assert all(app[name] for name in SHORT)


@pytest.mark.parametrize("command", ["presets", "packs", "squads"])
def test_a_list_waits_for_no_server_and_no_client(command: str) -> None:
    assert not loaded(command) & (SERVERS | CLIENTS)


def test_a_check_reads_the_squads_that_the_file_names() -> None:
    from engine import squads
    from tournaments.known import known_to_the_engine

    before = squads._loaded.cache_info().currsize
    known = known_to_the_engine()
    assert set(known.squads) == set(squads.BUILT_IN)
    assert squads._loaded.cache_info().currsize == before
    assert "india-women" in known.women
    assert "india" not in known.women
