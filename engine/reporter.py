"""Turn the facts and decisions of an episode into its numbered events, and fold the play into
`record_digest`.

The order is the match's own, except that the choices for a ball are held back until the ball has
been bowled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from operator import itemgetter
from typing import Any, Final, NamedTuple, assert_never

import orjson
from pydantic import BaseModel

from engine import events as ev
from engine.costs import Costs
from engine.cricket.choices import Decision, DecisionKind, Seat
from engine.cricket.nodes import (
    BallBowled,
    DecisionRequest,
    Fact,
    InningsEnded,
    InningsStarted,
    OverCompleted,
    TossMade,
)
from engine.cricket.start import Start
from engine.cricket.state import Innings, Squads
from engine.driver import EVEN, BallLuck
from engine.recap import before_of, score_of
from engine.wire import DECIMALS, Wire, decision_wire, delivery_wire, over_wire

_HIDDEN_UNTIL_BOWLED: Final = frozenset({DecisionKind.DELIVERY, DecisionKind.SHOT})
# Not the play: who or what gave the answer and how long it took, and what the value model of the
# day thinks of it.
_NOT_THE_PLAY: Final = frozenset(
    {
        "source",
        "reason",
        "rethinks",
        "errors",
        "calls",
        "latency_ms",
        "win_probability",
        "luck",
        "cost",
        "spent",
    }
)
_AS_IT_IS: Final = frozenset({str, int, bool, type(None)})
_DECISION, _DELIVERY, _OVER_COMPLETED = "decision", "delivery", "over.completed"
_TYPE_OF: Final[dict[type[BaseModel], str]] = {
    ev.EpisodeStarted: "episode.started",
    ev.Toss: "toss",
    ev.InningsStart: "innings.started",
    ev.DecisionMade: _DECISION,
    ev.Delivery: _DELIVERY,
    ev.OverComplete: _OVER_COMPLETED,
    ev.InningsEnd: "innings.ended",
    ev.EpisodeEnded: "episode.ended",
}


class _Play(NamedTuple):
    """How an event that is of the play goes into the digest: its name, what reads its fields in the
    order of their names.
    """

    name: str
    fields: Callable[[Mapping[str, Any]], tuple[Any, ...]]


_PLAY: Final[dict[str, _Play]] = {
    _TYPE_OF[kind]: _Play(
        kind.__name__, itemgetter(*sorted(kind.model_fields.keys() - _NOT_THE_PLAY))
    )
    for kind in (
        ev.Toss,
        ev.InningsStart,
        ev.DecisionMade,
        ev.Delivery,
        ev.OverComplete,
        ev.InningsEnd,
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A decision and how it came about. `latency_ms` of the captain's own answer and what it took;
    None for a policy, who makes no `calls` either.
    """

    decision: Decision
    source: ev.Source
    reason: str | None = None
    rethinks: int = 0
    errors: tuple[str, ...] = ()
    calls: tuple[ev.CallMade, ...] = ()
    latency_ms: float | None = None
    spent: ev.Spent | None = None


class PlayDigest:
    """SHA-256 over the play: rule events and decisions in canonical JSON, floats rounded to nine
    decimals.
    """

    def __init__(self) -> None:
        self._hash = sha256()

    def add(self, kind: str, data: Mapping[str, Any]) -> None:
        """Adds an event of that type, if it is of the play."""
        play = _PLAY.get(kind)
        if play is None:
            return
        values = [
            value if type(value) in _AS_IT_IS else _canonical(value) for value in play.fields(data)
        ]
        self._hash.update(orjson.dumps([play.name, *values], option=orjson.OPT_SORT_KEYS))

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def play_digest(events: Iterable[ev.Event]) -> str:
    """The digest of the play in `events`: a record's own, computed instead of believed."""
    digest = PlayDigest()
    for event in events:
        digest.add(event.type, event.data.model_dump(mode="json"))
    return digest.hexdigest()


def _canonical(value: Any) -> Any:
    kind = type(value)
    if kind is float:
        return round(value, DECIMALS)
    if kind is dict:
        return {k: _canonical(v) for k, v in value.items()}
    return value


