"""What an earlier version of a file leaves to the next one: the results of episodes that mean the
same in both (docs/adr/0024).

An episode is taken over only where two things agree: what both files mean for its two captains and
for every match, and the settings that stand in the header of its record, one by one. Its record is
copied under the new episode's id, with where it comes from; the old run keeps its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson

from engine.captains import limits_of
from engine.record import record_path
from engine.reporter import PlayDigest
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from flows.gists import keep
from flows.ledger import RunFolder
from flows.outlook import Meeting, meeting
from flows.played import Tried
from flows.saving import save
from tournaments import TournamentPlan
from tournaments.sameness import changes, shared_captains

MOST_PAIRS: Final = 50_000
_ASIDE: Final = "~"  # in the name of a folder that was set aside
_Match = tuple[int, str, str]  # seed, home, away


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A run of the same name and occasion, of a file that meant something else."""

    folder: RunFolder
    about: Mapping[str, Any]

    @property
    def meaning(self) -> Mapping[str, Any]:
        found = self.about.get("meaning")
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    folder: RunFolder
    tried: Tried


class Heritage:
    """Of the run in `folder`, whose file means `meaning`."""

    def __init__(self, folder: RunFolder, meaning: Mapping[str, Any], occasion: str) -> None:
        self._folder, self._meaning = folder, meaning
        self.earlier = tuple(_earlier(folder, occasion))
        self._kept: dict[_Match, _Kept] | None = None

    def changed(self) -> tuple[str, ...]:
        """What is otherwise than in the run before, in the file's words; nothing where none was."""
        return tuple(changes(self.earlier[0].meaning, self._meaning)) if self.earlier else ()

    def take(self, spec: EpisodeSpec) -> EpisodeResult | None:
        """The result of this episode where an earlier run has it: its record is now here too."""
        if self._kept is None:
            self._kept = dict(self._found())
        kept = self._kept.pop((spec.seed, spec.home.name, spec.away.name), None)
        if kept is None:
            return None
        copy = _copied(record_path(kept.folder.records, kept.tried.episode_id), spec)
        result = kept.folder.result(kept.tried)
        if copy is None or result is None:
            return None
        save(record_path(self._folder.records, spec.episode_id), copy)
        taken = replace(
            result,
            episode_id=spec.episode_id,
            attempt=spec.attempt,
            taken_from=result.taken_from or result.episode_id,
        )
        self._folder.append(taken)
        keep(self._folder, spec.episode_id)
        return taken

    def offered(self, plan: TournamentPlan) -> Counter[Meeting]:
        """How many episodes of each two would be taken over, without taking them; of a large plan
        the first `MOST_PAIRS` pairs are looked at.
        """
        kept, found = dict(self._found()), Counter[Meeting]()
        if not kept:
            return found
        pairs = ((one, number) for one in plan.fixtures for number in one.pair_numbers[: len(kept)])
        for fixture, number in islice(pairs, MOST_PAIRS):
            for leg in plan.pair(fixture, number):
                found[meeting(leg.home, leg.away)] += (leg.seed, leg.home, leg.away) in kept
        return +found

    def lost(self) -> int:
        """How many matches of earlier runs between captains who are as they were have lost their
        records: whether they would be taken over nobody knows any more.
        """
        found: set[_Match] = set()
        for run in self.earlier:
            shared = shared_captains(run.meaning, self._meaning)
            if pruned := run.folder.pruned():
                found |= {
                    (tried.seed, tried.home, tried.away)
                    for tried in run.folder.tried()
                    if tried.episode_id in pruned and {tried.home, tried.away} <= shared
                }
        return len(found)

    def _found(self) -> Iterator[tuple[_Match, _Kept]]:
        """Of the newest run last, so that it is the one that is taken."""
        for run in reversed(self.earlier):
            shared = shared_captains(run.meaning, self._meaning)
            if len(shared) < 2:
                continue
            sealed = {path.stem for path in run.folder.records.glob("*.jsonl")}
            for tried in run.folder.tried():
                counts = not tried.end_reason.is_void and tried.episode_id in sealed
                if counts and {tried.home, tried.away} <= shared:
                    kept = _Kept(folder=run.folder, tried=tried)
                    yield (tried.seed, tried.home, tried.away), kept


def _earlier(folder: RunFolder, occasion: str) -> Iterator[Earlier]:
    """The newest first."""
    places = [
        path
        for path in folder.path.parent.glob(f"*-{occasion}")
        if path != folder.path and _ASIDE not in path.name and (path / "run.json").is_file()
    ]
    places.sort(key=lambda path: (path / "run.json").stat().st_mtime_ns, reverse=True)
    for path in places:
        about = RunFolder(path).about()
        if about.get("occasion") == occasion:
            yield Earlier(folder=RunFolder(path), about=about)


def _copied(record: Path, spec: EpisodeSpec) -> bytes | None:
    """The record as that of `spec`; None where it is not one of the same match, or is damaged."""
    try:
        events = [orjson.loads(line) for line in record.read_bytes().splitlines()]
    except (OSError, ValueError):
        return None
    if not _is_whole(events) or not _is_same(events[0]["data"]["spec"], spec):
        return None
    header, was = events[0]["data"], events[0]["episode_id"]
    header["spec"] |= {"episode_id": spec.episode_id, "attempt": spec.attempt}
    header["taken_from"] = header.get("taken_from") or was
    for event in events:
        event["episode_id"], event["attempt"] = spec.episode_id, spec.attempt
    return b"".join(orjson.dumps(event) + b"\n" for event in events)


def _is_whole(events: list[Any]) -> bool:
    """Whether it is numbered through, ends, and is the play of which it states the digest."""
    try:
        if [event["seq"] for event in events] != [*range(1, len(events) + 1)]:
            return False
        digest = PlayDigest()
        for event in events:
            digest.add(event["type"], event["data"])
        first, last = events[0], events[-1]
        ends = (first["type"], last["type"]) == ("episode.started", "episode.ended")
        return ends and bool(last["data"]["record_digest"] == digest.hexdigest())
    except (LookupError, TypeError, ValueError):
        return False


def _is_same(recorded: Mapping[str, Any], spec: EpisodeSpec) -> bool:
    """Whether what was played is what is to be played, but for its id and for what only bounds or
    reaches a captain.
    """
    return _playable(recorded, spec) == _playable(spec.model_dump(mode="json"), spec)


def _playable(played: Mapping[str, Any], spec: EpisodeSpec) -> dict[str, Any]:
    told = {key: value for key, value in played.items() if key not in ("episode_id", "attempt")}
    for seat, captain in (("home", spec.home), ("away", spec.away)):
        aside, entry = limits_of(captain), dict(told[seat])
        params = entry.get("params") or {}
        entry["params"] = {key: value for key, value in params.items() if key not in aside}
        told[seat] = entry
    return told
