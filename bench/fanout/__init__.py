"""A thousand viewers of one stream: the bus beside a loop that sends to each in turn, and beside
the `websockets` library's own broadcast.

Each server is a process of its own, each is fed by the same POSTs, and the viewers are another
process (a small C program where there is a compiler), so that neither is the other's bottleneck.
What is compared is measured in turn within one run. The bus alone checks and stores what it sends.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.fanout.posting import Load, at_a_rate, in_batches
from bench.fanout.running import Server, Watched, built_subscriber, serving

VIEWERS: Final = 1_000
ROUNDS: Final = 3
KINDS: Final = ("bus", "naive", "broadcast")
BURSTS: Final = {"burst": Load(events=200, a_post=50), "singles": Load(events=100, a_post=1)}
STEADY: Final = Load(events=300, a_post=1)
EVENTS_A_SECOND: Final = 20


def measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        subscriber = built_subscriber(Path(folder))
        figures: dict[str, Any] = {"viewers": VIEWERS, "subscriber": subscriber.kind}
        rounds: dict[str, list[dict[str, Watched]]] = {name: [] for name in BURSTS}
        for _ in range(ROUNDS):
            for name, load in BURSTS.items():
                rounds[name].append({})
                for kind in KINDS:
                    with serving(kind, subscriber) as server:
                        rounds[name][-1][kind] = _burst(server, load)
        for name, found in rounds.items():
            figures |= _compared(name, found)
        for kind in KINDS:
            with serving(kind, subscriber) as server:
                figures |= _steady(kind, server)
    return figures


def _burst(server: Server, load: Load) -> Watched:
    with server.watched_by(VIEWERS, load.events) as watching:
        in_batches(server.url, load)
        return watching.result()


def _compared(name: str, rounds: list[dict[str, Watched]]) -> dict[str, Any]:
    """Rates, CPU of the server and of the viewers, and the ratios of each round."""
    figures: dict[str, Any] = {}
    for kind in KINDS:
        every = [each[kind] for each in rounds]
        figures[f"{name}_{kind}_deliveries_per_s"] = median(one.per_s for one in every)
        figures[f"{name}_{kind}_cpu_us_a_delivery"] = median(one.cpu_us for one in every)
        figures[f"{name}_{kind}_lost"] = sum(one.lost for one in every)
    for other in KINDS[1:]:
        figures[f"{name}_bus_over_{other}"] = median(
            each["bus"].per_s / each[other].per_s for each in rounds
        )
        figures[f"{name}_cpu_of_{other}_over_bus"] = median(
            each[other].cpu_us / each["bus"].cpu_us for each in rounds
        )
    return figures


def _steady(kind: str, server: Server) -> dict[str, Any]:
    """Events at a fixed rate: what is lost, how late they are, what a viewer weighs."""
    before_kib = server.memory_kib()
    with server.watched_by(VIEWERS, STEADY.events) as watching:
        connected_kib = server.memory_kib()
        acknowledged_ms = at_a_rate(server.url, STEADY, EVENTS_A_SECOND)
        found = watching.result()
        after_kib = server.memory_kib()
    prefix = f"steady_{kind}"
    return {
        f"{prefix}_lost": found.lost,
        f"{prefix}_p50_ms": found.p50_ms,
        f"{prefix}_p99_ms": found.p99_ms,
        f"{prefix}_most_ms": found.most_ms,
        f"{prefix}_post_p50_ms": median(acknowledged_ms),
        f"{prefix}_cpu_us_a_delivery": found.cpu_us,
        f"{prefix}_kib_a_viewer_connected": (connected_kib - before_kib) / VIEWERS,
        f"{prefix}_kib_a_viewer_after": (after_kib - before_kib) / VIEWERS,
    }
