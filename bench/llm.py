"""What stands between captains and an endpoint: 24 episodes at once against one that takes 200 ms
an answer and bears 8 requests at a time, beside the ideal (calls x latency / 8).
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from engine.cricket.choices import Seat
from engine.episode import play_episode
from engine.tool_captains import Services
from engine.tool_captains.limiting import AdaptiveLimiter
from tests.llm.matches import match
from tests.llm.stub import Said, plays, says, stub

EPISODES = 24
AT_ONCE = 8
LATENCY_S = 0.2
OVERS = 2


def measure() -> dict[str, Any]:
    """The server is a process of its own, so that its work is not counted as ours."""
    with _endpoint() as url:
        return asyncio.run(_measured(url))


async def _measured(url: str) -> dict[str, Any]:
    services = Services(limiter=AdaptiveLimiter(AT_ONCE))
    await play_episode(match(url, episode_id="warm", overs=1), services=services)
    cpu, started = time.process_time(), time.perf_counter()
    results = await asyncio.gather(
        *(
            play_episode(match(url, episode_id=f"e{n}", seed=n, overs=OVERS), services=services)
            for n in range(EPISODES)
        )
    )
    took_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    await services.aclose()
    spent = [result.counts[Seat.HOME].spent for result in results]
    calls = sum(each.calls for each in spent if each is not None)
    ideal_s = calls * LATENCY_S / AT_ONCE
    return {
        "episodes": EPISODES,
        "completed": sum(result.end_reason == "completed" for result in results),
        "calls": calls,
        "ideal_s": ideal_s,
        "took_s": took_s,
        "took_over_ideal": took_s / ideal_s,
        "cpu_ms_a_call": cpu_s * 1000 / calls,
    }


@contextmanager
def _endpoint() -> Iterator[str]:
    """The address of a stub in another process."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,))
    server.start()
    try:
        yield ours.recv()
    finally:
        server.terminate()
        server.join()


def _serve(to: Connection) -> None:
    async def answer(request: dict[str, Any]) -> Said:
        await asyncio.sleep(LATENCY_S)
        return says(plays(request))

    async def forever() -> None:
        async with stub(answering=answer) as endpoint:
            to.send(endpoint.url)
            await asyncio.Event().wait()

    asyncio.run(forever())
