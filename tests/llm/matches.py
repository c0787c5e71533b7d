"""One-over matches of a language model at home against `heuristic`, on a flat ball model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.captains import CaptainSpec, resolve
from engine.cricket.choices import Seat
from engine.episode import play_episode
from engine.events import SeatCounts
from engine.fanout import Observer
from engine.models import Models
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from engine.tool_captains import Services
from tests.doubles import FlatModel, RunsValue

MODELS = Models(ball=FlatModel(), value_for=lambda _: RunsValue())


def match(
    url: str,
    *,
    episode_id: str = "e1",
    seed: int = 7,
    overs: int = 1,
    attempt: int = 1,
    on_failure: str = "fallback",
    **settings: Any,
) -> EpisodeSpec:
    params = {"model": "stub-1", "base_url": url, "tools": "committing", **settings}
    home = CaptainSpec.model_validate(
        {"name": "qwen", "kind": "llm", "on_failure": on_failure, "params": params}
    )
    return EpisodeSpec(
        episode_id=episode_id,
        seed=seed,
        overs=overs,
        attempt=attempt,
        home=home,
        away=resolve("heuristic"),
    )


async def played(
    spec: EpisodeSpec, services: Services, observers: Sequence[Observer] = ()
) -> EpisodeResult:
    return await play_episode(spec, models=MODELS, services=services, observers=observers)


def at_home(result: EpisodeResult) -> SeatCounts:
    return result.counts[Seat.HOME]
