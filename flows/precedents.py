"""What earlier runs tell of a tournament before it is played: what its captains took, how long
their episodes were, how much pairs vary.

Only matches that mean the same are precedents: the same captains with the same settings, the same
length, pack and squads (`tournaments.sameness`), under any name and on any occasion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

from engine.cricket.choices import Seat
from engine.result import EpisodeResult
from flows.experience import Experience, Moments
from flows.ledger import RunFolder
from tournaments.plan import pair_of
from tournaments.sameness import shared_captains

MOST_RESULTS: Final = 20_000  # a plan is made in a moment, however much was played
LEAST_PAIRS: Final = 20  # fewer say little of how much pairs vary
_ASIDE: Final = "~"


@dataclass(slots=True)
class PairSpread:
    """How much the pairs of one pairing vary, pooled over pairings."""

    raw: dict[frozenset[str], Moments] = field(default_factory=dict)
    adjusted: dict[frozenset[str], Moments] = field(default_factory=dict)

    def add(self, one: EpisodeResult, other: EpisodeResult) -> None:
        met, first = frozenset((one.home, one.away)), min(one.home, one.away)
        legs = [(leg, Seat.HOME if leg.home == first else Seat.AWAY) for leg in (one, other)]
        raw = sum(leg.score(seat) for leg, seat in legs) / 2
        adjusted = sum(leg.adjusted(seat) for leg, seat in legs) / 2
        self.raw.setdefault(met, Moments()).add(raw)
        self.adjusted.setdefault(met, Moments()).add(adjusted)

    @property
    def pairs(self) -> int:
        return sum(one.count for one in self.raw.values())


@dataclass(slots=True)
class Precedents:
    """`results` were read, from so many `runs`."""

    experience: Experience = field(default_factory=Experience)
    spread: PairSpread = field(default_factory=PairSpread)
    results: int = 0
    runs: int = 0

    @property
    def said(self) -> str:
        runs = "1 run" if self.runs == 1 else f"{self.runs:,} runs"
        return f"{self.results:,} earlier matches of the same captains, of {runs}"


def pooled_variance(spreads: Iterable[Moments]) -> float | None:
    """Within pairings; None where fewer than `LEAST_PAIRS` tell of it, or nothing varies."""
    known = [one for one in spreads if one.count > 1]
    freedom = sum(one.count - 1 for one in known)
    if freedom < LEAST_PAIRS - 1:
        return None
    return sum(one.squares for one in known) / freedom or None


def precedents(runs: Path, meaning: Mapping[str, Any]) -> Precedents:
    """From the newest runs in the folder, `MOST_RESULTS` matches at the most."""
    found, told = Precedents(), set[str]()  # what was taken over is told by two runs
    for folder, shared in _alike(runs, meaning):
        results = (
            one
            for one in folder.attempts()
            if not one.end_reason.is_void
            and {one.home, one.away} <= shared
            and one.record_digest not in told
        )
        read = _read(islice(results, MOST_RESULTS - found.results), found, told)
        found.results += read
        found.runs += read > 0
        if found.results >= MOST_RESULTS:
            break
    return found


def _read(results: Iterable[EpisodeResult], into: Precedents, told: set[str]) -> int:
    waiting: dict[str, EpisodeResult] = {}
    read = 0
    for result in results:
        read += 1
        told.add(result.record_digest)
        into.experience.add(result)
        other = waiting.pop(pair_of(result.episode_id), None)
        if other is None:
            waiting[pair_of(result.episode_id)] = result
        else:
            into.spread.add(other, result)
    return read


def _alike(runs: Path, meaning: Mapping[str, Any]) -> Iterator[tuple[RunFolder, frozenset[str]]]:
    """Runs in which at least two of the captains play the same matches, the newest first."""
    places = [path for path in runs.glob("*/*/run.json") if _ASIDE not in path.parent.name]
    for path in sorted(places, key=lambda path: path.stat().st_mtime_ns, reverse=True):
        folder = RunFolder(path.parent)
        then = folder.about().get("meaning")
        shared = shared_captains(then, meaning) if isinstance(then, dict) else frozenset()
        if len(shared) > 1:
            yield folder, shared
