"""The heuristic captain: the rules of thumb of the game, aware of format, phase, wickets, rate
and match-up.

He bats around the aggression of real batters, more of it with wickets to spare and less with few,
and picks shots into what the field leaves open. He bowls plans: per part of the innings a short
list of balls, one drawn by his own dice, so that the batter cannot wait for one. His settings
make other characters of him; `aggressive` and `cautious` are two.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Setting

from engine.captains.base import pick
from engine.captains.baseline import usual_field
from engine.captains.bowling import Rotation, choose_bowler
from engine.chance.aggression import natural_aggression
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
from engine.cricket.nodes import DecisionRequest
from engine.cricket.players import Hand, Player, PlayerIndex, Skill, Squad
from engine.cricket.state import Innings
from engine.phases import Part, part_of
from engine.seeds import CaptainDraws

_Share = Annotated[float, Setting(ge=0, le=1)]
_Shift = Annotated[float, Setting(ge=-0.5, le=0.5)]

# Aggression for each wicket in hand beyond what an even innings would have left.
_WICKET_WORTH: Final = 0.012
_FREE_HIT: Final = 0.25
_SETTLED_BALLS: Final = 8
_ATTACK: Final = {Part.POWERPLAY: 0.05, Part.MIDDLE: -0.15, Part.DEATH: -0.3}
# With fewer balls than this left to each wicket in hand, wickets are there to be spent.
_BALLS_A_WICKET: Final = 9.0
_SWING: Final = 0.35
_SWINGING: Final = 0.5  # aggression above which a batter does not look for singles
_CAN_BAT: Final = 7  # in the natural order: batters, the keeper, all-rounders
_EASY_RATE: Final = 6.0  # runs an over; who needs no more has no reason to swing


class HeuristicSettings(BaseModel):
    """The character of a heuristic captain."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    boldness: _Shift = Setting(default=0.08, description="Added to the aggression of real batters.")
    wickets: _Share = Setting(
        default=0.5, description="How much wickets in hand, beyond the usual, are spent on risk."
    )
    chase: _Shift = Setting(
        default=0.0, description="Added while chasing, so as to be ahead of the required rate."
    )
    attack: _Shift = Setting(
        default=0.0, description="Leaning to catching fields (+) or boundary riders (-)."
    )
    match_ups: _Share = Setting(
        default=0.15, description="Weight of the bowler's turn against the batters' hands."
    )
    variety: _Share = Setting(
        default=0.6, description="Share of balls for which the plan is drawn instead of the usual."
    )
    elect: Election = Setting(default=Election.FIELD, strict=False)


