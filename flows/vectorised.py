"""`captains simulate --vectorised`: baseline against baseline by the vectorised simulator, into the
same two files.

The matches are distributed as the engine's are; no seed plays one of them again, so the columns
`seed` and those of luck are empty. The files depend on the options alone.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.random import Generator, Philox

from engine.chance import BallModel
from engine.chance.bulk import play_drawn
from engine.chance.classes import Bools, Ints
from engine.chance.elevens import Elevens, elevens_of
from engine.chance.logs import InningsLog, Played
from engine.chance.sides import Seasons, Sides, sides_from
from engine.cricket.choices import Seat
from engine.cricket.formats import BALLS_PER_OVER, Format, format_of
from engine.cricket.outcomes import OUTCOMES, Outcome
from engine.cricket.players import SQUAD_SIZE
from engine.cricket.state import ALL_OUT
from engine.driver import EVEN
from engine.seeds import derive_seed
from engine.setup import DRAWN_GAMES, game_of
from engine.squads import load_squad
from flows.simulate import SimulationSummary
from flows.simulation_files import Files, packed
from flows.simulation_rows import DELIVERY_COLUMNS, MATCH_COLUMNS, TEAM, WICKET_CODES

BATCH: Final = 1000  # matches at once: their lines are what memory is needed for
QUICK: Final = 3  # gzip level: deliveries by the million


@dataclass(frozen=True, slots=True, kw_only=True)
class Vectorised:
    """What to play: `squads` by name, home first."""

    matches: int
    overs: int
    squads: tuple[str, str]
    era: int
    seed: int

    def sizes(self) -> Iterator[tuple[int, int]]:
        """The number of the first match of each batch, from 1, and how many it has."""
        for first in range(0, self.matches, BATCH):
            yield first + 1, min(BATCH, self.matches - first)


def simulate_vectorised(order: Vectorised, out: Path) -> SimulationSummary:
    """Play it all; both files appear under `out` when the last match has been written."""
    started_s, played_s, balls = time.perf_counter(), 0.0, 0
    with Files(out) as files:
        files.write(packed([MATCH_COLUMNS]), packed([DELIVERY_COLUMNS]))
        for first, size in order.sizes():
            begun_s = time.perf_counter()
            batch = play_batch(order, first, size)
            played_s += time.perf_counter() - begun_s
            lines = delivery_lines(batch)
            balls += len(lines)
            files.write(packed(match_rows(order, batch)), _pack_lines(lines))
    seconds = time.perf_counter() - started_s
    return SimulationSummary(
        matches=order.matches,
        deliveries=balls,
        seconds=round(seconds, 3),
        matches_per_s=round(order.matches / seconds, 2),
        played_per_s=round(order.matches / played_s, 2),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some matches, `first` the number of the first of them; `home_bats` (matches) where the home
    side bats first. `ids` (2 sides, matches) the first player's id of home and away.
    """

    first: int
    home_bats: Bools
    ids: Ints
    played: Played

    @property
    def numbers(self) -> Ints:
        return np.arange(self.first, self.first + len(self.home_bats))


def play_batch(order: Vectorised, first: int, size: int) -> Batch:
    """Play some matches. Whoever wins the toss fields, as the baseline does."""
    draws = Generator(Philox(derive_seed("vectorised", order.seed, first)))
    fmt, home_bats = format_of(order.overs), draws.random(size) >= EVEN
    when = Seasons(era=np.full(size, order.era, dtype=np.intp), game=game_of(order.squads[0]))
    sides = None if order.squads[0] in DRAWN_GAMES else _given(order.squads, fmt, home_bats)
    number = np.arange(first, first + size) if sides is None else np.zeros(size, dtype=np.intp)
    home = 1 + number * 2 * SQUAD_SIZE
    return Batch(
        first=first,
        home_bats=home_bats,
        ids=np.stack([home, home + SQUAD_SIZE]),
        played=play_drawn(BallModel.shipped(), fmt, when, draws, sides),
    )


def _given(names: tuple[str, str], fmt: Format, home_bats: Bools) -> tuple[Sides, Sides]:
    """Two squads with names, the one that bats first in front."""
    both = elevens_of([load_squad(name) for name in names])
    first = sides_from(_rows(both, np.where(home_bats, 0, 1)), fmt)
    return first, sides_from(_rows(both, np.where(home_bats, 1, 0)), fmt)


