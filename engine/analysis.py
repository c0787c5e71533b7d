"""What a captain can work out from what everybody sees: rates, phase, resources, the chance of
winning.

All of it is a function of the `DecisionRequest` and of the public win-probability model: neither
the other captain's choice for the coming ball nor the random streams can be read from here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from engine.chance.advice import Adviser
from engine.cricket.distribution import WinModel
from engine.cricket.formats import BALLS_PER_OVER
from engine.cricket.legality import quotas_left
from engine.cricket.nodes import DecisionRequest
from engine.cricket.players import Player, Squad
from engine.cricket.state import BowlerLine, Innings, overs_notation
from engine.making import by_identity, model_maker
from engine.phases import part_in_words
from engine.plans import plans

_EVEN: Final = 0.5
_MOST: Final = 600  # runs; above every total


class BowlerNow(BaseModel):
    """A bowler of the fielding side. `overs_left` by his own quota; who may bowl now is another
    question.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    bowls: str
    overs: str
    runs: int
    wickets: int
    overs_left: int
    bowls_now: bool


def run_rate(innings: Innings) -> float | None:
    """Runs an over so far; None before the first ball."""
    return _rate(innings.runs, innings.legal_balls)


def required_rate(innings: Innings) -> float | None:
    """Runs an over still needed; None when batting first."""
    return None if innings.needed is None else _rate(innings.needed, innings.balls_left)


def rounded(rate: float | None) -> float | None:
    """A rate as captains are told it."""
    return None if rate is None else round(rate, 2)


def wickets_in_hand(innings: Innings) -> int:
    return innings.max_wickets - innings.wickets


def bowlers_now(innings: Innings, squad: Squad) -> tuple[BowlerNow, ...]:
    """Everybody who bowls, in the squad's order, with the overs left to each."""
    lines, now = innings.bowlers, innings.bowler
    left = quotas_left(innings)
    return tuple(
        [
            _bowler_now(player, lines[place], left[place], place == now)
            for place, player in _bowlers_of(squad)
        ]
    )


_new_bowler = model_maker(BowlerNow)
_bowlers_of = by_identity(lambda squad: [(place, squad[place]) for place in squad.bowlers])


@by_identity  # who does not bowl stays as he is
def _bowler_now(player: Player, line: BowlerLine, overs_left: int, bowls_now: bool) -> BowlerNow:
    return _new_bowler(
        name=player.name,
        bowls=player.bowls.value,
        overs=overs_notation(line.balls),
        runs=line.runs,
        wickets=line.wickets,
        overs_left=overs_left,
        bowls_now=bowls_now,
    )


def analyze(
    request: DecisionRequest, value: WinModel | None, adviser: Adviser | None = None
) -> dict[str, Any]:
    """The facts that `analyze_situation` returns, from the view of the seat that is asked."""
    view = request.view
    innings = view.innings
    if innings is None:
        return _at_the_toss(request, adviser)
    fielding = view.squads.of(innings.fielding)
    facts: dict[str, Any] = {
        "phase": part_in_words(innings),
        "fielders_outside_allowed": innings.format.max_outside(innings.legal_balls),
        "balls_left": innings.balls_left,
        "wickets_in_hand": wickets_in_hand(innings),
        "run_rate": rounded(run_rate(innings)),
        "required_rate": rounded(required_rate(innings)),
        "needed": innings.needed,
        "projected_score": _projected(innings),
        "bowlers_with_overs_left": {
            b.name: b.overs_left for b in bowlers_now(innings, fielding) if b.overs_left
        },
    }
    if value is not None:
        facts["win_probability"] = round(win_probability(request, innings, value), 3)
        facts["par_score"] = par_score(innings, value)
    if adviser is not None:
        facts["an_over_of"] = plans(request, adviser)
    return facts


def _at_the_toss(request: DecisionRequest, adviser: Adviser | None) -> dict[str, Any]:
    view = request.view
    facts: dict[str, Any] = {
        "format": view.format.name,
        "overs": view.format.max_overs,
        "venue": view.venue,
    }
    if adviser is not None:
        facts["win_probability_by_choice"] = {
            choice.value: round(worth, 3) for choice, worth in adviser.elections(request).items()
        }
    return facts


def par_score(innings: Innings, value: WinModel) -> int:
    """The fewest runs with which the batting side, as things stand, would have an even chance; from
    0 to what wins.
    """
    low, high = 0, _MOST if innings.target is None else innings.target
    while low < high:
        middle = (low + high) // 2
        if value.of(replace(innings, runs=middle)) < _EVEN:
            low = middle + 1
        else:
            high = middle
    return low


def win_probability(request: DecisionRequest, innings: Innings, value: WinModel) -> float:
    """The chance of the seat that is asked, before any choice for the coming ball."""
    batting = value.of(innings)
    return batting if request.seat is innings.batting else 1.0 - batting


def _projected(innings: Innings) -> int | None:
    """The score at this rate; None before the first ball."""
    rate = run_rate(innings)
    return (
        None if rate is None else round(innings.runs + rate * innings.balls_left / BALLS_PER_OVER)
    )


def _rate(runs: int, balls: int) -> float | None:
    return runs * BALLS_PER_OVER / balls if balls else None