class Reporter:
    """Numbers and stamps the events of one attempt at one episode. `drain()` hands over what has
    come since, and only then has decisions priced by `costs`. `start_chance` is the home side's win
    probability at the `start`.
    """

    def __init__(
        self,
        *,
        episode_id: str,
        attempt: int,
        squads: Squads,
        captains: dict[Seat, str],
        costs: Costs | None = None,
        start: Start | None = None,
        start_chance: float = EVEN,
        clock: Callable[[], datetime] = ev.now,
    ) -> None:
        self.digest = PlayDigest()
        self._episode_id, self._attempt = episode_id, attempt
        self._squads, self._captains, self._clock = squads, captains, clock
        self._costs = costs or Costs(None)
        self._start, self._start_chance = start, start_chance
        self._seq = 0
        self._pending: list[Wire] = []
        self._held: list[dict[str, Any]] = []
        self._over_began = (0, 0)

    @property
    def waiting(self) -> int:
        """Events that have not been handed over."""
        return len(self._pending)

    def drain(self) -> list[Wire]:
        self._costs.settle()
        pending, self._pending = self._pending, []
        return pending

    def add(self, data: BaseModel) -> None:
        """Stamps `data` as the next event."""
        self._tell(_TYPE_OF[type(data)], data.model_dump(mode="json"))

    def _tell(self, kind: str, data: dict[str, Any]) -> None:
        self.digest.add(kind, data)  # first: what cannot be digested takes no number
        self._seq += 1
        self._pending.append(
            Wire(self._episode_id, self._attempt, self._seq, self._clock(), kind, data)
        )

    def decided(self, request: DecisionRequest, answered: Answered) -> None:
        """Publishes the decision, at once or after the ball that it is for."""
        spent = answered.spent
        made = decision_wire(request, answered.decision, self._squads, self._captains[request.seat])
        made |= {
            "source": answered.source,
            "reason": answered.reason,
            "rethinks": answered.rethinks,
            "errors": answered.errors,
            "calls": [call.model_dump() for call in answered.calls] if answered.calls else (),
            "latency_ms": answered.latency_ms,
            "cost": None,
            "spent": None if spent is None else spent.model_dump(),
        }
        self._costs.note(request, answered.decision, made)
        if request.kind in _HIDDEN_UNTIL_BOWLED:
            self._held.append(made)
        else:
            self._tell(_DECISION, made)

    def release(self) -> None:
        """Publishes what was held back for a ball; also when that ball will never be bowled."""
        held, self._held = self._held, []
        for made in held:
            self._tell(_DECISION, made)

    def fact(self, fact: Fact, ball: BallLuck | None) -> None:
        """Publishes one fact of the match; `ball` is the luck of the toss or delivery, if
        any is kept.
        """
        match fact:
            case TossMade():
                self._tossed(fact, ball)
            case InningsStarted(innings=innings):
                self._innings_started(innings)
            case BallBowled():
                self.release()
                self._tell(_DELIVERY, delivery_wire(fact, ball, self._squads))
            case OverCompleted(innings=innings):
                self._over_completed(innings)
            case InningsEnded(innings=innings):
                self._innings_ended(innings)
            case _:
                assert_never(fact)

    def _tossed(self, fact: TossMade, luck: BallLuck | None) -> None:
        self.add(
            ev.Toss(
                winner=fact.winner.value,
                elected=fact.elected.value,
                win_probability=round(luck.after, DECIMALS) if luck else EVEN,
                luck=round(luck.luck, DECIMALS) if luck else 0.0,
            )
        )

    def _innings_started(self, innings: Innings) -> None:
        self._over_began = innings.runs, innings.wickets
        known = self._start is not None and innings.number == self._start.innings.number
        self.add(
            ev.InningsStart(
                innings=innings.number,
                batting=innings.batting.value,
                target=innings.target,
                before=before_of(innings, self._squads),
                win_probability=round(self._start_chance, DECIMALS) if known else None,
            )
        )

    def _over_completed(self, innings: Innings) -> None:
        runs, wickets = self._over_began
        over = over_wire(innings, self._squads, runs=runs, wickets=wickets)
        self._tell(_OVER_COMPLETED, over)
        self._over_began = innings.runs, innings.wickets

    def _innings_ended(self, innings: Innings) -> None:
        self.add(
            ev.InningsEnd(
                innings=innings.number,
                batting=innings.batting.value,
                score=score_of(innings),
                all_out=innings.is_all_out,
            )
        )
