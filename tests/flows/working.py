"""Workers as processes of their own, as whoever runs a server starts them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import IO, TypeVar
from urllib.parse import quote

import httpx

from flows.server import Server
from tests.flows.support import DEADLINE_S

T = TypeVar("T")
POOL = "captains-cpu"
NOTHING: Mapping[str, str] = MappingProxyType({})


def prefect(
    *arguments: str,
    server: Server,
    where: Path,
    more: Mapping[str, str] = NOTHING,
    out: int | IO[bytes] = subprocess.PIPE,
) -> subprocess.Popen[str]:
    own = {"PREFECT_API_URL": server.api_url, "PREFECT_WORKER_QUERY_SECONDS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "prefect", "--no-prompt", *arguments],
        stdout=out,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=where,
        env={**os.environ, **own, **more},
    )


@contextmanager
def worker(
    server: Server,
    where: Path,
    more: Mapping[str, str] = NOTHING,
    limit: int = 2,
    pool: str = POOL,
) -> Iterator[subprocess.Popen[str]]:
    """Takes runs of `pool` and works in `where`; when it ends, nobody takes it for one that is
    there.
    """
    start = ("worker", "start", "--pool", pool, "--name", where.name, "--limit", str(limit))
    with (where / "worker.log").open("ab") as log:
        process = prefect(*start, server=server, where=where, more=more, out=log)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)  # a test may have held it, and been cut short
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        forget(server, where.name, pool)


def forget(server: Server, name: str, pool: str = POOL) -> None:
    """A worker that is gone is online for Prefect for a while, and would be given matches."""
    url = f"{server.api_url}/work_pools/{pool}/workers/{quote(name)}"
    httpx.delete(url, trust_env=False, timeout=DEADLINE_S)


async def until(found: Callable[[], Awaitable[T | None]]) -> T:
    """What `found` gives once it gives something; the deadline is for a machine that is stuck."""
    async with asyncio.timeout(DEADLINE_S):
        while (value := await found()) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.2)  # another process is asked: there is no event to wait for
    return value
