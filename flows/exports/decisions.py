"""Every decision of a run as a line of JSON: what the captain saw, chose and gave away, for
analysis or training.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from engine import events as ev
from engine.cricket.formats import Format, format_of
from engine.phases import part_of
from engine.record import ending_of, header_of, read_record
from flows.exports.written import Written, left_out, records
from flows.ledger import RunFolder
from flows.saving import naming

FILE: Final = "decisions.jsonl"

_FOR_THE_BALL: Final = ("delivery", "shot")
_MATCH_INNINGS: Final = 2


class Situation(BaseModel):
    """The innings as the captain found it. `balls` legal ones bowled, `balls_left` to come.
    `striker`, `non_striker` and `bowler` of a decision that is for a ball.
    """

    is_batting: bool
    runs: int
    wickets: int
    balls: int
    balls_left: int
    target: int | None
    needed: int | None
    striker: str | None = None
    non_striker: str | None = None
    bowler: str | None = None


class DecisionLine(BaseModel):
    """One decision. `win_probability` is the captain's before it, `cost` what the choice gave away
    of it. `outcome` and `luck` of the ball that the decision was for, `luck` as the captain sees
    it. `score` (1, .5, 0) and `adjusted` are how the match ended for him.
    """

    episode_id: str
    attempt: int
    seed: int
    overs: int
    number: int
    captain: str
    opponent: str
    seat: str
    kind: str
    innings: int
    ball: str
    phase: str | None
    state: Situation | None
    win_probability: float | None
    choice: dict[str, Any]
    cost: float | None
    source: str
    reason: str | None
    errors: tuple[str, ...]
    calls: tuple[ev.CallMade, ...]
    rethinks: int
    latency_ms: float | None
    tokens_in: int | None
    tokens_out: int | None
    cost_usd: float | None
    outcome: str | None
    luck: float | None
    score: float
    adjusted: float


def write_decisions(folder: RunFolder, out: Path) -> Written:
    """`decisions.jsonl` in `out`, whole or not at all. Raises `BrokenRecord`, `OSError`."""
    out.mkdir(parents=True, exist_ok=True)
    path, part, matches = out / FILE, out / f"{FILE}.part", 0
    try:
        with naming(path), part.open("wb") as file:
            for record in records(folder):
                matches += 1
                for line in decisions_of(record):
                    file.write(line.model_dump_json().encode() + b"\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return Written(files=(path,), matches=matches, left_out=left_out(folder))


def decisions_of(path: Path) -> Iterator[DecisionLine]:
    """The decisions of a record, in its order. Raises `BrokenRecord`."""
    header, ended = header_of(path), ending_of(path).data
    fold = _Fold(header=header, ended=ended, format=format_of(header.data.max_overs))
    for event in read_record(path):
        yield from fold.add(event)
    yield from fold.rest()


@dataclass(slots=True, kw_only=True)
class _Fold:
    """Where the match stands, and decisions whose ball has not been bowled."""

    header: ev.EpisodeStartedEvent
    ended: ev.EpisodeEnded
    format: Format
    batting: str = "home"
    target: int | None = None
    score: ev.Score | None = None
    chance: float | None = None  # the home side's
    held: list[ev.DecisionMade] = field(default_factory=list)

    def add(self, event: ev.Event) -> Iterator[DecisionLine]:
        match event:
            case ev.DecisionEvent(data=made) if made.kind in _FOR_THE_BALL:
                self.held.append(made)
            case ev.DecisionEvent(data=made):
                yield self._line(made, None)
            case ev.TossEvent(data=toss):
                self.chance = toss.win_probability
            case ev.InningsStartedEvent(data=innings):
                self._start(innings)
            case ev.DeliveryEvent(data=ball):
                held, self.held = self.held, []
                yield from (self._line(made, ball) for made in held)
                self.score, self.chance = ball.score, ball.win_probability

    def rest(self) -> Iterator[DecisionLine]:
        """Decisions for a ball that was never bowled."""
        yield from (self._line(made, None) for made in self.held)

    def _start(self, innings: ev.InningsStart) -> None:
        self.batting, self.target = innings.batting, innings.target
        self.score = innings.before.score if innings.before else None
        if innings.win_probability is not None:
            self.chance = innings.win_probability

    def _line(self, made: ev.DecisionMade, ball: ev.Delivery | None) -> DecisionLine:
        started, at_home = self.header.data, made.seat == "home"
        ours, theirs = started.home.captain, started.away.captain
        score = 0.5 if self.ended.winner is None else float(self.ended.winner == made.seat)
        luck = self.ended.luck if at_home else -self.ended.luck
        return DecisionLine(
            episode_id=self.header.episode_id,
            attempt=self.header.attempt,
            seed=started.seed,
            overs=started.max_overs,
            number=made.number,
            captain=made.captain,
            opponent=theirs if at_home else ours,
            seat=made.seat,
            kind=made.kind,
            innings=made.innings,
            ball=made.ball,
            phase=self._phase(made),
            state=self._state(made, ball),
            win_probability=self._seen_from(made.seat),
            choice=made.choice,
            cost=made.cost,
            source=made.source,
            reason=made.reason,
            errors=made.errors,
            calls=made.calls,
            rethinks=made.rethinks,
            latency_ms=made.latency_ms,
            tokens_in=made.spent.tokens_in if made.spent else None,
            tokens_out=made.spent.tokens_out if made.spent else None,
            cost_usd=made.spent.cost_usd if made.spent else None,
            outcome=ball.outcome if ball else None,
            luck=(ball.luck if at_home else -ball.luck) if ball else None,
            score=score,
            adjusted=score - luck,
        )

    def _phase(self, made: ev.DecisionMade) -> str | None:
        """None for the toss and in a super over."""
        if not 1 <= made.innings <= _MATCH_INNINGS:
            return None
        return part_of(self.format, self.score.legal_balls if self.score else 0).value

    def _state(self, made: ev.DecisionMade, ball: ev.Delivery | None) -> Situation | None:
        """None before the first innings."""
        if made.innings == 0:
            return None
        balls = self.score.legal_balls if self.score else 0
        runs = self.score.runs if self.score else 0
        most = self.format.max_balls if made.innings <= _MATCH_INNINGS else 6
        return Situation(
            is_batting=made.seat == self.batting,
            runs=runs,
            wickets=self.score.wickets if self.score else 0,
            balls=balls,
            balls_left=most - balls,
            target=self.target,
            needed=None if self.target is None else self.target - runs,
            striker=ball.striker if ball else None,
            non_striker=ball.non_striker if ball else None,
            bowler=ball.bowler if ball else None,
        )

    def _seen_from(self, seat: str) -> float | None:
        if self.chance is None:
            return None
        return self.chance if seat == "home" else 1.0 - self.chance
