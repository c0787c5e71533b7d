"""`captains replay`: a record, found and played again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flows.cli.matches import show_match
from flows.cli.terminal import BadInput, Exit, WorkFailed, answer_json, note

if TYPE_CHECKING:
    from engine.events import EpisodeEnded
    from engine.result import EpisodeResult

_OTHER_MODEL: Final = "it was played with another ball model, so its balls are taken as they came"
_OTHER_LUCK: Final = (
    "it states a luck of {:+.3f}, {:+.3f} of it before the first ball, and the value of today "
    "finds {:+.3f}, {:+.3f} of it before"
)


def replay_episode(named: str, runs: Path, *, as_json: bool) -> int:
    """`captains replay`."""
    from engine.replay import replay_record

    path = find_record(named, runs)
    replay = asyncio.run(replay_record(path))
    recorded, again = replay.ending.data, replay.result
    if as_json:
        answer_json(
            {
                "episode_id": replay.header.episode_id,
                "record": str(path),
                "identical": replay.identical,
                "differences": list(replay.differences),
                "same_coefficients": replay.same_coefficients,
                "same_luck": replay.same_luck,
                "record_digest": recorded.record_digest,
                "replayed_digest": again.record_digest,
                "end_reason": recorded.end_reason.value,
                "winner": recorded.winner,
                "result": _result(recorded, again),
                "innings": [line.model_dump(mode="json") for line in recorded.innings],
                "deliveries": recorded.deliveries,
            }
        )
        return Exit.DONE if replay.identical else Exit.FAILED
    show_match(again)
    why = "" if replay.same_coefficients else f"; {_OTHER_MODEL}"
    if not replay.identical:
        told = ", ".join(replay.differences)
        raise WorkFailed(f"{path}: the replay differs from what was recorded ({told}){why}")
    if replay.same_luck is False:
        figures = (recorded.luck, recorded.setup_luck, again.luck, again.setup_luck)
        note(f"{path}: {_OTHER_LUCK.format(*figures)}")
    note(f"{path}: the replay is identical, {recorded.record_digest}{why}")
    return Exit.DONE


def _result(recorded: EpisodeEnded, again: EpisodeResult) -> str | None:
    """In words; a replay does not know why a match was broken off."""
    from engine.events import EndReason

    return again.result if recorded.end_reason is EndReason.COMPLETED else recorded.result


def find_record(named: str, runs: Path) -> Path:
    """The record that `named` means: a path, or an episode id below `runs`; raises `BadInput`."""
    path = Path(named)
    if path.is_file():
        return path
    if "/" not in named and named not in ("", ".", ".."):
        found = [p for p in runs.rglob("records/*.jsonl") if p.stem == named]
        if len(found) > 1:
            raise BadInput(f"{named}: {len(found)} records have this id: {_listed(found)}")
        if found:
            return found[0]
    raise BadInput(f"{named}: no such record, and no episode of that id below {runs}")


def _listed(paths: Sequence[Path]) -> str:
    return ", ".join(str(path) for path in sorted(paths)[:3])
