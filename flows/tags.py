"""The tags by which a flow run is found in Prefect's UI, beside those with which it was made.

Each says of what it is a value: a captain may be called as a tag that an automation listens to.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

import httpx
from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectException
from prefect.logging import get_run_logger

from engine.cricket.formats import format_of
from flows import settings
from tournaments.entrants import entry_name
from tournaments.spec import TournamentSpec

MOST_CAPTAINS: Final = 4  # above that they tell nobody apart


def of_tournament(spec: TournamentSpec) -> tuple[str, ...]:
    """`tournament:friday-night`, `kind:round_robin`, `format:t20`, and who plays where few do."""
    about = (f"tournament:{spec.name}", f"kind:{spec.format.kind}")
    names = [entry_name(entry) for entry in spec.entrants]
    few = names if len(names) <= MOST_CAPTAINS else []
    return (*about, _format(spec.match.max_overs), *_captains(few))


def of_match(home: str, away: str, overs: int) -> tuple[str, ...]:
    """`kind:match`, `format:t5`, and both captains."""
    return ("kind:match", _format(overs), *_captains([home, away]))


def _format(overs: int) -> str:
    return f"format:{format_of(overs).name.lower().replace(' ', '-')}"


def _captains(names: Iterable[str]) -> Iterable[str]:
    return (f"captain:{name}" for name in dict.fromkeys(names))


async def tag(more: Iterable[str]) -> None:
    """Add tags to this flow run. Nothing hangs on them: a server that does not take them is asked
    once.
    """
    tags = [*dict.fromkeys([*(runtime.flow_run.tags or ()), *more])]
    try:
        with settings.asking_once():
            async with get_client() as client:
                await client.update_flow_run(UUID(str(runtime.flow_run.id)), tags=tags)
    except (httpx.HTTPError, PrefectException) as error:
        get_run_logger().warning("the run could not be tagged: %s", error)
