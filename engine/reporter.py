"""Turn the facts and decisions of an episode into its numbered events, and fold the play into
`record_digest`.

The order is the match's own, except that the choices for a ball are held back until the ball has
been bowled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from hashlib import sha256
from operator import attrgetter
from typing import Any, Final, assert_never

import orjson
from pydantic import BaseModel

from engine import events as ev
from engine.cricket.choices import (
    BatterDecision,
    BowlerDecision,
    Decision,
    DecisionKind,
    Seat,
)
from engine.cricket.formats import BALLS_PER_OVER
from engine.cricket.nodes import (
    BallBowled,
    DecisionRequest,
    Fact,
    InningsEnded,
    InningsStarted,
    OverCompleted,
    TossMade,
)
from engine.cricket.outcomes import CREDITED_TO_BOWLER, Outcome
from engine.cricket.players import PlayerIndex, Squad
from engine.cricket.start import Start
from engine.cricket.state import Innings, Squads, overs_notation
from engine.driver import EVEN, BallLuck
from engine.recap import before_of, score_of

_HIDDEN_UNTIL_BOWLED: Final = frozenset({DecisionKind.DELIVERY, DecisionKind.SHOT})
# Not the play: who or what gave the answer and how long it took, and what the value model of the
# day thinks of it.
_NOT_THE_PLAY: Final = frozenset(
    {"source", "reason", "rethinks", "errors", "latency_ms", "win_probability", "luck", "cost"}
)
# The events that are the play, each with what reads its fields in the order of their names.
_PLAY: Final[dict[type[BaseModel], Callable[[BaseModel], tuple[Any, ...]]]] = {
    kind: attrgetter(*sorted(kind.model_fields.keys() - _NOT_THE_PLAY))
    for kind in (
        ev.Toss,
        ev.InningsStart,
        ev.DecisionMade,
        ev.Delivery,
        ev.OverComplete,
        ev.InningsEnd,
    )
}
_DECIMALS: Final = 9
_EVENT_OF: Final[dict[type[BaseModel], Callable[..., ev.Event]]] = {
    ev.EpisodeStarted: ev.EpisodeStartedEvent,
    ev.Toss: ev.TossEvent,
    ev.InningsStart: ev.InningsStartedEvent,
    ev.DecisionMade: ev.DecisionEvent,
    ev.Delivery: ev.DeliveryEvent,
    ev.OverComplete: ev.OverCompletedEvent,
    ev.InningsEnd: ev.InningsEndedEvent,
    ev.EpisodeEnded: ev.EpisodeEndedEvent,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A decision and how it came about. `latency_ms` of the captain's own answer; None for a
    policy.
    """

    decision: Decision
    source: ev.Source
    reason: str | None = None
    rethinks: int = 0
    errors: tuple[str, ...] = ()
    latency_ms: float | None = None


class PlayDigest:
    """SHA-256 over the play: rule events and decisions in canonical JSON, floats rounded to nine
    decimals.
    """

    def __init__(self) -> None:
        self._hash = sha256()

    def add(self, data: BaseModel) -> None:
        fields_of = _PLAY.get(type(data))
        if fields_of is None:
            return
        play = [type(data).__name__, *map(_canonical, fields_of(data))]
        self._hash.update(orjson.dumps(play, default=dict, option=orjson.OPT_SORT_KEYS))

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def play_digest(events: Iterable[ev.Event]) -> str:
    """The digest of the play in `events`: a record's own, computed instead of believed."""
    digest = PlayDigest()
    for event in events:
        digest.add(event.data)
    return digest.hexdigest()


def _canonical(value: Any) -> Any:
    kind = type(value)
    if kind is float:
        return round(value, _DECIMALS)
    if kind is dict:
        return {k: _canonical(v) for k, v in value.items()}
    return value


