"""Scripted matches a second on one core: the play alone, with its events, with its record."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from statistics import median
from typing import Any

from engine.captains import resolve
from engine.episode import EpisodeResult, EpisodeSpec, play_episode
from engine.models import Models
from engine.record import RecordWriter

MATCHES = 40
ROUNDS = 5

Play = Callable[[EpisodeSpec], Coroutine[Any, Any, EpisodeResult]]


def measure() -> dict[str, Any]:
    models = Models.shipped()
    with tempfile.TemporaryDirectory() as folder:
        ways: dict[str, Play] = {
            "play": lambda spec: play_episode(spec, models=models, with_events=False),
            "events": lambda spec: play_episode(spec, models=models),
            "record": lambda spec: _recorded(spec, models, Path(folder)),
        }
        for play in ways.values():
            _seconds(play, 2)
        rounds = [
            {name: _seconds(play, MATCHES) for name, play in ways.items()} for _ in range(ROUNDS)
        ]
    seconds = {name: median(each[name] for each in rounds) for name in ways}
    return {
        "t20_matches_per_s_without_record": MATCHES / seconds["play"],
        "t20_matches_per_s_with_events": MATCHES / seconds["events"],
        "t20_matches_per_s_with_record": MATCHES / seconds["record"],
        "record_over_play": median(each["record"] / each["play"] for each in rounds),
    }


async def _recorded(spec: EpisodeSpec, models: Models, folder: Path) -> EpisodeResult:
    writer = RecordWriter(folder, spec.episode_id, spec.attempt)
    return await play_episode(spec, models=models, observers=[writer])


def _seconds(play: Play, matches: int) -> float:
    specs = [
        EpisodeSpec(
            episode_id=f"bench-{seed}",
            seed=seed,
            overs=20,
            home=resolve("heuristic"),
            away=resolve("baseline"),
        )
        for seed in range(matches)
    ]

    async def all_of_them() -> float:
        started = time.perf_counter()
        for spec in specs:
            await play(spec)
        return time.perf_counter() - started

    return asyncio.run(all_of_them())
