"""A SIGTERM below a worker ends the flow from within."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
from prefect.exceptions import TerminationSignal

from flows.terminating import ended_from_within


@pytest.fixture
def below_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", "one")  # Prefect's own way for tests


def terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


async def waiting_for_it() -> None:
    with ended_from_within():
        terminate()
        await asyncio.Event().wait()


@pytest.mark.usefixtures("below_a_worker")
async def test_nothing_but_the_flow_is_cancelled() -> None:
    beside = asyncio.create_task(asyncio.Event().wait())
    with pytest.raises(TerminationSignal):
        await waiting_for_it()
    assert not beside.done()
    beside.cancel()


async def tidied_up(done: list[str]) -> None:
    with ended_from_within():
        terminate()
        try:
            await asyncio.Event().wait()
        finally:
            terminate()
            for _ in range(3):
                await asyncio.sleep(0.01)
            done.append("all")


@pytest.mark.usefixtures("below_a_worker")
async def test_a_second_one_does_not_cut_what_the_first_has_begun() -> None:
    done: list[str] = []
    with pytest.raises(TerminationSignal):
        await tidied_up(done)
    assert done == ["all"]


@pytest.mark.usefixtures("below_a_worker")
async def test_prefects_own_answer_is_back_after_the_block() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with ended_from_within():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


async def test_a_commands_flow_is_left_alone() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with ended_from_within():
        assert signal.getsignal(signal.SIGTERM) is before
