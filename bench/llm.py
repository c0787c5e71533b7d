"""What stands between captains and an endpoint: 24 episodes at once against one that takes 200 ms
an answer and bears 8 requests at a time, beside the ideal (calls x latency / 8).

The ideal keeps all eight slots busy to the end, which nobody can with the last few matches. So the
*floor* stands beside it: what the same matches would take if nothing but the endpoint took time.
Super overs are left out: one match that is decided by them is a tail of its own (with them the
floor alone is 1.21).
"""

from __future__ import annotations

import asyncio
import heapq
import multiprocessing
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from engine.cricket.choices import Seat
from engine.episode import play_episode
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from engine.tool_captains import Services
from engine.tool_captains.limiting import AdaptiveLimiter
from engine.tool_captains.response_cache import SqliteCache
from tests.llm.matches import match
from tests.llm.stub import Said, plays, says, stub

EPISODES = 24
AT_ONCE = 8
LATENCY_S = 0.2
OVERS = 2


def measure() -> dict[str, Any]:
    """The server is a process of its own, so that its work is not counted as ours."""
    with tempfile.TemporaryDirectory() as home, endpoint(LATENCY_S) as url:
        return asyncio.run(_measured(url, Path(home)))


async def _measured(url: str, home: Path) -> dict[str, Any]:
    services = Services(limiter=AdaptiveLimiter(AT_ONCE), cache=SqliteCache(home / "answers"))
    await play_episode(_match(url, "warm"), services=services)
    ended_s: list[float] = []
    cpu, started = time.process_time(), time.perf_counter()

    async def played(seed: int) -> EpisodeResult:
        result = await play_episode(_match(url, f"e{seed}", seed), services=services)
        ended_s.append(time.perf_counter() - started)
        return result

    results = await asyncio.gather(*(played(seed) for seed in range(EPISODES)))
    cpu_s = time.process_time() - cpu
    await services.aclose()
    return _figures(results, sorted(ended_s), cpu_s)


def _figures(
    results: Sequence[EpisodeResult], ended_s: Sequence[float], cpu_s: float
) -> dict[str, Any]:
    """The tail is the time in which fewer matches were left than there are slots."""
    spent = [result.counts[Seat.HOME].spent for result in results]
    calls = [each.calls for each in spent if each is not None]
    ideal_s = sum(calls) * LATENCY_S / AT_ONCE
    floor_s = _first_come(calls)
    return {
        "episodes": EPISODES,
        "completed": sum(result.end_reason == "completed" for result in results),
        "calls": sum(calls),
        "ideal_s": ideal_s,
        "took_s": ended_s[-1],
        "took_over_ideal": ended_s[-1] / ideal_s,
        "floor_over_ideal": floor_s[-1] / ideal_s,
        "took_over_floor": ended_s[-1] / floor_s[-1],
        "tail_s": ended_s[-1] - ended_s[-AT_ONCE],
        "floor_tail_s": floor_s[-1] - floor_s[-AT_ONCE],
        "cpu_ms_a_call": cpu_s * 1000 / sum(calls),
    }


def _first_come(calls: Sequence[int]) -> list[float]:
    """When matches of so many calls each end, served first come first served in no time of ours."""
    asking = [(0.0, match, left) for match, left in enumerate(calls)]
    slots, ended_s = [0.0] * AT_ONCE, []
    while asking:
        came_s, number, left = heapq.heappop(asking)
        answered_s = max(came_s, heapq.heappop(slots)) + LATENCY_S
        heapq.heappush(slots, answered_s)
        if left > 1:
            heapq.heappush(asking, (answered_s, number, left - 1))
        else:
            ended_s.append(answered_s)
    return sorted(ended_s)


def _match(url: str, episode_id: str, seed: int = 0) -> EpisodeSpec:
    spec = match(url, episode_id=episode_id, seed=seed, overs=OVERS)
    return spec.model_copy(update={"max_super_overs": 0})


@contextmanager
def endpoint(latency_s: float) -> Iterator[str]:
    """The address of a stub in another process, which answers after so many seconds."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, latency_s))
    server.start()
    try:
        yield ours.recv()
    finally:
        server.terminate()
        server.join()


def _serve(to: Connection, latency_s: float) -> None:
    async def answer(request: dict[str, Any]) -> Said:
        await asyncio.sleep(latency_s)
        return says(plays(request))

    async def forever() -> None:
        async with stub(answering=answer) as endpoint:
            to.send(endpoint.url)
            await asyncio.Event().wait()

    asyncio.run(forever())
