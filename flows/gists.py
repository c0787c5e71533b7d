"""What a report tells of the play of each match, kept in a line a match while the run is played:
decisions by phase, the toss, the balls that turned it.

So a report of ten thousand matches reads some megabytes instead of a gigabyte. The records stay the
truth: a match without a line is read from its record.

    gists.jsonl     one line for every match that counts, appended as it ends
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from heapq import nlargest
from pathlib import Path
from typing import Any, Final, Literal

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from engine.cricket.choices import Seat
from engine.cricket.formats import Format, format_of
from engine.cricket.outcomes import OUTCOME_INDEX, OUTCOMES
from engine.driver import EVEN
from engine.errors import BrokenRecord
from engine.phases import part_of
from engine.record import record_path
from flows.ledger import RunFolder
from flows.saving import append_line

FILE: Final = "gists.jsonl"
SWINGS: Final = 3  # of a match are kept

_MATCH_INNINGS: Final = 2
_WANTED: Final = frozenset({"toss", "innings.started", "decision", "delivery"})


class PhaseCost(BaseModel):
    """Decisions of one phase and the win probability that they gave away."""

    model_config = ConfigDict(frozen=True)

    decisions: int
    total: float


class Swing(BaseModel):
    """A ball by which the home side's win probability went from `before` to `after`; `luck` is the
    part of it that was the draw. `ball` and `spare` as the cockpit writes places: `spare` counts
    wides and no-balls of that number, 0 is the legal ball.
    """

    model_config = ConfigDict(frozen=True)

    innings: int
    ball: str
    spare: int
    before: float
    after: float
    luck: float
    batting: Seat
    outcome: str
    striker: str
    bowler: str
    score: str

    @property
    def size(self) -> float:
        return abs(self.after - self.before)

    @property
    def place(self) -> str:
        """As the cockpit's addresses have it: `2/12.3`, `12.3~1`."""
        spare = f"~{self.spare}" if self.spare else ""
        return f"{self.innings}/{self.ball}{spare}" if self.innings > 1 else f"{self.ball}{spare}"


class Gist(BaseModel):
    """One match that counts. `costs` by seat and phase; super overs are in no phase."""

    model_config = ConfigDict(frozen=True)

    episode_id: str
    attempt: int
    toss: Seat | None = None
    elected: Literal["bat", "field"] | None = None
    costs: dict[Seat, dict[str, PhaseCost]]
    swings: tuple[Swing, ...]


def keep(folder: RunFolder, episode_id: str) -> None:
    """Add the line of a match whose record has just been sealed. Raises `BrokenRecord` and
    `OSError`.
    """
    gist = gist_of_record(record_path(folder.records, episode_id))
    append_line(folder.path / FILE, gist.model_dump_json().encode())


def gists(
    folder: RunFolder, episode_ids: Iterable[str], *, from_records: bool = True
) -> Iterator[Gist]:
    """Those of the episodes, in no order; one whose record cannot be read is passed over. Without
    `from_records` only those that have a line.
    """
    missing = dict.fromkeys(episode_ids)
    for gist in _kept(folder.path / FILE):
        if gist.episode_id in missing:
            del missing[gist.episode_id]
            yield gist
    for episode_id in missing if from_records else ():
        with suppress(BrokenRecord):
            yield gist_of_record(record_path(folder.records, episode_id))


def _kept(path: Path) -> Iterator[Gist]:
    """A torn line is passed over."""
    if path.exists():
        with path.open("rb") as lines:
            for line in lines:
                with suppress(ValidationError):
                    yield Gist.model_validate_json(line)


def gist_of_record(path: Path) -> Gist:
    """From a sealed record, in one pass. Raises `BrokenRecord`."""
    try:
        with path.open("rb") as lines:
            header = orjson.loads(next(lines))
            fold = _Fold(format=format_of(header["data"]["max_overs"]))
            for line in lines:
                event = orjson.loads(line)
                if event["type"] in _WANTED:
                    fold.add(event["type"], event["data"])
    except OSError as error:
        raise BrokenRecord(str(path), error.strerror or str(error)) from None
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        raise BrokenRecord(str(path), f"cannot be read ({type(error).__name__})") from None
    return fold.gist(header["episode_id"], header["attempt"])


@dataclass(slots=True, kw_only=True)
class _Fold:
    """Takes events as plain values: to make models of them would cost three times as much."""

    format: Format
    toss: Mapping[str, Any] = field(default_factory=dict)
    chance: float = EVEN
    balls: int = 0
    costs: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    spares: Counter[tuple[int, str]] = field(default_factory=Counter)
    swings: list[Swing] = field(default_factory=list)

    def add(self, kind: str, data: Mapping[str, Any]) -> None:
        match kind:
            case "decision":
                if data["cost"] is not None and 1 <= data["innings"] <= _MATCH_INNINGS:
                    part = part_of(self.format, self.balls)
                    self.costs[data["seat"], part.value].append(data["cost"])
            case "delivery":
                self._bowled(data)
            case "toss":
                self.toss, self.chance = data, data["win_probability"]
            case _:
                before = data["before"]
                self.balls = before["score"]["legal_balls"] if before else 0
                if data["win_probability"] is not None:
                    self.chance = data["win_probability"]

    def _bowled(self, ball: Mapping[str, Any]) -> None:
        before, self.chance = self.chance, ball["win_probability"]
        score, number = ball["score"], (ball["innings"], ball["ball"])
        legal = OUTCOMES[OUTCOME_INDEX[ball["outcome"]]].is_legal
        self.balls = score["legal_balls"]
        self.spares[number] += not legal
        if abs(self.chance - before) <= self._least():
            return
        self.swings.append(
            Swing(
                innings=ball["innings"],
                ball=ball["ball"],
                spare=0 if legal else self.spares[number],
                before=before,
                after=self.chance,
                luck=ball["luck"],
                batting=Seat(ball["batting"]),
                outcome=ball["outcome"],
                striker=ball["striker"],
                bowler=ball["bowler"],
                score=f"{score['runs']}/{score['wickets']}",
            )
        )
        self.swings = nlargest(SWINGS, self.swings, key=lambda swing: swing.size)

    def _least(self) -> float:
        return self.swings[-1].size if len(self.swings) == SWINGS else 0.0

    def gist(self, episode_id: str, attempt: int) -> Gist:
        costs: dict[Seat, dict[str, PhaseCost]] = {seat: {} for seat in Seat}
        for (seat, part), spent in self.costs.items():
            costs[Seat(seat)][part] = PhaseCost(decisions=len(spent), total=round(sum(spent), 9))
        return Gist(
            episode_id=episode_id,
            attempt=attempt,
            toss=Seat(self.toss["winner"]) if self.toss else None,
            elected=self.toss["elected"] if self.toss else None,
            costs=costs,
            swings=tuple(self.swings),
        )
