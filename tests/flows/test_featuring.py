"""Which matches of a run are featured: the first that is played, and the final of a cup."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flows import catalogue
from flows.opening import open_run
from flows.order import Order
from flows.run import Run
from spectator.server import BusServer
from tests.flows.here import commanded
from tests.flows.seasons import opened, played
from tests.flows.support import tournament_file
from tests.spectator.processes import TOKEN
from tests.spectator.wire import client
from tournaments import BadTournamentFile, parse_tournament

CUP = """\
name: cup
seed: 5
format: {kind: knockout, best_of: 1, extend_to: 3, third_place: true}
match: {overs: 1}
captains: [heuristic, random, baseline, cautious]
execution: {processes: 1}
"""


def play(run: Run) -> None:
    """Play, in theory, all that is missing."""
    run.add(played(one) for one in run.plan.episodes() if one.episode_id in run.missing)
    run.missing.clear()
    run.grow()


def encounter(run: Run, episode_id: str) -> str:
    named = {str(one.fixture_id): one.name for one in run.plan.fixtures}
    return named[run.plan.fixture_of(episode_id)]


def waiting(run: Run) -> set[str]:
    return {encounter(run, episode_id) for episode_id in run.missing}


def taken(run: Run, **which: bool) -> str | None:
    spec = run.take_first(**which)
    return None if spec is None else encounter(run, spec.episode_id)


def test_there_is_no_match_of_the_final_before_it_is_known_who_plays_it() -> None:
    with opened(CUP) as run:
        assert taken(run, of_final=True) is None
        assert taken(run) == "Semi-final 1"


def test_the_final_is_found_beside_the_match_for_the_third_place() -> None:
    with opened(CUP) as run:
        while "Third place" not in waiting(run):
            play(run)
        assert waiting(run) == {"Third place", "Final"}
        assert taken(run, of_final=True) == "Final"


def test_a_league_has_no_final_to_feature() -> None:
    league = CUP.replace(CUP.splitlines()[2], "format: {kind: swiss}")
    with pytest.raises(BadTournamentFile, match=r"a swiss has no final; allowed: auto, first"):
        parse_tournament(league + "spectate: {featured: final}\n", catalogue.known())


WANTED = {
    "auto": ["Semi-final 1", "Final"],
    "first": ["Semi-final 1"],
    "final": ["Final"],
}


@pytest.mark.prefect
@pytest.mark.usefixtures("on_server")
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # Prefect's, at a test's end
@pytest.mark.parametrize("featured", WANTED)
async def test_a_cup_shows_its_first_match_and_its_final(
    tmp_path: Path, environment: dict[str, str], featured: str
) -> None:
    text = CUP + f"spectate: {{featured: {featured}}}\n"
    with BusServer(publish_token=TOKEN) as bus:
        command = ["run", str(tournament_file(tmp_path, text)), "--runs", str(tmp_path), "--json"]
        with_token = {**environment, "CAPTAINS_BUS_TOKEN": TOKEN}
        code, _, err = await commanded([*command, "--bus", bus.url], with_token)
        assert code == 0, err
        on_bus = await matches(bus)
    order = Order.of(parse_tournament(text, catalogue.known()), "1")
    with open_run(order, tmp_path) as run:
        run.grow()
        plan = [one.episode_id for one in run.plan.episodes()]
        assert [encounter(run, one) for one in plan if one in on_bus] == WANTED[featured]


async def matches(bus: BusServer) -> set[str]:
    """The episodes that are on the bus, each with its end."""
    async with client(bus) as http:
        listed: dict[str, Any] = json.loads((await http.get("/api/streams")).text)
    return {one["episode_id"] for one in listed["streams"] if one["outcome"] == "ended"}
