"""A match in a process of this machine: the processes are scripts, and Prefect is not asked."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import PIPE, Process
from typing import cast

from prefect.client.orchestration import PrefectClient

from flows.config import EpisodeConfig
from flows.match_child import ChildSays
from flows.places import Here, Ordered
from flows.play import BusAddress

ENDED = ChildSays(what="ended", text="a tie", end_reason="completed").model_dump_json()
ORDERED = ChildSays(what="ordered").model_dump_json()
BEGUN = ChildSays(what="playing").model_dump_json()
PLAYS = f"read order; echo '{ENDED}'"
WAS_KILLED = "kill -9 $$"
IS_KILLED = f"read order; echo '{BEGUN}'; kill -9 $$"


class Scripted(Here):
    """Each process is the next of these scripts."""

    def __init__(self, *scripts: str) -> None:
        nobody = BusAddress(url="http://127.0.0.1:1", token="t")
        super().__init__(cast("PrefectClient", None), lambda: nobody)
        self.scripts = [*scripts]

    async def _spawned(self) -> Process:
        command = ("sh", "-c", self.scripts.pop(0))
        return await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)


def order() -> Ordered:
    config = EpisodeConfig(featured=False)
    return Ordered(config=config, episode_id="m", stream="m/1", on_playing=lambda: None)


async def test_a_process_that_was_killed_as_it_waited_is_replaced() -> None:
    played = await Scripted(WAS_KILLED, PLAYS).play(order())
    assert played.result is not None
    assert played.result.text == "a tie"


async def test_a_match_whose_process_was_killed_has_failed() -> None:
    here = Scripted(IS_KILLED, WAS_KILLED)  # one of which is the spare of the next match
    played = await here.play(order())
    await here.aclose()
    assert "killed by signal 9" in str(played.reason)


async def test_a_match_whose_process_was_killed_before_it_began_is_not_begun_again() -> None:
    played = await Scripted(f"read order; echo '{ORDERED}'; kill -9 $$", PLAYS).play(order())
    assert "killed by signal 9" in str(played.reason)
