"""Events of a run, on a real server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client

from flows import happenings
from flows.config import TournamentConfig
from flows.server import Server
from flows.tournament import tournament
from tests.flows.support import DEADLINE_S, EPISODES_OF_SMALL, SMALL

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]


async def events_of(prefix: str, name: str, least: int) -> list[dict[str, Any]]:
    """The events of a tournament, once so many have arrived."""
    resource = {"id": [f"captains.tournament.{name}"]}
    wanted = {"event": {"prefix": [prefix]}, "any_resource": resource}
    async with get_client() as client, asyncio.timeout(DEADLINE_S):
        while True:
            asked = {"filter": wanted, "limit": 50}
            answer = await client.request("POST", "/events/filter", json=asked)
            if len(events := answer.json()["events"]) >= least:
                return list(events)
            await asyncio.sleep(0.5)  # another process is asked: there is no event to wait for


async def test_a_run_tells_of_its_episodes_and_of_its_end(
    on_server: Server, tmp_path: Path
) -> None:
    text = SMALL.replace("name: small", "name: told-by-events")
    await tournament(TournamentConfig(yaml=text, runs=str(tmp_path)))
    (ended,) = await events_of(happenings.TOURNAMENT_ENDED, "told-by-events", 1)
    assert ended["payload"]["story"].startswith("12 of 12 episodes")
    episodes = await events_of(happenings.EPISODE_ENDED, "told-by-events", EPISODES_OF_SMALL)
    assert len({one["resource"]["prefect.resource.id"] for one in episodes}) == EPISODES_OF_SMALL
    assert {"captain", "tournament", "flow-run"} <= {
        related["prefect.resource.role"] for related in episodes[0]["related"]
    }


async def test_the_first_run_that_has_a_captain_tells_that_he_was_added(
    on_server: Server, tmp_path: Path
) -> None:
    text = SMALL.replace("name: small", "name: welcoming").replace("pairs: 2", "pairs: 1")
    ada = text.replace("random, baseline]", "{name: ada, kind: random}]")
    for occasion, file in enumerate((text, ada, ada), start=1):
        config = TournamentConfig(yaml=file, occasion=str(occasion), runs=str(tmp_path))
        await tournament(config)
    await events_of(happenings.TOURNAMENT_ENDED, "welcoming", 3)
    (added,) = await events_of(happenings.CAPTAIN_ADDED, "welcoming", 1)
    assert added["resource"]["prefect.resource.id"] == "captains.captain.ada"
    assert added["payload"]["captain"]["kind"] == "random"


def test_of_very_many_captains_the_first_are_related() -> None:
    names = [f"c{number}" for number in range(128)]
    assert len(happenings.related_captains(names)) == happenings.MOST_RELATED
