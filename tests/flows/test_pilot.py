"""A pilot plays the run's own first pairs, and nothing of it is played again."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from flows import catalogue
from flows.opening import open_run
from flows.order import Order
from tests.flows.here import commanded, played_here
from tests.flows.support import DEADLINE_S, EPISODES_OF_SMALL, SMALL, captains, tournament_file
from tournaments import parse_tournament


@pytest.mark.prefect
@pytest.mark.usefixtures("on_server")
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # Prefect's, at a test's end
async def test_a_run_goes_on_from_its_pilot(tmp_path: Path, environment: dict[str, str]) -> None:
    file, runs = tournament_file(tmp_path), tmp_path / "runs"
    command = ["plan", str(file), "--pilot", "3", "--runs", str(runs), "--json"]
    _, out, err = await commanded(command, environment)
    planned = json.loads(out)
    assert (planned["played"], planned["left"]) == (6, EPISODES_OF_SMALL - 6), err
    assert planned["sources"]["scripted episodes"].startswith("6 earlier matches")
    ended = await played_here(file, runs)
    assert ended["episodes"]["resumed"] == 6
    assert ended["episodes"]["played"] == EPISODES_OF_SMALL - 6


@pytest.mark.prefect
def test_a_pilot_leaves_nothing_in_the_home_of_who_runs_it(
    tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prefect is loaded when it has been told where to keep its things, and how to log."""
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        monkeypatch.delenv(name)
    command = ["plan", str(tournament_file(tmp_path)), "--pilot", "1", "--runs", str(tmp_path)]
    process = captains(command, {**environment, "HOME": str(tmp_path)})
    out, err = process.communicate(timeout=DEADLINE_S)
    logged = [
        line for line in f"{out}{err}".splitlines() if "| INFO" in line or "server on" in line
    ]
    assert (process.returncode, logged) == (0, []), err
    assert not (tmp_path / ".prefect").exists()


@pytest.mark.parametrize("pairs", [1, 3, 4, 6, 9])
def test_the_first_pair_of_each_pairing_comes_before_any_second(tmp_path: Path, pairs: int) -> None:
    order = Order.of(parse_tournament(SMALL, catalogue.known()), "1")
    with open_run(order, tmp_path) as run:
        run.only_first(pairs)
        met = Counter(frozenset((s.home.name, s.away.name)) for s in run.missing.values())
    assert sum(met.values()) == min(2 * pairs, EPISODES_OF_SMALL)
    assert max(met.values()) - (min(met.values()) if len(met) == 3 else 0) <= 2
    assert len(met) == min(pairs, 3)


def test_a_pilot_that_is_all_of_the_run_leaves_nothing(tmp_path: Path) -> None:
    order = Order.of(parse_tournament(SMALL, catalogue.known()), "1")
    with open_run(order, tmp_path) as run:
        run.only_first(6)
        run.close()
        assert run.stopped is None
        run.only_first(5)
        run.close()
        assert run.stopped == "only 5 pairs were asked for"
