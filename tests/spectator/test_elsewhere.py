"""An errand is run after every asking, and until it works; a hub notices another log."""

from __future__ import annotations

import asyncio

from spectator.elsewhere import Errand
from spectator.hub import Hub
from spectator.settings import DEFAULTS
from spectator.store import SqliteEventStore, StoreUnavailable, Watcher
from spectator.streams import StreamName
from tests.spectator.wire import until


class _Work:
    """Counts its runs; each waits for `go`, and the first `fails` end in trouble."""

    def __init__(self, fails: int = 0) -> None:
        self.runs, self.fails = 0, fails
        self.go = asyncio.Event()

    async def __call__(self) -> None:
        self.runs += 1
        await self.go.wait()
        self.fails -= 1
        if self.fails >= 0:
            raise StoreUnavailable

    async def has_run(self, times: int) -> bool:
        return self.runs == times


async def test_what_is_asked_while_it_is_under_way_is_done_once_more():
    work = _Work()
    errand = Errand(work)
    errand.ask()
    await until(lambda: work.has_run(1))
    for _ in range(5):
        errand.ask()
    work.go.set()
    await until(lambda: work.has_run(2))


async def test_an_errand_is_tried_until_the_store_is_there():
    work = _Work(fails=2)
    work.go.set()
    Errand(work).ask()
    await until(lambda: work.has_run(3))


async def test_an_errand_is_run_again_when_it_is_asked_again_later():
    work = _Work()
    work.go.set()
    errand = Errand(work)
    errand.ask()
    await until(lambda: work.has_run(1))
    errand.ask()
    await until(lambda: work.has_run(2))


async def test_a_closed_errand_is_not_run():
    work = _Work(fails=1_000)
    work.go.set()
    errand = Errand(work)
    errand.ask()
    await until(lambda: work.has_run(1))
    errand.close()
    errand.ask()
    await until(_nothing_is_under_way)
    assert work.runs == 1


async def _nothing_is_under_way() -> bool:
    return not any("Errand" in repr(task) for task in asyncio.all_tasks())


class _Telling(SqliteEventStore):
    """Has the watcher at hand."""

    async def open(self, watcher: Watcher) -> None:
        self.watcher = watcher


async def test_a_log_that_is_replaced_before_the_first_word_is_noticed():
    store = _Telling()
    hub = Hub(store, DEFAULTS)
    await hub.loaded()
    channel = await hub.join(StreamName("m/1"))
    store.epoch = "another"
    store.watcher.look_again()
    assert channel.gone
    await hub.close(0)
    await store.aclose()
