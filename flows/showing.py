"""Whether what captains thought may be shown once a match is over: kept with the run, so that
publishing it later obeys.

A tournament's file says it, in `run.json`. A single match says it in `shown.jsonl`, a line that is
written before the first event; what cannot be read may have said never.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from engine.spec import EpisodeSpec
from flows.ledger import RunFolder
from flows.saving import append_line

if TYPE_CHECKING:
    from spectator.reasoning import Shown

SHOWN: Final = "shown.jsonl"
Word = Literal["live", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a run's folder says; of `streams` each its own, of all others `default`."""

    default: Word
    streams: Mapping[str, Word] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: RunFolder) -> Self:
        about = folder.path / "run.json"
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            if not about.exists():
                return cls(default="live", streams=_lines(folder.path / SHOWN))
            said: Any = json.loads(about.read_text(encoding="utf-8"))["tournament"]["spectate"]
            return cls(default=_after(said.get("reasoning")))
        return cls(default="never")

    def of_stream(self, stream: str) -> Word:
        return self.streams.get(stream, self.default)


def keep_shown(folder: RunFolder, spec: EpisodeSpec, reasoning: Shown) -> None:
    """Write down what a single match was asked to show, where it is not what would be taken."""
    stream = f"{spec.episode_id}/{spec.attempt}"
    word = _after(reasoning)
    if Kept.of(folder).of_stream(stream) != word:
        line = json.dumps({"stream": stream, "reasoning": word})
        append_line(folder.path / SHOWN, line.encode())


def _after(reasoning: object) -> Word:
    """Of a match that is over: a delay has passed by then."""
    return "never" if reasoning == "never" else "live"


def _lines(path: Path) -> dict[str, Word]:
    """The last word on each stream. Raises `ValueError`, `KeyError` or `TypeError` for a line that
    is none of ours.
    """
    if not path.exists():
        return {}
    said = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {str(line["stream"]): _after(line["reasoning"]) for line in said}
