"""What a captain is reminded of: the match so far, from its facts, within a budget of tokens.

The latest balls in full, older overs in a line each, older innings in a line: made by us, without
a call, and the same whenever the same match is played.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from engine.cricket.choices import Seat
from engine.cricket.formats import BALLS_PER_OVER
from engine.cricket.nodes import BallBowled, Fact
from engine.cricket.players import PlayerIndex
from engine.observation import CricketObservation
from engine.wording import printable

BALLS_IN_FULL: Final = 12
# An estimate, as every model has its own tokenizer: English and JSON take some four bytes a token
# in those of today, so three errs on the safe side.
_BYTES_A_TOKEN: Final = 3
_LONGEST_REASON: Final = 160  # characters


def tokens_of(*sent: Any) -> int:
    """About as many tokens as `sent` takes; rather too many."""
    return sum(ceil(len(_bytes_of(one)) / _BYTES_A_TOKEN) for one in sent)


def _bytes_of(one: Any) -> bytes:
    text = one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)
    return text.encode("utf-8", "replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ball:
    fact: BallBowled
    reason: str | None

    @property
    def over(self) -> tuple[int, int]:
        return self.fact.before.number, self.fact.before.over


class MatchMemory:
    """Of one captain. `chose` are the arguments of his last call."""

    def __init__(self) -> None:
        self.chose: Mapping[str, Any] = {}
        self._balls: list[_Ball] = []

    def hear(self, fact: Fact) -> None:
        if isinstance(fact, BallBowled):
            self._balls.append(_Ball(fact=fact, reason=_reason_of(self.chose, fact)))
            self.chose = {}

    def lines(self, seen: CricketObservation, budget: int) -> list[str]:
        """The match up to the balls that `seen` shows, in order, in at most `budget` tokens."""
        older = self._balls[: len(self._balls) - len(seen.recent_balls)]
        names = _names(seen)
        if not older or names is None:
            return []
        full, summed = older[-BALLS_IN_FULL:], older[:-BALLS_IN_FULL]
        while True:
            lines = [*_summaries(summed, seen), *(_in_full(ball, names) for ball in full)]
            if tokens_of(*lines) <= budget:
                return lines
            if full:
                full, summed = full[1:], [*summed, full[0]]
            else:
                return _that_fit(lines, budget)


def _reason_of(chose: Mapping[str, Any], fact: BallBowled) -> str | None:
    """What he said of his choice for the ball; None where that was not what was played."""
    reason = chose.get("reason")
    if not isinstance(reason, str) or not reason:
        return None
    delivery, shot = fact.delivery, fact.shot
    played = {
        "length": delivery.length,
        "line": delivery.line,
        "variation": delivery.variation,
        "shot": shot.shot,
        "aggression": shot.aggression,
    }
    as_said = all(played[k] == v for k, v in chose.items() if k in played and v is not None)
    return printable(reason[:_LONGEST_REASON]) if as_said else None


def _that_fit(lines: list[str], budget: int) -> list[str]:
    """The latest of `lines`."""
    while lines and tokens_of(*lines) > budget:
        lines = lines[1:]
    return lines


def _names(seen: CricketObservation) -> Mapping[Seat, list[str]] | None:
    if seen.game is None:
        return None
    return {
        seen.seat: [player.name for player in seen.my_squad],
        seen.seat.other: [player.name for player in seen.other_squad],
    }


def _summaries(balls: list[_Ball], seen: CricketObservation) -> Iterator[str]:
    """A line for every innings that is over, and for every over of the one that is on."""
    innings_on = None if seen.game is None else seen.game.innings
    by_over: dict[tuple[int, int], list[_Ball]] = {}
    for ball in balls:
        key = ball.over if ball.over[0] == innings_on else (ball.over[0], -1)
        by_over.setdefault(key, []).append(ball)
    for (innings, over), bowled in by_over.items():
        after = bowled[-1].fact.after
        before = bowled[0].fact.before
        side = "your side" if after.batting is seen.seat else "the other side"
        what = f"innings {innings}" if over < 0 else f"innings {innings}, over {over + 1}"
        yield (
            f"{what}, {side}: {after.runs - before.runs} runs, "
            f"{after.wickets - before.wickets} wickets; {after.runs}/{after.wickets}"
        )


def _in_full(ball: _Ball, names: Mapping[Seat, list[str]]) -> str:
    fact = ball.fact
    before, outcome = fact.before, fact.outcome
    batting, fielding = names[before.batting], names[before.fielding]
    where = f"{before.number}/{before.over}.{before.legal_balls % BALLS_PER_OVER + 1}"
    bowled = f"{fact.delivery.length} {fact.delivery.line} {fact.delivery.variation}"
    pressing = "" if fact.shot.aggression is None else f" at {fact.shot.aggression:g}"
    out = "" if fact.player_out is None else f" OUT {batting[fact.player_out]}"
    said = "" if ball.reason is None else f' (you: "{ball.reason}")'
    return (
        f"{where} {_name(fielding, before.bowler)} to {_name(batting, before.striker)}: "
        f"{bowled}; {fact.shot.shot}{pressing}: {outcome.key}{out}{said}"
    )


def _name(squad: list[str], player: PlayerIndex | None) -> str:
    return "" if player is None else squad[player]
