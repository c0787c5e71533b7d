"""A run whose plan grows: played wave by wave, stopped anywhere, resumed exactly."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from flows import catalogue
from flows.ledger import RunFolder
from flows.opening import open_run
from flows.order import Order
from flows.play import Job, play_job
from flows.run import Run
from flows.summary import summary_of
from tests.flows.seasons import played as made_up
from tests.flows.seasons import told
from tournaments import parse_tournament

CUP = """\
name: cup
seed: 5
format: {form}
match: {{overs: 1, pairs: 1}}
captains: [heuristic, random, baseline, cautious]
spectate: {{episodes: none}}
"""
FORMS = {
    "knockout": "{kind: knockout, best_of: 1, extend_to: 3, third_place: true}",
    "swiss": "{kind: swiss, rounds: 3}",
    "ladder": "{kind: ladder, challengers: 2}",
    "league": "{kind: league_playoffs, qualifiers: 2, playoffs: knockout, best_of: 1}",
}


def order(form: str) -> Order:
    return Order.of(parse_tournament(CUP.format(form=form), catalogue.known()), "1")


def play(run: Run, most: int | None = None) -> int:
    """Play what is missing, wave by wave, up to `most` episodes; how many that were."""
    count = 0
    while run.grow() and (most is None or count < most):
        wave = list(islice(run.missing.values(), None if most is None else most - count))
        run.missing.clear()
        results = play_job(Job(folder=run.folder.path, episodes=tuple(wave), attempts=1))
        run.add(results)
        count += len(results)
    return count


def ending(run: Run) -> dict[str, Any]:
    told_ = summary_of(run, 0.0)
    return {"champion": told_.champion, "stages": told_.stages, "standings": told_.standings}


@pytest.mark.parametrize("form", FORMS)
def test_wherever_a_run_stops_it_goes_on_from_there(tmp_path: Path, form: str) -> None:
    wanted = order(FORMS[form])
    with open_run(wanted, tmp_path / "whole") as run:
        total, end = play(run), ending(run)
    assert total == run.total
    for stop in range(1, total, 2):  # a leg alone, too
        runs = tmp_path / str(stop)
        with open_run(wanted, runs) as run:
            play(run, stop)
        with open_run(wanted, runs) as run:
            assert (run.resumed, play(run)) == (stop, total - stop)
            assert ending(run) == end
        assert _all_once(run.folder, total)


def _all_once(folder: RunFolder, total: int) -> bool:
    ids = [result.episode_id for result in folder.attempts()]
    return len(set(ids)) == len(ids) == total


def test_a_match_that_is_missing_holds_up_its_final_alone(tmp_path: Path) -> None:
    with open_run(order(FORMS["knockout"]), tmp_path) as run:
        run.missing.popitem()
        run.add(
            play_job(Job(folder=run.folder.path, episodes=(*run.missing.values(),), attempts=1))
        )
        run.missing.clear()
        run.grow()
        assert "Final" not in {fixture.name for fixture in run.plan.fixtures}


def test_a_run_of_a_bracket_tells_its_stages_and_its_champion() -> None:
    async def season(run: Run, announcer: Any, clock: Any) -> None:
        while run.grow():
            results = [made_up(e) for e in run.plan.episodes() if e.episode_id in run.missing]
            run.missing.clear()
            run.add(results)
            await announcer.grown()

    events = told(CUP.format(form=FORMS["knockout"]), season)
    last = [event.data for event in events if event.type == "tournament.crosstable"][-1]
    assert [one.name for one in last.stages[0].encounters] == [
        *("Semi-final 1", "Semi-final 2", "Third place", "Final"),
    ]
    assert last.champion == last.stages[0].encounters[-1].winner is not None
    assert len(last.fixtures) == len(last.pairs) == sum(map(len, last.schedule)) == 4
