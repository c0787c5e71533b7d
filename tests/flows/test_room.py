"""Whether another pair fits into what a run may still spend."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from engine.captains import resolve
from engine.captains.llm import Allowance
from engine.cricket.choices import Seat
from engine.spec import EpisodeSpec
from engine.tool_captains import Caller, Usage
from flows.assumed import assumed, one_call
from flows.experience import Experience
from flows.room import Room, Wanted
from flows.spending import KeptBudgets
from tests.flows.test_experience import episode

SETTINGS: dict[str, Any] = {
    "name": "model",
    "kind": "llm",
    "model": "m",
    "base_url": "http://127.0.0.1:9/v1",
    "price": {"input": 1, "output": 2},
    "max_tokens": 16,
}
MODEL = resolve(SETTINGS)
WHO = Caller(captain="model", episode_id="e", seat=Seat.HOME)
LAST = one_call(MODEL)  # held back for a last call


def pair(*, legs: int = 2) -> list[EpisodeSpec]:
    spec = EpisodeSpec(episode_id="e", seed=1, overs=1, home=MODEL, away=resolve("heuristic"))
    return [spec] * legs


def room(folder: Path, seen: int = 5, **allowed: Any) -> Room:
    """After so many episodes of ten calls, 1010 tokens and 0.1 dollars each."""
    experience, limits = Experience(), Allowance(**allowed)
    for _ in range(seen):
        experience.add(episode(10))
    return Room(limits, KeptBudgets(limits, folder / "spent.json"), experience)


def test_without_limits_everything_fits(tmp_path: Path) -> None:
    assert room(tmp_path).refused(pair()) is None


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("calls", 20),
        ("tokens", 2 * (1010 + LAST.tokens_in + LAST.tokens_out)),
        ("usd", 2 * (0.1 + (LAST.cost_usd or 0))),
    ],
)
def test_a_pair_fits_where_both_legs_do(tmp_path: Path, name: str, least: Any) -> None:
    assert room(tmp_path, **{name: least}).refused(pair()) is None
    less: Any = least - 1 if name != "usd" else least - 0.001
    refused = room(tmp_path, **{name: less}).refused(pair())
    assert refused is not None
    assert refused.startswith(f"{name} (0 of ")


def test_half_a_pair_needs_half_the_room(tmp_path: Path) -> None:
    assert room(tmp_path, calls=10).refused(pair(legs=1)) is None


async def test_what_was_spent_is_taken_off(tmp_path: Path) -> None:
    limits = Allowance(calls=20)
    budgets, experience = KeptBudgets(limits, tmp_path / "spent.json"), Experience()
    experience.add(episode(10))
    experience.add(episode(10))
    experience.add(episode(10))
    (await budgets.reserve(WHO, Usage(cost_usd=0.0))).settle(Usage(cost_usd=0.0))
    assert (
        Room(limits, budgets, experience).refused(pair())
        == "calls (1 of 20 spent, a pair takes up to 20)"
    )


async def test_a_pair_waits_for_those_that_are_played_and_then_fits(tmp_path: Path) -> None:
    table, order = room(tmp_path, calls=25), []

    async def play(name: str) -> None:
        async with table.pair(pair()) as why_not:
            assert why_not is None
            order.append(f"{name} begins")
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            order.append(f"{name} ends")

    await asyncio.gather(play("one"), play("other"))
    assert order == ["one begins", "one ends", "other begins", "other ends"]


async def test_of_whom_nothing_is_known_one_pair_is_seen_first(tmp_path: Path) -> None:
    table = room(tmp_path, seen=0, calls=5)
    assert table.refused(pair()) is None
    async with table.pair(pair()) as why_not:
        assert why_not is None
        assert table.refused(pair()) is not None


async def test_who_is_unknown_is_played_side_by_side_where_there_is_plenty(tmp_path: Path) -> None:
    table = room(tmp_path, seen=0, calls=1000)
    async with table.pair(pair()):
        assert table.refused(pair()) is None


def test_time_is_up_for_what_would_not_end_in_it(tmp_path: Path) -> None:
    table = room(tmp_path, wall_s=0.9)  # an episode takes a second
    assert table.time_is_up() is None
    refused = table.refused(pair())
    assert refused is not None
    assert re.match(r"wall_s \(0[0-9.]* s of 0.9 s, a pair takes up to 1 s", refused)


def test_who_plays_from_memory_needs_nothing(tmp_path: Path) -> None:
    cached = resolve(SETTINGS | {"mode": "cached"})
    assert assumed(cached, 5) is None
    assert one_call(cached) == Usage(cost_usd=0.0)
    spec = pair()[0].model_copy(update={"home": cached})
    assert room(tmp_path, seen=0, calls=1).refused([spec]) is None


@pytest.mark.parametrize("cadence", ["ball", "over"])
@pytest.mark.parametrize("tools", ["all", "committing"])
def test_what_is_assumed_lies_between_its_ends(cadence: str, tools: str) -> None:
    found = assumed(resolve(SETTINGS | {"cadence": cadence, "tools": tools}), 20)
    assert found is not None
    dollars = found.usd(MODEL)
    assert dollars is not None
    for one in (found.calls, found.tokens, found.answers_s, dollars):
        assert 0 < one.low < one.expected < one.high


def test_an_unknown_price_is_assumed_by_nobody() -> None:
    unpriced = resolve({key: value for key, value in SETTINGS.items() if key != "price"})
    found = assumed(unpriced, 5)
    assert found is not None
    assert found.usd(unpriced) is None


def test_who_has_seen_more_pairs_says_what_one_takes(tmp_path: Path) -> None:
    limits, seen = Allowance(calls=25), Experience()
    seen.add(episode(20))
    budgets = KeptBudgets(limits, tmp_path / "spent.json")
    assert Room(limits, budgets, seen).refused(pair()) is not None
    assert Room(limits, budgets, seen, {"e": Wanted(calls=22)}).refused(pair()) is None
