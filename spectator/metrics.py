"""What the bus counts, in a registry of its own, as Prometheus reads it (docs/bus.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
# From a store in memory (0.1 ms) to one across a network that has trouble.
_APPEND_S: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


class _Registry(CollectorRegistry):
    """Leaves out when each counter was made, a gauge a counter that says when the bus began."""

    def collect(self) -> Iterator[Metric]:
        for metric in super().collect():
            metric.samples = [one for one in metric.samples if not one.name.endswith("_created")]
            yield metric


class Metrics:
    """One bus's own, so that several in a process do not add up."""

    def __init__(self) -> None:
        registry = self.registry = _Registry()
        self.events = Counter(
            "captains_bus_events",
            "Events that publishers sent, by what became of them.",
            ["outcome"],
            registry=registry,
        )
        self.event_bytes = Counter(
            "captains_bus_event_bytes",
            "Bytes of events that publishers sent, by what became of them.",
            ["outcome"],
            registry=registry,
        )
        self.refused = Counter(
            "captains_bus_requests_refused",
            "Requests for events, or of publishers, that were refused, by status.",
            ["status"],
            registry=registry,
        )
        self.append_s = Histogram(
            "captains_bus_append_seconds",
            "How long the store took to append the events of one request.",
            buckets=_APPEND_S,
            registry=registry,
        )
        self.deliveries = Counter(
            "captains_bus_deliveries",
            "Events sent to viewers: one event to three viewers counts three times.",
            registry=registry,
        )
        self.resyncs = Counter(
            "captains_bus_resyncs",
            "Viewers who fell behind and were sent a snapshot instead of what they missed.",
            registry=registry,
        )
        self.drops = Counter(
            "captains_bus_drops",
            "Viewers whom the bus closed, by close code.",
            ["code"],
            registry=registry,
        )
        self.viewers = Gauge("captains_bus_viewers", "Viewers connected.", registry=registry)
        self.connections = Gauge(
            "captains_bus_connections", "Open connections of any kind.", registry=registry
        )
        self.lag = Gauge(
            "captains_bus_lag_events",
            "How many events the viewer who is farthest behind has not been sent yet.",
            registry=registry,
        )
        self.questions = Gauge(
            "captains_bus_questions_open", "Questions to people that are open.", registry=registry
        )

    def text(self) -> bytes:
        return generate_latest(self.registry)