class Heuristic:
    """Plays by rules of thumb; two of him with the same settings are the same captain."""

    def __init__(self, settings: HeuristicSettings | None = None) -> None:
        self.settings = settings or HeuristicSettings()
        self._rotation = Rotation(match_up=self.settings.match_ups)

    def decide(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:
        innings = request.view.innings
        if request.kind is DecisionKind.TOSS or innings is None:
            return TossDecision(elect=self.settings.elect)
        match request.kind:
            case DecisionKind.BATTER:
                return BatterDecision(player=_next_batter(request, innings))
            case DecisionKind.BOWLER:
                return BowlerDecision(player=choose_bowler(request, self._rotation))
            case DecisionKind.DELIVERY:
                return self._delivery(request, innings, draws)
            case DecisionKind.SHOT:
                return self._shot(request, innings, draws)

    def _shot(
        self, request: DecisionRequest, innings: Innings, draws: CaptainDraws
    ) -> ShotDecision:
        aggression = self._aggression(innings)
        if draws.uniform(0) >= self.settings.variety:
            return _stroke(Shot.ON_MERIT, aggression)
        bowler = _player(request.view.squads.of(innings.fielding), innings.bowler)
        options = _shots_against(request.field, bowler.bowls.is_spin, aggression > _SWINGING)
        return _stroke(pick(options, draws.uniform(1)), aggression)

    def _aggression(self, innings: Innings) -> float:
        """0…1, rounded to hundredths so that a record reads well."""
        faced = 0 if innings.striker is None else innings.batters[innings.striker].balls
        total = natural_aggression(innings, faced) + self.settings.boldness
        total += self.settings.wickets * _WICKET_WORTH * _spare_wickets(innings)
        total += _SWING * _to_spend(innings)
        if innings.needed is not None:
            total += self.settings.chase
        if innings.free_hit:
            total += _FREE_HIT
        return round(min(1.0, max(0.02, total)), 2)

    def _delivery(
        self, request: DecisionRequest, innings: Innings, draws: CaptainDraws
    ) -> DeliveryDecision:
        bowler = _player(request.view.squads.of(innings.fielding), innings.bowler)
        striker = _player(request.view.squads.of(innings.batting), innings.striker)
        part = part_of(innings.format, innings.legal_balls)
        field = self._field(request, innings, part, bowler)
        if draws.uniform(0) >= self.settings.variety:
            return _ball(field)
        plans = _SPIN_PLANS if bowler.bowls.is_spin else _PACE_PLANS
        length, line, variation = pick(plans[part], draws.uniform(1))
        if striker.bats is Hand.LEFT and line is Line.LEG:
            line = Line.STUMPS  # the ball angled across him: leg side is a gift
        return _ball(field, length, line, variation)

    def _field(
        self, request: DecisionRequest, innings: Innings, part: Part, bowler: Player
    ) -> Field:
        """The most fitting field among the legal ones; the usual one when in doubt."""
        attack = self.settings.attack + 0.3 * _unsettled(innings)
        attack += _ATTACK[part]
        if innings.needed is not None and innings.needed <= innings.balls_left / 2:
            wanted = Field.RING  # only wickets and dots can help
        elif attack > 0.2 and part is Part.POWERPLAY and not bowler.bowls.is_spin:
            wanted = Field.SLIPS
        elif attack < -0.25 and _swings(innings):
            wanted = Field.SPREAD
        else:
            wanted = Field.STANDARD
        return wanted if wanted in request.legal.fields else usual_field(request)


def _spare_wickets(innings: Innings) -> float:
    """Wickets in hand beyond those that a side which spends eight evenly would have left."""
    gone = innings.legal_balls / innings.format.max_balls
    return (innings.max_wickets - 2) * gone - innings.wickets


def _swings(innings: Innings) -> bool:
    """Whether the batters can be expected to hit for the boundary from here on."""
    return natural_aggression(innings, _SETTLED_BALLS) + _SWING * _to_spend(innings) > _SWINGING


def _to_spend(innings: Innings) -> float:
    """0 while every wicket in hand may be needed, towards 1 as the balls run out."""
    if innings.needed is not None and innings.needed * 6 <= _EASY_RATE * innings.balls_left:
        return 0.0
    in_hand = max(1, innings.max_wickets - innings.wickets)
    return max(0.0, 1.0 - innings.balls_left / in_hand / _BALLS_A_WICKET)


def _unsettled(innings: Innings) -> float:
    """1 for a striker on his first ball, 0 once he has faced eight."""
    if innings.striker is None:
        return 0.0
    faced = innings.batters[innings.striker].balls
    return max(0.0, 1.0 - faced / _SETTLED_BALLS)


def _next_batter(request: DecisionRequest, innings: Innings) -> PlayerIndex:
    """The natural order; with few balls left to each wicket, the hardest hitter of the next
    three. In a super over the best batters, whatever their place.
    """
    legal = sorted(request.legal.players)
    squad = request.view.squads.of(innings.batting)
    if innings.is_super_over:
        return max(legal[:_CAN_BAT], key=lambda p: _for_an_over(squad[p].skill) - 0.02 * p)
    wickets = max(1, innings.max_wickets - innings.wickets)
    if innings.legal_balls == 0 or innings.balls_left / wickets > 4:
        return legal[0]
    return max(legal[:3], key=lambda p: squad[p].skill.scoring - 0.05 * legal.index(p))


def _for_an_over(skill: Skill) -> float:
    """What a batter is worth where there are six balls and two wickets."""
    return skill.scoring + 0.5 * skill.survival


@cache
def _stroke(shot: Shot, aggression: float) -> ShotDecision:
    """Each made once: there are some eight hundred."""
    return ShotDecision(shot=shot, aggression=aggression)


@cache
def _ball(
    field: Field,
    length: Length = Length.GOOD,
    line: Line = Line.OFF,
    variation: Variation = Variation.STOCK,
) -> DeliveryDecision:
    return DeliveryDecision(field=field, length=length, line=line, variation=variation)


@cache
def _shots_against(field: Field | None, spin: bool, swinging: bool) -> Sequence[Shot]:
    """Shots into what the field leaves open."""
    match field:
        case Field.SLIPS:
            return (Shot.LOFT, Shot.CUT)
        case Field.RING:
            return (Shot.LOFT, Shot.SWEEP) if spin else (Shot.LOFT,)
        case Field.OFF_SIDE:
            return (Shot.SWEEP, Shot.PULL) if spin else (Shot.PULL,)
        case Field.LEG_TRAP:
            return (Shot.CUT,) if spin else (Shot.DRIVE,)
        case Field.SPREAD if not swinging:
            return (Shot.ROTATE, Shot.ON_MERIT)
    return (Shot.ON_MERIT,)


_Plan = tuple[Length, Line, Variation]

_PACE_PLANS: Final[dict[Part, tuple[_Plan, ...]]] = {
    Part.POWERPLAY: (
        (Length.GOOD, Line.OFF, Variation.STOCK),
        (Length.GOOD, Line.OFF, Variation.SWING),
        (Length.FULL, Line.OFF, Variation.SWING),
        (Length.GOOD, Line.STUMPS, Variation.STOCK),
    ),
    Part.MIDDLE: (
        (Length.GOOD, Line.OFF, Variation.CUTTER),
        (Length.GOOD, Line.OFF, Variation.STOCK),
        (Length.SHORT, Line.OFF, Variation.STOCK),
        (Length.GOOD, Line.STUMPS, Variation.CUTTER),
    ),
    Part.DEATH: (
        (Length.YORKER, Line.OFF, Variation.STOCK),
        (Length.YORKER, Line.STUMPS, Variation.STOCK),
        (Length.YORKER, Line.WIDE_OFF, Variation.STOCK),
        (Length.GOOD, Line.OFF, Variation.SLOWER),
    ),
}
_SPIN_PLANS: Final[dict[Part, tuple[_Plan, ...]]] = {
    Part.POWERPLAY: (
        (Length.GOOD, Line.OFF, Variation.STOCK),
        (Length.GOOD, Line.OFF, Variation.WRONG_UN),
    ),
    Part.MIDDLE: (
        (Length.GOOD, Line.OFF, Variation.STOCK),
        (Length.GOOD, Line.STUMPS, Variation.WRONG_UN),
        (Length.FULL, Line.OFF, Variation.FLIGHTED),
        (Length.GOOD, Line.OFF, Variation.FLIGHTED),
    ),
    Part.DEATH: (
        (Length.GOOD, Line.OFF, Variation.QUICKER),
        (Length.GOOD, Line.WIDE_OFF, Variation.STOCK),
        (Length.GOOD, Line.OFF, Variation.STOCK),
    ),
}


def _player(squad: Squad, index: PlayerIndex | None) -> Player:
    if index is None:
        raise ValueError("a ball was asked for while an end is empty")
    return squad[index]
