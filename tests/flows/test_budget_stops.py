"""A run stops between pairs at its budget, and goes on exactly where it stopped."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from flows.ledger import RunFolder
from tests.flows.here import played_here
from tests.flows.support import tournament_file
from tests.llm.stub import Said, fails, plays, says, stub
from tournaments.plan import pair_of

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.usefixtures("on_server"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]

FILE = """\
name: bounded
seed: 3
match: {{overs: 1, pairs: 6}}
captains:
  - heuristic
  - {{name: model, kind: llm, model: m, base_url: "{url}", price: {{input: 1, output: 1}}}}
limits: {limits}
spectate: {{episodes: none}}
"""
PAIRS = 6
PLENTY = "{}"


class Table:
    """One file with other limits each time, in one folder, at one endpoint."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder, self._url = folder, url

    async def play(self, limits: str) -> Any:
        file = tournament_file(self._folder, FILE.format(url=self._url, limits=limits))
        return await played_here(file, self._folder / "runs")


async def _answer(request: dict[str, Any]) -> Said:
    usage = {"prompt_tokens": 1500, "completion_tokens": 50, "total_tokens": 1550}
    return says(plays(request) | {"usage": usage})


def legs_by_pair(told: Any) -> Counter[str]:
    folder = RunFolder(Path(told["run_dir"]))
    return Counter(pair_of(path.stem) for path in folder.records.glob("*.jsonl"))


async def test_a_run_stops_between_pairs_and_a_larger_budget_plays_only_the_rest(
    tmp_path: Path,
) -> None:
    async with stub(answering=_answer) as endpoint:
        table = Table(tmp_path, endpoint.url)
        stopped = await table.play("{calls: 110}")  # a pair asks the model some 30 times
        assert "no room for another pair" in stopped["stopped"]
        assert stopped["episodes"]["void"] == 0
        whole = legs_by_pair(stopped)
        assert 0 < len(whole) < PAIRS
        assert set(whole.values()) == {2}
        assert sum(row["played"] for row in stopped["standings"]) == 2 * 2 * len(whole)
        ended = await table.play(PLENTY)
        assert ended["episodes"]["resumed"] == 2 * len(whole)
        assert ended["spent"]["calls"] == len(endpoint.requests)
        assert sorted(legs_by_pair(ended).values()) == [2] * PAIRS


async def test_time_that_is_up_stops_scripted_captains_too(
    tmp_path: Path,
) -> None:
    text = "name: late\nmatch: {overs: 1, pairs: 2}\ncaptains: [heuristic, random]\n"
    text += "spectate: {episodes: none}\n"
    text += "execution: {processes: 1}\n"
    late = tournament_file(tmp_path, f"{text}limits: {{wall_s: 0.000001}}\n")
    stopped = await played_here(late, tmp_path / "runs")
    ended = await played_here(tournament_file(tmp_path, text), tmp_path / "runs")
    assert "wall_s" in stopped["stopped"]
    assert stopped["episodes"]["played"] == 0
    assert ended["episodes"]["played"] == 4
    assert ended["run_dir"] == stopped["run_dir"]


async def test_a_void_leg_is_tried_as_often_as_the_file_says_and_completed_when_the_run_goes_on(
    tmp_path: Path,
) -> None:
    free = 20

    async def failing(request: dict[str, Any]) -> Said:
        nonlocal free
        free -= 1
        return await _answer(request) if free >= 0 else fails(402)

    async with stub(answering=failing) as endpoint:
        table = Table(tmp_path, endpoint.url)
        broken = await table.play("{attempts: 2}")
        folder = RunFolder(Path(broken["run_dir"]))
        tried = [(one.episode_id, one.attempt, one.seed) for one in folder.attempts()]
        numbers = {name: [n for other, n, _ in tried if other == name] for name, _, _ in tried}
        assert [1, 2] in numbers.values()
        assert len({(name, seed) for name, _, seed in tried}) == len(numbers)
        free = 100_000
        ended = await table.play("{attempts: 2}")
    assert set(legs_by_pair(ended).values()) == {2}
    assert len([*folder.attempts()]) > len(tried)
