"""What a flow run's log says of its episodes: a line each, as `key=value`.

A batch's lines go as one record: what Prefect stores costs its server most of a millisecond a
record, and a scripted episode takes ten. Nothing that a captain wrote is in a line, and no key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Final

from engine.result import EpisodeResult

_PLAIN: Final = re.compile(r"[\w.:+/-]+")


def log_episodes(results: Collection[EpisodeResult]) -> None:
    """In a flow's or a task's run."""
    from prefect.logging import get_run_logger  # `play` has lines, and no Prefect

    if results:
        get_run_logger().info("%s", "\n".join(map(line_of, results)))


def line_of(result: EpisodeResult) -> str:
    """How one episode ended: `episode=… attempt=1 home=… end=completed result="…" …`."""
    spent = [counts.spent for counts in result.counts.values() if counts.spent is not None]
    told = {
        "episode": result.episode_id,
        "attempt": result.attempt,
        "home": result.home,
        "away": result.away,
        "end": result.end_reason.value,
        "result": result.result,
        "deliveries": result.deliveries,
        "seconds": None if result.took_s is None else f"{result.took_s:.3f}",
        "fallbacks": result.fallbacks or None,
        "calls": sum(one.calls for one in spent) or None,
        "tokens": sum(one.tokens_in + one.tokens_out for one in spent) or None,
    }
    return " ".join(f"{key}={_quoted(value)}" for key, value in told.items() if value is not None)


def _quoted(value: object) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
