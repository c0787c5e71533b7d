"""The processes of a run."""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

from flows.play import warm_up
from flows.pool import ProcessPool


def die() -> None:
    os._exit(3)


async def test_work_is_done_elsewhere() -> None:
    with ProcessPool(1, warm_up) as pool:
        assert await pool.run(os.getpid) != os.getpid()


async def test_a_process_loads_no_main_module_of_its_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would not find this one, and end."""
    main = ModuleType("__main__")
    main.__spec__ = ModuleSpec("no_module_of_this_name", None)
    monkeypatch.setitem(sys.modules, "__main__", main)
    with ProcessPool(1, warm_up) as pool:
        assert await pool.run(abs, -2) == 2
    assert sys.modules["__main__"] is main


async def test_a_dead_process_is_replaced() -> None:
    with ProcessPool(1, warm_up) as pool:
        with pytest.raises(BrokenProcessPool):
            await pool.run(die)
        assert await pool.run(abs, -2) == 2


def die_once(mark: Path) -> str:
    if not mark.exists():
        mark.touch()
        die()
    return "done"


async def test_what_may_be_done_twice_is_done_again_where_its_process_died(tmp_path: Path) -> None:
    with ProcessPool(1, warm_up) as pool:
        assert await pool.run_again(die_once, tmp_path / "mark") == "done"


async def test_leaving_ends_busy_processes() -> None:
    import asyncio

    with ProcessPool(1, warm_up) as pool:
        number = await pool.run(os.getpid)
        busy = asyncio.ensure_future(pool.run(time.sleep, 600))
        await asyncio.sleep(0)
    with pytest.raises((BrokenProcessPool, asyncio.CancelledError)):
        await busy
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
