"""The empirical captain: a draw, from his own numbers, of what real captains did in this context.

Where the `baseline` is their average, he is one of them: he gives an over to spin as often as
they do, fields first as often, and his batters press about as real ones do, now more and now less.
What the data cannot show (fields, lengths, lines, variations, shots) he varies in shares that are
assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Setting

from engine.captains.baseline import usual_field
from engine.chance.aggression import natural_aggression
from engine.chance.conditions import standard_normal
from engine.chance.rotation import spin_chance
from engine.cricket.choices import (
    BatterDecision,
    BowlerDecision,
    Decision,
    DecisionKind,
    DeliveryDecision,
    Election,
    Field,
    Length,
    Line,
    Shot,
    ShotDecision,
    TossDecision,
    Variation,
)
from engine.cricket.formats import T20
from engine.cricket.legality import quotas_left
from engine.cricket.nodes import DecisionRequest
from engine.cricket.players import Game, PlayerIndex, Squad
from engine.cricket.state import Innings
from engine.phases import Part, part_of
from engine.seeds import CaptainDraws

T = TypeVar("T")

# How often the winner of the toss fields first (targets: T20 majors 2019-24, women's T20, ODI).
_FIELDS_FIRST: Final = {Game.MEN: 0.658, Game.WOMEN: 0.471}
_FIELDS_FIRST_IN_LONG: Final = 0.523
# How strongly the overs he has left, and a place low in the order, speak for a bowler: chosen so
# that about as many bowlers are used, and as many bowl their whole quota, as in the data (6.0 and
# 3.3 in a T20 innings; this gives 6.3 and 3.2).
_OVERS_LEFT_COUNT: Final = 0.5
_SPECIALIST_COUNTS: Final = 3.0
# Shares of what the data does not show; assumed.
_LENGTHS: Final[Mapping[Part, Mapping[Length, float]]] = {
    Part.POWERPLAY: {Length.GOOD: 0.6, Length.FULL: 0.22, Length.SHORT: 0.15, Length.YORKER: 0.03},
    Part.MIDDLE: {Length.GOOD: 0.62, Length.FULL: 0.18, Length.SHORT: 0.16, Length.YORKER: 0.04},
    Part.DEATH: {Length.GOOD: 0.4, Length.FULL: 0.2, Length.SHORT: 0.15, Length.YORKER: 0.25},
}
_SPIN_LENGTHS: Final = {
    Length.GOOD: 0.72,
    Length.FULL: 0.2,
    Length.SHORT: 0.05,
    Length.YORKER: 0.03,
}
_LINES: Final = {Line.OFF: 0.6, Line.STUMPS: 0.25, Line.WIDE_OFF: 0.08, Line.LEG: 0.07}
_PACE_VARIATIONS: Final[Mapping[Part, Mapping[Variation, float]]] = {
    Part.POWERPLAY: {Variation.STOCK: 0.7, Variation.SWING: 0.25, Variation.CUTTER: 0.05},
    Part.MIDDLE: {Variation.STOCK: 0.65, Variation.CUTTER: 0.2, Variation.SLOWER: 0.15},
    Part.DEATH: {Variation.STOCK: 0.55, Variation.SLOWER: 0.35, Variation.CUTTER: 0.1},
}
_SPIN_VARIATIONS: Final = {
    Variation.STOCK: 0.7,
    Variation.QUICKER: 0.12,
    Variation.WRONG_UN: 0.1,
    Variation.FLIGHTED: 0.08,
}
_FIELDS: Final[Mapping[Part, Mapping[Field, float]]] = {
    Part.POWERPLAY: {Field.STANDARD: 0.75, Field.SLIPS: 0.2, Field.RING: 0.05},
    Part.MIDDLE: {Field.STANDARD: 0.85, Field.RING: 0.05, Field.OFF_SIDE: 0.05, Field.SPREAD: 0.05},
    Part.DEATH: {Field.STANDARD: 0.75, Field.SPREAD: 0.2, Field.LEG_TRAP: 0.05},
}
_SHOTS: Final = {Shot.ON_MERIT: 0.8, Shot.ROTATE: 0.08, Shot.DRIVE: 0.07, Shot.LOFT: 0.05}
_SHOTS_AT_SPIN: Final = {Shot.ON_MERIT: 0.8, Shot.ROTATE: 0.09, Shot.SWEEP: 0.06, Shot.LOFT: 0.05}


class EmpiricalSettings(BaseModel):
    """How far he strays from what is usual."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    spread: Annotated[float, Setting(ge=0, le=0.5)] = Setting(
        default=0.1, description="Standard deviation of the batters' aggression about the usual."
    )
    varied: Annotated[float, Setting(ge=0, le=1)] = Setting(
        default=0.5, description="Share of balls that are drawn instead of the usual."
    )


