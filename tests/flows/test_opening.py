"""A run that is opened in a flow leaves the loop to others while it counts what was played."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows import catalogue
from flows.ledger import BrokenRun
from flows.opening import in_slices, open_run, opened
from flows.order import Order
from tests.flows.here import commanded
from tests.flows.support import EPISODES_OF_SMALL, SMALL, played, tournament_file
from tournaments import parse_tournament

ORDER = Order.of(parse_tournament(SMALL, catalogue.known()), "1")
CHANGED = Order.of(parse_tournament(SMALL.replace("pairs: 2", "pairs: 3"), catalogue.known()), "1")


class Steps:
    """Three of them, and how many have been taken."""

    def __init__(self) -> None:
        self.taken = 0

    def __iter__(self) -> Iterator[None]:
        for _ in range(3):
            self.taken += 1
            yield


@pytest.fixture
def no_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that every step takes longer than one."""
    monkeypatch.setattr("flows.opening.SLICE_S", 0.0)


@pytest.mark.usefixtures("no_slice")
def test_others_have_the_loop_between_two_steps() -> None:
    steps, seen = Steps(), list[int]()

    async def other() -> None:
        for _ in range(3):
            seen.append(steps.taken)
            await asyncio.sleep(0)

    async def both() -> None:
        await asyncio.gather(in_slices(iter(steps)), other())

    asyncio.run(both())
    assert seen == [1, 2, 3]


@pytest.mark.usefixtures("no_slice")
def test_what_is_cancelled_has_done_whole_steps() -> None:
    steps = Steps()

    async def cancelled() -> None:
        task = asyncio.create_task(in_slices(iter(steps)))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(cancelled())
    assert steps.taken == 1


def test_a_flow_takes_up_and_takes_over_what_everybody_else_does(tmp_path: Path) -> None:
    played(tmp_path)

    async def found(order: Order) -> tuple[int, int, int]:
        async with opened(order, tmp_path) as run:
            return run.resumed, run.taken_over, len(run.missing)

    assert asyncio.run(found(ORDER)) == (EPISODES_OF_SMALL, 0, 0)
    assert asyncio.run(found(CHANGED)) == (0, EPISODES_OF_SMALL, EPISODES_OF_SMALL // 2)
    with open_run(CHANGED, tmp_path) as run:
        assert (run.resumed, run.taken_over) == (EPISODES_OF_SMALL, 0)


@pytest.mark.usefixtures("no_slice")
def test_a_take_over_that_was_broken_off_goes_on(tmp_path: Path) -> None:
    played(tmp_path)

    async def broken_off() -> None:
        async with asyncio.timeout(0), opened(CHANGED, tmp_path):
            pass

    with pytest.raises(TimeoutError):
        asyncio.run(broken_off())
    with open_run(CHANGED, tmp_path) as run:
        assert run.resumed + run.taken_over == EPISODES_OF_SMALL


def test_a_run_whose_own_word_may_not_be_read_is_not_begun_anew(tmp_path: Path) -> None:
    folder = played(tmp_path)
    file = folder.path / "run.json"
    file.unlink()
    file.symlink_to(file)  # it is there, and cannot be opened
    with pytest.raises(OSError, match=r"run\.json"), open_run(ORDER, tmp_path):
        pass
    assert file.is_symlink()


@pytest.mark.parametrize(
    "kept",
    [
        *(b"", b'{"name": "sma', b"\xff", b"[]", b"{}", b"[" * 100_000),
        *(b'{"starts": "many"}', b'{"starts": null}', b'{"starts": 0}'),
        *(b'{"starts": 1, "recalled": 7}', b'{"starts": 1, "first_attempt": "x"}'),
        b'{"starts": 1, "flow_run": "x"}',
    ],
)
def test_a_run_whose_own_word_is_damaged_is_named_and_not_begun_anew(
    tmp_path: Path, kept: bytes
) -> None:
    file = played(tmp_path).path / "run.json"
    file.write_bytes(kept)
    refused = pytest.raises(BrokenRun, match="remove it: no result is lost")
    with refused as broken, open_run(ORDER, tmp_path):
        pass
    assert str(file) in str(broken.value)
    assert file.read_bytes() == kept
    file.unlink()
    with open_run(ORDER, tmp_path) as run:
        assert run.resumed == EPISODES_OF_SMALL


@pytest.mark.parametrize("command", [["run"], ["plan", "--pilot", "1"]])
async def test_a_damaged_run_is_told_before_a_server_is_started(
    tmp_path: Path, command: list[str]
) -> None:
    file, runs = tournament_file(tmp_path, SMALL), tmp_path / "runs"
    about = ORDER.folder(runs).path / "run.json"
    about.parent.mkdir(parents=True)
    about.write_text("{", encoding="utf-8")
    code, out, err = await commanded([*command, str(file), "--runs", str(runs), "--json"], {})
    assert code == 1
    assert json.loads(out)["error"].startswith(f"{about}: is not JSON")
    assert "server" not in err
