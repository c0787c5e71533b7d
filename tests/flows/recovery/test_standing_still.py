"""Who holds the featured channel stands still until his lease is over, and wakes up."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from flows.limits import FEATURED
from spectator.server import BusServer
from tests.flows.here import commanded
from tests.flows.leases import minute_is_over
from tests.flows.support import captains
from tests.spectator.wire import client, until

pytestmark = [
    *(pytest.mark.prefect, pytest.mark.slow),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]

PLAY = ["play", "random", "random", "--overs", "1", "--json", "--featured"]


@pytest.mark.usefixtures("on_server")
async def test_a_holder_who_wakes_up_is_refused_and_told_how_his_match_gets_there(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with BusServer() as bus:
        bound = {"CAPTAINS_BUS_URL": bus.url, "CAPTAINS_BUS_TOKEN": bus.publish_token}
        around = environment | bound | {"CAPTAINS_RUNS": str(tmp_path)}

        async def asked(path: str) -> Any:
            async with client(bus) as http:
                return (await http.get(path)).json()

        async def is_on() -> bool:
            return (await asked("/api/featured"))["stream"] is not None

        first = captains([*PLAY, "--balls-per-s", "2"], around)
        await until(is_on)
        first.send_signal(signal.SIGSTOP)
        try:
            await minute_is_over(FEATURED)
            command = [*PLAY, "--seed", "2", "--balls-per-s", "1000"]
            code, out, err = await commanded(command, around)
            assert code == 0, err
        finally:
            first.send_signal(signal.SIGCONT)
        told, said = await asyncio.to_thread(first.communicate)
        assert "another publisher holds the featured channel" in said
        shown = f"{json.loads(out)['episode_id']}/1"
        assert (await asked("/api/featured"))["stream"] == shown
        code, _, err = await commanded(["publish", str(tmp_path / "play")], around)
        assert code == 0, err
        late = await asked(f"/api/streams/{json.loads(told)['episode_id']}/1")
        assert late["outcome"] == "ended"