class Reporter:
    """Numbers and stamps the events of one attempt at one episode. `drain()` hands over what has
    come since. `start_chance` is the home side's win probability at the `start`.
    """

    def __init__(
        self,
        *,
        episode_id: str,
        attempt: int,
        squads: Squads,
        captains: dict[Seat, str],
        start: Start | None = None,
        start_chance: float = EVEN,
        clock: Callable[[], datetime] = ev.now,
    ) -> None:
        self.digest = PlayDigest()
        self._episode_id, self._attempt = episode_id, attempt
        self._squads, self._captains, self._clock = squads, captains, clock
        self._start, self._start_chance = start, start_chance
        self._seq = 0
        self._pending: list[ev.Event] = []
        self._held: list[ev.DecisionMade] = []
        self._over_began = (0, 0)

    def drain(self) -> list[ev.Event]:
        pending, self._pending = self._pending, []
        return pending

    def add(self, data: BaseModel) -> None:
        """Stamps `data` as the next event."""
        self.digest.add(data)  # first: what cannot be digested takes no number
        self._seq += 1
        event = _EVENT_OF[type(data)](
            episode_id=self._episode_id,
            attempt=self._attempt,
            seq=self._seq,
            ts=self._clock(),
            data=data,
        )
        self._pending.append(event)

    def decided(
        self, request: DecisionRequest, answered: Answered, cost: float | None = None
    ) -> None:
        """Publishes the decision and its cost, at once or after the ball that it is for."""
        innings = request.view.innings
        made = ev.DecisionMade(
            number=request.number,
            seat=request.seat.value,
            captain=self._captains[request.seat],
            kind=request.kind.value,
            innings=innings.number if innings else 0,
            ball=overs_notation(innings.legal_balls) if innings else "0.0",
            choice=choice_of(answered.decision, self._squads.of(request.seat)),
            source=answered.source,
            reason=answered.reason,
            rethinks=answered.rethinks,
            errors=answered.errors,
            latency_ms=answered.latency_ms,
            cost=cost,
        )
        if request.kind in _HIDDEN_UNTIL_BOWLED:
            self._held.append(made)
        else:
            self.add(made)

    def release(self) -> None:
        """Publishes what was held back for a ball; also when that ball will never be bowled."""
        held, self._held = self._held, []
        for made in held:
            self.add(made)

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
                self._bowled(fact, ball)
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
                win_probability=round(luck.after, _DECIMALS) if luck else EVEN,
                luck=round(luck.luck, _DECIMALS) if luck else 0.0,
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
                win_probability=round(self._start_chance, _DECIMALS) if known else None,
            )
        )

    def _bowled(self, fact: BallBowled, ball: BallLuck | None) -> None:
        self.release()
        self.add(self._delivery(fact, ball))

    def _delivery(self, fact: BallBowled, ball: BallLuck | None) -> ev.Delivery:
        before, outcome = fact.before, fact.outcome
        batting, fielding = (
            self._squads.of(before.batting),
            self._squads.of(before.fielding),
        )
        return ev.Delivery(
            innings=before.number,
            over=before.over,
            ball=_ball_notation(before),
            batting=before.batting.value,
            striker=_name(batting, before.striker),
            non_striker=_name(batting, before.non_striker),
            bowler=_name(fielding, before.bowler),
            field=fact.delivery.field.value,
            length=fact.delivery.length.value,
            line=fact.delivery.line.value,
            variation=fact.delivery.variation.value,
            shot=fact.shot.shot.value,
            aggression=fact.shot.aggression,
            free_hit=before.free_hit,
            outcome=outcome.key,
            bat=outcome.bat,
            extras=outcome.runs - outcome.bat,
            extra_kind=_extra_kind(outcome),
            boundary=outcome.boundary,
            wicket=_wicket(outcome, _name(batting, fact.player_out)),
            score=score_of(fact.after),
            needed=fact.after.needed,
            win_probability=round(ball.after, _DECIMALS) if ball else EVEN,
            luck=round(ball.luck, _DECIMALS) if ball else 0.0,
        )

    def _over_completed(self, innings: Innings) -> None:
        runs, wickets = self._over_began
        self.add(
            ev.OverComplete(
                innings=innings.number,
                over=innings.over - 1,
                bowler=_name(self._squads.of(innings.fielding), innings.last_bowler),
                runs=innings.runs - runs,
                wickets=innings.wickets - wickets,
                score=score_of(innings),
            )
        )
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


def choice_of(decision: Decision, squad: Squad) -> dict[str, Any]:
    """A decision as plain JSON: players by name, enums by value. `decision_from_choice` is its
    inverse.
    """
    if isinstance(decision, BatterDecision | BowlerDecision):
        return {"player": squad[decision.player].name}
    chosen = {field.name: getattr(decision, field.name) for field in fields(decision)}
    return {name: getattr(value, "value", value) for name, value in chosen.items()}


def _ball_notation(before: Innings) -> str:
    """The legal ball being bowled, counted from 1: the fourth ball of the third over is `2.4`."""
    return f"{before.over}.{before.legal_balls % BALLS_PER_OVER + 1}"


def _name(squad: Squad, player: PlayerIndex | None) -> str:
    return "" if player is None else squad[player].name


def _extra_kind(outcome: Outcome) -> str | None:
    for kind in ("wides", "no_balls", "byes", "leg_byes", "penalty"):
        if getattr(outcome, kind):
            return kind
    return None


def _wicket(outcome: Outcome, name: str) -> ev.Wicket | None:
    if outcome.dismissal is None:
        return None
    return ev.Wicket(
        kind=outcome.dismissal.value,
        player_out=name,
        end=outcome.end.value if outcome.end else None,
        credited_to_bowler=outcome.dismissal in CREDITED_TO_BOWLER,
    )
