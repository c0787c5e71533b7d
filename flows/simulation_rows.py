"""A match as rows of the two files of a simulation, in the columns of the real data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.cricket.choices import Seat
from engine.cricket.formats import format_of
from engine.cricket.nodes import BallBowled, Purpose
from engine.cricket.outcomes import Dismissal, Outcome
from engine.cricket.players import SQUAD_SIZE, PlayerIndex
from engine.driver import EVEN
from engine.episode import play_episode
from engine.events import EndReason, InningsLine
from engine.result import EpisodeResult
from engine.seeds import Streams
from engine.setup import both_drawn
from flows.play import shipped_models
from flows.single import SingleMatch

LUCK_DECIMALS: Final = 9
TEAM: Final = {Seat.HOME: 1, Seat.AWAY: 2}

DELIVERY_COLUMNS: Final = (
    *("match_id", "inn", "over", "ball", "batter", "nonstr", "bowler", "pos"),
    *("rb", "wd", "nb", "by", "lb", "pen", "wk", "who", "so", "seed", "luck"),
)
MATCH_COLUMNS: Final = (
    *("match_id", "match_type", "team1", "team2", "overs", "toss_t", "toss_decision", "winner_t"),
    *("result", "eliminator_t", "by_runs", "by_wickets", "clean", "impact"),
    *("i1_team", "i1_runs", "i1_wkts", "i1_balls", "i2_team", "i2_runs", "i2_wkts", "i2_balls"),
    *("i2_target", "source", "seed", "home_score", "luck", "adjusted", "luck_other"),
)
WICKET_CODES: Final = {
    Dismissal.BOWLED: "b",
    Dismissal.CAUGHT: "c",
    Dismissal.CAUGHT_AND_BOWLED: "cb",
    Dismissal.LBW: "lbw",
    Dismissal.RUN_OUT: "ro",
    Dismissal.STUMPED: "st",
    Dismissal.HIT_WICKET: "hw",
    Dismissal.RETIRED_HURT: "rh",
    Dismissal.RETIRED_OUT: "rto",
    Dismissal.RETIRED_NOT_OUT: "rno",
    Dismissal.OBSTRUCTING: "obs",
    Dismissal.HIT_THE_BALL_TWICE: "h2",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRows:
    """A match as rows of the two files."""

    match: tuple[Any, ...]
    deliveries: list[tuple[Any, ...]]


class MatchBrokeOff(Exception):
    """Match `number` of a simulation, on `seed`, was not played to its end: `why`."""

    def __init__(self, number: int, seed: int, why: str) -> None:
        super().__init__(number, seed, why)
        self.number, self.seed, self.why = number, seed, why

    def __str__(self) -> str:
        return f"match {self.number} (seed {self.seed}) broke off: {self.why}"


async def play_match_rows(match: SingleMatch, number: int, seed: int) -> MatchRows:
    """Play one match of the simulation: the episode that `captains play` plays with this seed.
    Raises `MatchBrokeOff`: a forfeit has no rows, and a void one is no tie.
    """
    spec = match.with_seed(seed).spec()
    balls: list[tuple[BallBowled, float]] = []
    result = await play_episode(
        spec,
        models=shipped_models(),
        on_ball=lambda ball, luck: balls.append((ball, luck)),
        with_events=False,
    )
    if result.end_reason is not EndReason.COMPLETED:
        raise MatchBrokeOff(number, seed, f"{result.end_reason} ({result.error})")
    first_id = 1 + (number * 2 * SQUAD_SIZE if both_drawn(spec.squads) else 0)
    squads = (f"{side}" for side in spec.squads)
    return MatchRows(
        match=(
            *_match_row(number, result, spec.overs, tuple(squads)),
            *_luck(result, sum(luck for _, luck in balls)),
        ),
        deliveries=list(_delivery_rows(number, seed, balls, first_id)),
    )


def _delivery_rows(
    number: int, seed: int, balls: Sequence[tuple[BallBowled, float]], first_id: int
) -> Iterator[tuple[Any, ...]]:
    over: tuple[int, int] | None = None
    in_over = 0
    for ball, luck in balls:
        before, outcome = ball.before, ball.outcome
        here = (before.number, before.over)
        in_over = in_over + 1 if here == over else 1
        over = here
        batting = first_id + SQUAD_SIZE * (TEAM[before.batting] - 1)
        fielding = first_id + SQUAD_SIZE * (TEAM[before.fielding] - 1)
        striker = before.striker if before.striker is not None else PlayerIndex(0)
        yield (
            number,
            before.number,
            before.over,
            in_over,
            batting + striker,
            batting + (before.non_striker or 0),
            fielding + (before.bowler or 0),
            before.batters[striker].position,
            outcome.bat,
            *(
                runs or ""
                for runs in (
                    outcome.wides,
                    outcome.no_balls,
                    outcome.byes,
                    outcome.leg_byes,
                    outcome.penalty,
                )
            ),
            *_wicket(outcome),
            1 if before.is_super_over else "",
            seed,
            round(luck, LUCK_DECIMALS),
        )


def _wicket(outcome: Outcome) -> tuple[str, str]:
    if outcome.dismissal is None:
        return "", ""
    return WICKET_CODES[outcome.dismissal], "2" if outcome.non_striker_out else "1"


def _luck(result: EpisodeResult, of_balls: float) -> tuple[float, ...]:
    """The home side's score (1, ½, 0), its luck, the score without it, and what of the luck was
    drawn elsewhere than in a delivery. Never clipped: averages take any number.
    """
    score = EVEN if result.winner is None else float(result.winner is Seat.HOME)
    columns = (score, result.luck, score - result.luck, result.luck - of_balls)
    return tuple(round(column, LUCK_DECIMALS) for column in columns)


def _match_row(
    number: int, result: EpisodeResult, overs: int, squads: Sequence[str]
) -> tuple[Any, ...]:
    first, second = result.innings[:2]
    level = first.runs == second.runs
    winner = TEAM[result.winner] if result.winner else 0
    toss = toss_winner(result.seed)
    return (
        number,
        format_of(overs).name,
        f"{squads[0]} home",
        f"{squads[1]} away",
        overs,
        TEAM[toss],
        "bat" if first.batting == toss else "field",
        0 if level else winner,
        "tie" if level else "",
        winner if level else 0,
        first.runs - second.runs if first.runs > second.runs else "",
        10 - second.wickets if second.runs > first.runs else "",
        True,
        False,
        *_innings(first),
        *_innings(second),
        first.runs + 1,
        "captains",
        result.seed,
    )


def _innings(line: InningsLine) -> tuple[int, int, int, int]:
    return TEAM[Seat(line.batting)], line.runs, line.wickets, line.legal_balls


def toss_winner(seed: int) -> Seat:
    """Who wins the toss of the match with this seed; the driver draws the same number."""
    return Seat.HOME if Streams(seed).uniform(Purpose.TOSS) < EVEN else Seat.AWAY