class Empirical:
    """Draws what real captains do."""

    def __init__(self, settings: EmpiricalSettings | None = None) -> None:
        self.settings = settings or EmpiricalSettings()

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:
        innings = request.view.innings
        if request.kind is DecisionKind.TOSS or innings is None:
            return TossDecision(elect=_elected(request, draws.uniform(0)))
        match request.kind:
            case DecisionKind.BATTER:
                return BatterDecision(player=min(request.legal.players))
            case DecisionKind.BOWLER:
                return BowlerDecision(player=_bowler(request, innings, draws))
            case DecisionKind.DELIVERY:
                return self._delivery(request, innings, draws)
            case DecisionKind.SHOT:
                return self._shot(request, innings, draws)

    def _shot(
        self, request: DecisionRequest, innings: Innings, draws: CaptainDraws
    ) -> ShotDecision:
        faced = 0 if innings.striker is None else innings.batters[innings.striker].balls
        strays = self.settings.spread * standard_normal(draws.uniform(0))
        aggression = round(min(1.0, max(0.0, natural_aggression(innings, faced) + strays)), 2)
        if draws.uniform(1) >= self.settings.varied:
            return ShotDecision(aggression=aggression)
        shots = _SHOTS_AT_SPIN if _spins(request, innings) else _SHOTS
        return ShotDecision(shot=_drawn(shots, draws.uniform(2)), aggression=aggression)

    def _delivery(
        self, request: DecisionRequest, innings: Innings, draws: CaptainDraws
    ) -> DeliveryDecision:
        if draws.uniform(0) >= self.settings.varied:
            return DeliveryDecision(field=usual_field(request))
        part = part_of(innings.format, innings.legal_balls)
        spins = _spins(request, innings)
        field = _drawn(_FIELDS[part], draws.uniform(1))
        variations = _SPIN_VARIATIONS if spins else _PACE_VARIATIONS[part]
        return DeliveryDecision(
            field=field if field in request.legal.fields else usual_field(request),
            length=_drawn(_SPIN_LENGTHS if spins else _LENGTHS[part], draws.uniform(2)),
            line=_drawn(_LINES, draws.uniform(3)),
            variation=_drawn(variations, draws.uniform(4)),
        )


def _elected(request: DecisionRequest, uniform: float) -> Election:
    share = _FIELDS_FIRST[request.view.squads.home.game]
    if request.view.format.max_overs > T20.max_overs:
        share = _FIELDS_FIRST_IN_LONG
    return Election.FIELD if uniform < share else Election.BAT


def _bowler(request: DecisionRequest, innings: Innings, draws: CaptainDraws) -> PlayerIndex:
    """Pace or spin as often as at this over with the overs that each has left, and of that kind
    more often who has more overs left and bats lower.
    """
    squad, legal = request.view.squads.of(request.seat), request.legal.players
    spin = draws.uniform(0) < _spin_chance(request, innings, squad)
    alike = [p for p in legal if squad[p].bowls.is_spin is spin] or list(legal)
    return _drawn({p: _due(innings, squad, p) for p in alike}, draws.uniform(1))


def _spin_chance(request: DecisionRequest, innings: Innings, squad: Squad) -> float:
    """By the overs that spinners and the others can still bowl, nobody two in a row."""
    overs, unused = innings.format.max_overs, quotas_left(innings)
    left = {True: 0, False: 0}
    for player in squad.bowlers:
        turns = (overs - innings.over + (player in request.legal.players)) // 2
        left[squad[player].bowls.is_spin] += min(unused[player], turns)
    return spin_chance(innings.over, innings.format, pace_left=left[False], spin_left=left[True])


def _due(innings: Innings, squad: Squad, player: PlayerIndex) -> float:
    left = max(0.3, innings.format.quota - innings.bowlers[player].overs)
    specialist = (1.0 + player) / len(squad.players)
    return float(left**_OVERS_LEFT_COUNT * specialist**_SPECIALIST_COUNTS)


def _spins(request: DecisionRequest, innings: Innings) -> bool:
    bowler = innings.bowler
    return bowler is not None and request.view.squads.of(innings.fielding)[bowler].bowls.is_spin


def _drawn(shares: Mapping[T, float], uniform: float) -> T:
    """The option that a uniform number falls on, by shares that need not sum to one."""
    left = uniform * sum(shares.values())
    chosen = next(iter(shares))
    for chosen, share in shares.items():  # noqa: B007 - the last one is what is left
        left -= share
        if left < 0.0:
            break
    return chosen
