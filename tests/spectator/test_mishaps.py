"""What breaks in the bus is told in a line, and nothing that was sent is in it."""

from __future__ import annotations

import logging

import httpx
import pytest

from flows.cli.terminal import hear
from spectator import BusServer, start_token
from tests.spectator.starter import Double
from tests.spectator.wire import DEADLINE_S

WANTED = {"captain": "heuristic", "opponent": "baseline", "pack": "geheim"}


async def test_what_nobody_has_foreseen_is_one_line_without_secrets(
    caplog: pytest.LogCaptureFixture,
) -> None:
    starter = Double()
    starter.fails = [RuntimeError("geheim")]
    async with BusServer(starter=starter) as bus:
        token = {"authorization": f"Bearer {start_token(bus.publish_token)}"}
        async with httpx.AsyncClient(
            base_url=bus.url, headers=token, trust_env=False, timeout=DEADLINE_S
        ) as http:
            answer = await http.post("/custom/start_episode?token=geheim", json=WANTED)
    (told,) = [
        one.getMessage()
        for one in caplog.records
        if one.levelno >= logging.ERROR and not one.name.startswith("prefect")  # of a thread's
    ]
    assert answer.status_code == 500
    assert told.startswith(
        "the bus broke at POST /custom/start_episode: RuntimeError in starter.py"
    )
    assert "geheim" not in told + answer.text


def test_a_command_says_it_although_others_keep_logs_to_themselves(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "spectator.of_this_test"
    monkeypatch.setattr(logging.getLogger(name), "propagate", False)
    for _ in range(2):
        hear(name)
    logging.getLogger(name).error("the bus broke at %s", "GET /")
    assert capsys.readouterr().err == "the bus broke at GET /\n"
