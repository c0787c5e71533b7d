"""Matches against `llmock`, a provider of its own make that answers by the schemas it is sent."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.events import EndReason
from tests.llm.models import counts, play_at
from tests.llm.obtainers import lend
from tests.spectator.processes import free_port


@contextmanager
def llmock(*options: str) -> Iterator[str]:
    port = free_port()
    program = Path(sys.executable).with_name("llmock")
    command = [str(program), "serve", "-h", "127.0.0.1", "-p", str(port), *options]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.kill()
        server.wait()


async def _is_up(url: str) -> None:
    host, port = url.removeprefix("http://").removesuffix("/v1").split(":")
    for _ in range(6_000):
        try:
            _, writer = await asyncio.open_connection(host, int(port))
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


@pytest.mark.parametrize(
    ("options", "problems"),
    [((), {}), (("--tool-mode", "off"), {"no_call": 2})],
    ids=["tools", "text only"],
)
async def test_the_model_decides_everything_at_the_rung_that_works(
    options: tuple[str, ...], problems: dict[str, int]
) -> None:
    with llmock(*options) as url:
        await _is_up(url)
        lent = lend()
        result, _ = await play_at(url, lent, tools="committing")
        await lent.aclose()
    seat = counts(result)
    assert result.end_reason is EndReason.COMPLETED
    assert (seat.coverage, seat.problems) == (1.0, problems)
    assert seat.spent.calls == seat.decisions + sum(problems.values())
