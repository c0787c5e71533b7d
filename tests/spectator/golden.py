"""Make the golden match anew: `python -m tests.spectator.golden`, after the events have changed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from spectator.frames import EMPTY, fold
from tests.spectator.matches import match_events, published

GOLDEN = Path(__file__).parent / "golden"


def main() -> None:
    GOLDEN.mkdir(exist_ok=True)
    told = published(match_events("golden", seed=11, home="qwen3-8b", away="heuristic"))
    frame = EMPTY
    for name, events in (("match", told.match), ("reasoning", told.reasoning)):
        lines = []
        for event in events:
            frame = fold(frame, event)
            lines.append(event.model_dump_json() + "\n")
        (GOLDEN / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    text = json.dumps(asdict(frame), indent=1, ensure_ascii=False)
    (GOLDEN / "frame.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
