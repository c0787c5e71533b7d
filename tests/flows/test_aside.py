"""Calls of what may never answer."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from threading import Event
from typing import Any

import pytest

from flows import storage
from flows.aside import in_a_thread
from flows.storage import Far, Storage, StorageRefused

HANGING = """
import asyncio
from threading import Event
from flows.aside import in_a_thread

async def main():
    waiting = asyncio.create_task(in_a_thread(Event().wait, 3600.0))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])

asyncio.run(main())
"""


class Silent:
    """A storage that takes what is asked and never answers."""

    async_impl = True

    def __init__(self) -> None:
        self.asked, self.answers = 0, Event()

    def pipe_file(self, *_: Any) -> None:
        self.asked += 1
        self.answers.wait()


def test_a_process_ends_although_what_it_asked_never_answers() -> None:
    subprocess.run([sys.executable, "-c", HANGING], check=True, timeout=60)


def test_what_is_raised_is_raised_where_it_is_waited_for() -> None:
    with pytest.raises(ZeroDivisionError):
        asyncio.run(in_a_thread(lambda: 1 // 0, 60.0))


def test_a_storage_that_never_answers_is_told_to_have_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(storage, "ANSWERS_S", 0.2)
    silent: Any = Silent()
    with pytest.raises(StorageRefused, match=r"has not answered in 0\.2 s"):
        asyncio.run(Storage("far", Far(silent, "bucket")).put("a", b""))
    assert silent.asked == 1
    silent.answers.set()
