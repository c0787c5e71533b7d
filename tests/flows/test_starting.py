"""Matches that are asked for over the page."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from prefect.client.orchestration import PrefectClient

from flows.play import BusAddress
from flows.starting import Matches
from spectator.starts import StarterAway, StartRequest
from tests.spectator.processes import free_port

ASKED = StartRequest(captain="heuristic", opponent="baseline", overs=1, seed=3)


async def test_a_match_whose_number_the_disk_does_not_keep_is_refused_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "play").touch()  # where a folder belongs
    address = BusAddress(url=f"http://127.0.0.1:{free_port()}", token="t")
    matches = Matches(cast("PrefectClient", None), lambda: address, tmp_path)

    async def first(_: str) -> int:
        return 1

    monkeypatch.setattr(matches, "_next_attempt", first)
    with pytest.raises(StarterAway, match="play"):
        await matches.start(ASKED.model_copy(update={"queue": True}))
    assert matches.started() == ()