def _rows(elevens: Elevens, index: Ints) -> Elevens:
    return Elevens(**{name: getattr(elevens, name)[index] for name in Elevens.__slots__})


def delivery_lines(batch: Batch) -> list[str]:
    """The deliveries as lines of CSV, match by match."""
    logs = (batch.played.logs.first, batch.played.logs.second)
    columns = [_delivery_columns(batch, log, i) for i, log in enumerate(logs, start=1)]
    joined = [np.concatenate(pair) for pair in zip(*columns, strict=True)]
    order = np.argsort(joined[0], kind="stable")
    rows = zip(*(column[order].tolist() for column in joined), strict=True)
    return [
        f"{match},{inn},{over},{ball},{batter},{other},{bowler},{place},{_TAILS[outcome]}"
        for match, inn, over, ball, batter, other, bowler, place, outcome in rows
    ]


def _delivery_columns(batch: Batch, log: InningsLog, innings: int) -> list[Ints]:
    bowled = (log.outcome >= 0).T
    match = np.nonzero(bowled)[0]
    home_bats = batch.home_bats if innings == 1 else ~batch.home_bats
    batting = np.where(home_bats, batch.ids[0], batch.ids[1])[match]
    fielding = np.where(home_bats, batch.ids[1], batch.ids[0])[match]
    outcome, legal, order, other, bowler = (
        column.T[bowled].astype(np.intp)
        for column in (log.outcome, log.legal, log.order, log.other, log.bowler)
    )
    over = legal // BALLS_PER_OVER
    return [
        match + batch.first,
        np.full(len(match), innings),
        over,
        _in_over(match, over),
        batting + order - 1,
        batting + other - 1,
        fielding + bowler,
        order,
        outcome,
    ]


def _in_over(match: Ints, over: Ints) -> Ints:
    """Which delivery of its over each is, from 1, wides and no-balls counted."""
    key = match * (int(over.max()) + 1) + over
    starts = np.concatenate([[0], np.flatnonzero(np.diff(key)) + 1])
    length = np.diff(np.append(starts, len(key)))
    return np.asarray(np.arange(len(key)) - np.repeat(starts, length) + 1)


def _tail(outcome: Outcome) -> str:
    """What an outcome writes; nothing for super overs, seed and luck."""
    extras = (outcome.wides, outcome.no_balls, outcome.byes, outcome.leg_byes, outcome.penalty)
    kind = "" if outcome.dismissal is None else WICKET_CODES[outcome.dismissal]
    who = "" if outcome.dismissal is None else "2" if outcome.non_striker_out else "1"
    return ",".join(map(str, [outcome.bat, *(e or "" for e in extras), kind, who, "", "", ""]))


_TAILS: Final = tuple(_tail(outcome) for outcome in OUTCOMES)


def match_rows(order: Vectorised, batch: Batch) -> list[tuple[object, ...]]:
    """The matches as rows, with the columns that the simulator knows."""
    first, second = batch.played.logs.first, batch.played.logs.second
    fmt = format_of(order.overs)
    innings = zip(
        *(
            column.tolist()
            for log in (first, second)
            for column in (log.runs, log.wickets, log.balls)
        ),
        strict=True,
    )
    return [
        _match_row(order, fmt, int(number), bool(home_bats), line)
        for number, home_bats, line in zip(batch.numbers, batch.home_bats, innings, strict=True)
    ]


def _match_row(
    order: Vectorised, fmt: Format, number: int, home_bats: bool, line: tuple[int, ...]
) -> tuple[object, ...]:
    runs, wickets, balls, chased, lost, faced = line
    bats, fields = (Seat.HOME, Seat.AWAY) if home_bats else (Seat.AWAY, Seat.HOME)
    winner = None if runs == chased else bats if runs > chased else fields
    return (
        *(number, fmt.name, f"{order.squads[0]} home", f"{order.squads[1]} away", order.overs),
        *(TEAM[fields], "field"),
        *(TEAM[winner] if winner else 0, "" if winner else "tie", 0),
        *(runs - chased if runs > chased else "", ALL_OUT - lost if chased > runs else ""),
        *(True, False, TEAM[bats], runs, wickets, balls, TEAM[fields], chased, lost, faced),
        *(runs + 1, "captains", ""),
        *(EVEN if winner is None else float(winner is Seat.HOME), "", "", ""),
    )


def _pack_lines(lines: list[str]) -> bytes:
    return gzip.compress(("\n".join(lines) + "\n").encode(), QUICK, mtime=0)
