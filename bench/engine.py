"""Scripted T20 matches a second on one core: the play alone, with its events, with its record, and
through the environment's tools; the memory they take, and where the time goes.

Measured by the process's own CPU time, as the machine is shared: every way in turn, round by round.
The best round is what the program takes when it is left alone, the median what it took here.
"""

from __future__ import annotations

import asyncio
import cProfile
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine
from heapq import nlargest
from operator import itemgetter
from pathlib import Path
from statistics import median
from typing import Any, Final

from engine.calls import CricketAction
from engine.captains import resolve
from engine.environment import CricketEnvironment
from engine.episode import play_episode
from engine.models import Models
from engine.observation import CricketObservation
from engine.record import RecordWriter
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec

MATCHES: Final = 10
ROUNDS: Final = 7
SHOWN: Final = 12  # modules in the profile
_KIB: Final = 1024
_ROOT: Final = Path(__file__).parents[1]

Play = Callable[[EpisodeSpec], Coroutine[Any, Any, EpisodeResult]]
Way = Callable[[], None]


def measure() -> dict[str, Any]:
    models = Models.shipped()
    with tempfile.TemporaryDirectory() as folder:
        ways = _ways(models, Path(folder))
        for way in ways.values():
            way()
        rounds = [{name: _cpu_s(way) for name, way in ways.items()} for _ in range(ROUNDS)]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB
        profile = _profile(ways["play_heuristic"])
    figures: dict[str, Any] = {}
    for name in ways:
        seconds = [each[name] for each in rounds]
        figures[f"t20_matches_per_cpu_s_{name}"] = MATCHES / median(seconds)
        figures[f"t20_matches_per_cpu_s_{name}_best"] = MATCHES / min(seconds)
    figures["record_over_play"] = median(
        each["record_heuristic"] / each["play_heuristic"] for each in rounds
    )
    return figures | {"peak_memory_mib": round(peak)} | profile


def _ways(models: Models, folder: Path) -> dict[str, Way]:
    """`play` keeps luck but no events; `record` is a sealed file with what every decision cost."""

    def playing(home: str, play: Play) -> Way:
        return lambda: asyncio.run(_all_of(_specs(home), play))

    async def bare(spec: EpisodeSpec) -> EpisodeResult:
        return await play_episode(spec, models=models, with_events=False)

    async def told(spec: EpisodeSpec) -> EpisodeResult:
        return await play_episode(spec, models=models)

    async def recorded(spec: EpisodeSpec) -> EpisodeResult:
        writer = RecordWriter(folder, spec.episode_id, spec.attempt)
        return await play_episode(spec, models=models, observers=[writer])

    return {
        "play_baseline": playing("baseline", bare),
        "play_heuristic": playing("heuristic", bare),
        "events_heuristic": playing("heuristic", told),
        "record_baseline": playing("baseline", recorded),
        "record_heuristic": playing("heuristic", recorded),
        "environment": lambda: _by_tools(models, reads_prompts=True),
        "environment_of_legal_tools": lambda: _by_tools(models, reads_prompts=False),
    }


def _specs(home: str) -> list[EpisodeSpec]:
    return [
        EpisodeSpec(
            episode_id=f"bench-{seed}",
            seed=seed,
            overs=20,
            home=resolve(home),
            away=resolve("baseline"),
        )
        for seed in range(MATCHES)
    ]


async def _all_of(specs: list[EpisodeSpec], play: Play) -> None:
    for spec in specs:
        await play(spec)


def _by_tools(models: Models, *, reads_prompts: bool) -> None:
    """One seat plays by tool calls, reading every prompt or only what is legal; the other is the
    baseline.
    """
    environment = CricketEnvironment(models=models)
    for seed in range(MATCHES):
        options = {"max_overs": 20, "opponent": "baseline"}
        seen = environment.reset(seed=seed, episode_id=f"bench-{seed}", options=options)
        while not seen.done:
            assert not reads_prompts or seen.prompt_text
            seen = environment.step(_call(seen))


def _call(seen: CricketObservation) -> CricketAction:
    """The committing tool, with the first player or election where one has to be named."""
    tool = next(tool for tool in seen.available_tools if tool.commits)
    parameters = tool.parameters
    arguments = {name: parameters["properties"][name]["enum"][0] for name in parameters["required"]}
    return CricketAction(tool=tool.name, arguments=arguments)


def _cpu_s(way: Way) -> float:
    started = time.process_time()
    way()
    return time.process_time() - started


def _profile(way: Way) -> dict[str, str]:
    """Shares of the time by module of ours; the profiler makes calls look dearer than they are."""
    profiler = cProfile.Profile()
    profiler.runcall(way)
    spent: dict[str, float] = defaultdict(float)
    for function in profiler.getstats():
        file = function.code if isinstance(function.code, str) else function.code.co_filename
        spent[_module(file)] += function.inlinetime
    total = sum(spent.values())
    most = nlargest(SHOWN, spent.items(), key=itemgetter(1))
    return {f"profile {name}": f"{own / total:.1%}" for name, own in most}


def _module(file: str) -> str:
    path = Path(file)
    if path.is_relative_to(_ROOT) and "site-packages" not in file:
        return path.relative_to(_ROOT).as_posix()
    return "built in, numpy and libraries"
