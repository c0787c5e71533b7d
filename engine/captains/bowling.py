"""Who bowls the over: the rotation that scripted captains share.

The innings is seen in three parts (powerplay, middle, death). Each bowler has a worth in each
part; the best at the death keep overs for it, and the rest of the quota is spent where it is
worth most. A super over goes to the best at the death of all who bowl.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.cricket.nodes import DecisionRequest
from engine.cricket.players import Bowling, Player, PlayerIndex, Role, Squad
from engine.cricket.state import Innings
from engine.phases import Part, death_balls, part_of

# Part-time bowlers are a last resort, whatever their estimated skill says.
_BY_ROLE: Final = {Role.BOWLER: 0.25, Role.ALL_ROUNDER: 0.10, Role.BATTER: -0.60, Role.KEEPER: -1.0}
_FAST: Final = frozenset({Bowling.RIGHT_FAST, Bowling.LEFT_FAST})
# Two bowlers share the death, as two ends do.
_DEATH_BOWLERS: Final = 2
# What pace is preferred by in a super over, for which nobody's quota is spent: of drawn squads 21 %
# then have a spinner bowl it, as of real sides (15 of the 70 in T20 majors 2014-24).
_KIND_IN_SUPER_OVER: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """How strongly a captain sorts his bowlers. All weights ≥ 0, in log-odds of a bowler's worth.

    `kind` how much pace is preferred with the new ball and at the death, spin in the middle.
    `match_up` how much a bowler who turns the ball away from the batters at the crease is
    preferred. `fresh` how much an unused quota counts.
    """

    kind: float = 0.30
    match_up: float = 0.0
    fresh: float = 0.25


def choose_bowler(request: DecisionRequest, rotation: Rotation) -> PlayerIndex:
    """The legal bowler of most worth for this over; equal worth goes to the lower in the order."""
    innings = request.view.innings
    if innings is None:
        raise ValueError("there is no innings to bowl in")
    squad = request.view.squads.of(request.seat)
    part = part_of(innings.format, innings.legal_balls)
    due = _due(innings, squad)
    held = _kept_back(innings, squad, due, part)
    batters = request.view.squads.of(request.seat.other)
    kind = _KIND_IN_SUPER_OVER if innings.is_super_over else rotation.kind

    def worth(player: PlayerIndex) -> float:
        left = max(0, due[player]) / max(1, innings.format.quota)
        total = _quality(squad[player], part) + kind * _suits(squad[player].bowls, part)
        total += rotation.fresh * left
        if rotation.match_up:
            total += rotation.match_up * _turns_away(squad[player], innings, batters)
        return total - (10.0 if player in held else 0.0)

    return max(request.legal.players, key=worth)


def _due(innings: Innings, squad: Squad) -> dict[PlayerIndex, int]:
    """The overs still to be given to each: their quotas, and one more to as many of the best,
    whatever they bowl, as may have it. In a super over all are due.
    """
    if innings.is_super_over:
        return dict.fromkeys(squad.bowlers, 1)
    quota, extra = innings.format.quota, innings.format.bowlers_with_extra_over
    best = sorted(squad.bowlers, key=lambda p: -_quality(squad[p], Part.DEATH))[:extra]
    return {
        player: quota + (player in best) - innings.bowlers[player].overs for player in squad.bowlers
    }


def _kept_back(
    innings: Innings, squad: Squad, due: dict[PlayerIndex, int], part: Part
) -> frozenset[PlayerIndex]:
    """Who should not bowl now: those who have bowled what is due to them, and before the death
    those who are left no more than it will take.
    """
    kept = {player for player, overs in due.items() if overs <= 0}
    if part is Part.DEATH:
        return frozenset(kept)
    overs_at_death = death_balls(innings.format) // 6
    best = sorted(squad.bowlers, key=lambda p: -_death_worth(squad[p]))[:_DEATH_BOWLERS]
    kept |= {
        player
        for place, player in enumerate(best)
        if due[player] <= (overs_at_death + _DEATH_BOWLERS - 1 - place) // _DEATH_BOWLERS
    }
    return frozenset(kept)


def _death_worth(player: Player) -> float:
    return _quality(player, Part.DEATH) + 0.30 * _suits(player.bowls, Part.DEATH)


def _quality(player: Player, part: Part) -> float:
    """Wickets matter most with the new ball, runs denied at the death."""
    strike = {Part.POWERPLAY: 0.6, Part.MIDDLE: 0.5, Part.DEATH: 0.3}[part]
    skill = player.skill
    return _BY_ROLE[player.role] + strike * skill.strike + (1.0 - strike) * skill.economy


def _suits(bowling: Bowling, part: Part) -> float:
    """1 where a bowler of this kind is usually bowled, 0 where he is not."""
    if part is Part.MIDDLE:
        return 1.0 if bowling.is_spin else 0.0
    if bowling in _FAST:
        return 1.0
    return 0.0 if bowling.is_spin else 0.6


def _turns_away(bowler: Player, innings: Innings, batters: Squad) -> float:
    """Share of the batters at the crease from whom the stock ball goes away, −1…1; 0 for pace."""
    away = AWAY_FROM.get(bowler.bowls)
    present = [p for p in (innings.striker, innings.non_striker) if p is not None]
    if away is None or not present:
        return 0.0
    return sum(1.0 if batters[p].bats == away else -1.0 for p in present) / len(present)


# The batter's hand from which the stock ball turns away.
AWAY_FROM: Final = {
    Bowling.OFF_SPIN: "left",
    Bowling.LEG_SPIN: "right",
    Bowling.LEFT_ORTHODOX: "right",
    Bowling.LEFT_WRIST_SPIN: "left",
}
