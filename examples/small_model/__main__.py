"""`make demo-llm`: a language model of 135 million parameters leads a side in a five-over match.

Nothing leaves this machine. The model's cricket is nonsense, and all of it legal: what is shown is
that a match with a real model behind a real endpoint goes to its end, and what is counted.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path

from engine.captains import CaptainSpec, resolve
from engine.events import DecisionEvent, DeliveryEvent, SeatCounts
from engine.record import record_path
from engine.result import EpisodeResult
from engine.wire import Told
from examples.small_model.server import served
from flows.play import play_once
from flows.single import SingleMatch, singles_folder


class Commentator:
    """An observer that prints the model's decisions and a line for every over."""

    async def on_event(self, event: Told) -> None:
        match event.event:
            case DecisionEvent(data=made) if made.captain == "smollm2" and made.latency_ms:
                chosen = ", ".join(f"{value}" for value in made.choice.values())
                again = f", asked {made.rethinks + 1} times" if made.rethinks else ""
                print(
                    f"  {made.kind}: {chosen} ({made.latency_ms / 1000:.1f} s{again})", flush=True
                )
            case DeliveryEvent(data=ball) if ball.ball.endswith(".6"):
                score = ball.score
                print(f"innings {ball.innings}: {score.runs}/{score.wickets}, {score.overs} overs")

    async def aclose(self) -> None: ...


def captain(url: str) -> CaptainSpec:
    return resolve(
        {
            "name": "smollm2",
            "kind": "llm",
            "model": "smollm2-135m-instruct",
            "base_url": url,
            "cadence": "over",
            "tools": "committing",
            "reasons": False,
            "strict": False,  # small models do better where less is required
            "temperature": 0.0,
            "max_tokens": 200,
            "deadline_s": 120.0,
        }
    )


def report(counts: SeatCounts) -> str:
    spent = counts.spent
    assert spent is not None
    return (
        f"{counts.captain}: {counts.own} of {counts.decisions} decisions his own "
        f"({counts.coverage:.0%}), {counts.rethinks} rethinks, {counts.fallbacks} fallbacks; "
        f"{spent.calls} calls, {spent.tokens_in} tokens in, {spent.tokens_out} out; "
        f"problems {counts.problems or 'none'}; asked by {counts.rungs}"
    )


def play(url: str, overs: int, seed: int, runs: Path) -> EpisodeResult:
    match = SingleMatch(home=captain(url), away=resolve("heuristic"), overs=overs, seed=seed)
    folder = singles_folder(runs)
    spec = match.spec()
    result = asyncio.run(play_once(folder, spec, [Commentator()]))
    print(f"record: {record_path(folder.records, spec.episode_id)}")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(prog="make demo-llm", description=__doc__)
    parser.add_argument("--overs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    options = parser.parse_args()
    started = time.monotonic()
    with served(options.threads) as url:
        print(
            f"SmolLM2-135M at {url}; {options.overs} overs a side, "
            "about 10 s a decision on two idle cores"
        )
        result = play(url, options.overs, options.seed, options.runs)
    print(f"{result.home} v {result.away}: {result.result} in {time.monotonic() - started:.0f} s")
    for counts in result.counts.values():
        if counts.spent is not None:
            print(report(counts))


if __name__ == "__main__":
    main()
