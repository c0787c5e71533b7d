"""What a run has spent is in its folder whatever happens, and is never taken for less."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.captains.llm import NO_LIMIT, Allowance
from engine.cricket.choices import Seat
from engine.errors import RunBudgetSpent
from engine.tool_captains import Caller, Usage
from engine.tool_captains.budgets import Spending, Sums
from engine.tool_captains.limiting import AdaptiveLimiter
from flows import catalogue
from flows.lending import lent
from flows.order import Order
from flows.spending import SPENT, BrokenSpending, KeptBudgets
from tests.flows.here import commanded
from tests.flows.support import tournament_file

WHO = Caller(captain="model", episode_id="e", seat=Seat.HOME)
MOST, TAKEN = Usage(tokens_in=1000, cost_usd=0.1), Usage(tokens_in=10, cost_usd=0.001)
LINE: dict[str, Any] = {"tokens": 1, "usd": 0.5, "calls": 1, "unpriced": 0, "wall_s": 2.0}


def after_a_kill(path: Path, allowed: Allowance = NO_LIMIT) -> KeptBudgets:
    """As the next process finds it: nothing but the file is left."""
    return KeptBudgets(allowed, path)


async def test_a_call_under_way_counts_as_the_most_that_it_may_take(tmp_path: Path) -> None:
    path = tmp_path / SPENT
    await KeptBudgets(NO_LIMIT, path).reserve(WHO, MOST)
    spent = after_a_kill(path).spent()
    assert (spent["calls"], spent["tokens"], spent["usd"]) == (1, 1000, 0.1)


async def test_a_settled_call_counts_as_what_it_took(tmp_path: Path) -> None:
    path = tmp_path / SPENT
    budgets = KeptBudgets(NO_LIMIT, path)
    (await budgets.reserve(WHO, MOST)).settle(TAKEN)
    await budgets.reserve(WHO, MOST)
    assert after_a_kill(path).spent()["tokens"] == 10 + 1000


async def test_what_was_under_way_is_not_spent_again(tmp_path: Path) -> None:
    path, allowed = tmp_path / SPENT, Allowance(tokens=1500)
    await KeptBudgets(allowed, path).reserve(WHO, MOST)
    with pytest.raises(RunBudgetSpent, match="1000 of 1500 spent"):
        await after_a_kill(path, allowed).reserve(WHO, MOST)


async def test_the_time_that_others_tell_is_not_the_run_s(tmp_path: Path) -> None:
    budgets = KeptBudgets(NO_LIMIT, tmp_path / SPENT)
    budgets.paid(Sums(run=Spending(calls=7, wall_s=1e6)))
    budgets.keep()
    assert budgets.spent()["calls"] == 7
    assert budgets.spent()["wall_s"] < 1e6


async def test_a_disk_that_is_full_loses_no_call(tmp_path: Path) -> None:
    budgets = KeptBudgets(NO_LIMIT, tmp_path / "no such folder" / SPENT)
    (await budgets.reserve(WHO, MOST)).settle(TAKEN)
    assert budgets.spent()["calls"] == 1


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        ("", "invalid JSON"),
        ('{"v": 2, "run": {"tok', "invalid JSON"),
        ("[]", "allowed: a mapping of keys to values"),
        (json.dumps({"v": 1, "run": LINE, "captains": {}}), "v 1: input should be 2"),
        (json.dumps({"v": 2, "run": LINE | {"tokens": -1}, "captains": {}}), "run.tokens -1"),
        (json.dumps({"v": 2, "run": LINE | {"usd": float("nan")}, "captains": {}}), "run.usd"),
        (json.dumps({"v": 2, "run": LINE, "captains": {"a": {}}}), "captains.a"),
    ],
)
def test_a_damaged_file_is_named_and_never_taken_for_nothing(
    tmp_path: Path, kept: str, why: str
) -> None:
    path = tmp_path / SPENT
    path.write_text(kept, encoding="utf-8")
    with pytest.raises(BrokenSpending, match=why) as broken:
        KeptBudgets(NO_LIMIT, path)
    assert str(path) in str(broken.value)
    assert "remove it: no result is lost" in str(broken.value)
    assert path.read_text(encoding="utf-8") == kept


@pytest.mark.prefect
@pytest.mark.usefixtures("on_server")
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # Prefect's, at a test's end
async def test_a_run_with_a_damaged_file_says_so_in_one_line(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    file, runs = tournament_file(tmp_path), tmp_path / "runs"
    folder = Order.of(catalogue.load(str(file)), "1").folder(runs)
    folder.path.mkdir(parents=True)
    (folder.path / SPENT).write_text("{", encoding="utf-8")
    command = ["run", str(file), "--runs", str(runs), "--json"]
    code, out, err = await commanded(command, environment)
    assert code == 1
    assert json.loads(out)["error"].startswith(f"{folder.path / SPENT}: invalid JSON")
    assert "Traceback" not in err


async def test_what_was_lent_is_closed_although_the_spending_cannot_be_written(
    tmp_path: Path,
) -> None:
    budgets = KeptBudgets(NO_LIMIT, tmp_path / "no such folder" / SPENT)
    with pytest.raises(FileNotFoundError):
        async with lent(tmp_path, budgets, AdaptiveLimiter(), None) as services:
            services.programs.open()
    assert services.programs._client is None
