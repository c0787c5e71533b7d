"""Many matches at full speed into two files with those columns of the real data that apply.

Match *i* (from 1) has the seed `derive_seed(seed, i)`, which it names in its `seed` column:
`captains play` with that seed, the same captains, format and squads gives the same deliveries. The
files do not depend on how many processes wrote them: matches are played in blocks of a fixed size,
each a gzip member of its own.
"""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from errno import EISDIR
from pathlib import Path
from typing import IO, Any, Final

from pydantic import BaseModel

from engine.cricket.choices import Seat
from engine.cricket.formats import format_of
from engine.cricket.nodes import BallBowled, Purpose
from engine.cricket.outcomes import Dismissal, Outcome
from engine.cricket.players import SQUAD_SIZE, PlayerIndex
from engine.driver import EVEN
from engine.episode import play_episode
from engine.events import InningsLine
from engine.result import EpisodeResult
from engine.seeds import Streams, derive_seed
from flows.play import shipped_models, warm_up
from flows.pool import ProcessPool
from flows.saving import naming
from flows.single import DEFAULT_SQUADS, SingleMatch

BLOCK: Final = 25  # matches; a block is a second or so of work for a process
GZIP_LEVEL: Final = 6
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


class SimulationSummary(BaseModel):
    """The JSON of `captains simulate --json`. `played_per_s` matches a second without the writing,
    where it can be told apart.
    """

    matches: int
    deliveries: int
    seconds: float
    matches_per_s: float
    played_per_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What to play: `match` without its seed, as often as `matches` says."""

    match: SingleMatch
    matches: int
    seed: int

    def numbers(self) -> Iterator[range]:
        """The matches' numbers, block by block."""
        for first in range(1, self.matches + 1, BLOCK):
            yield range(first, min(first + BLOCK, self.matches + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some matches as two compressed pieces of CSV."""

    matches: bytes
    deliveries: bytes
    balls: int


async def simulate(simulation: Simulation, out: Path, processes: int) -> SimulationSummary:
    """Play it all; both files appear under `out` when the last match has been played."""
    started_s = time.perf_counter()
    balls = 0
    with ExitStack() as stack:
        files = stack.enter_context(Files(out))
        pool = stack.enter_context(ProcessPool(processes, warm_up)) if processes > 1 else None
        files.write(packed([MATCH_COLUMNS]), packed([DELIVERY_COLUMNS]))
        async for block in _blocks(simulation, pool):
            files.write(block.matches, block.deliveries)
            balls += block.balls
    seconds = time.perf_counter() - started_s
    return SimulationSummary(
        matches=simulation.matches,
        deliveries=balls,
        seconds=round(seconds, 3),
        matches_per_s=round(simulation.matches / seconds, 2),
    )


async def _blocks(simulation: Simulation, pool: ProcessPool | None) -> Any:
    """The blocks in order; a few are played ahead of the one that is waited for."""
    numbers = simulation.numbers()
    if pool is None:
        for block in numbers:
            yield await play_block(simulation, block)
        return
    ahead: list[asyncio.Task[Block]] = []
    try:
        for block in numbers:
            ahead.append(asyncio.create_task(pool.run(_play_block, simulation, block)))
            if len(ahead) > 2 * pool.processes:
                yield await ahead.pop(0)
        while ahead:
            yield await ahead.pop(0)
    finally:
        for task in ahead:
            task.cancel()
        await asyncio.gather(*ahead, return_exceptions=True)


def _play_block(simulation: Simulation, numbers: range) -> Block:
    return asyncio.run(play_block(simulation, numbers))


async def play_block(simulation: Simulation, numbers: range) -> Block:
    """Play the matches of these numbers."""
    matches: list[Sequence[Any]] = []
    deliveries: list[Sequence[Any]] = []
    for number in numbers:
        seed = derive_seed(simulation.seed, number)
        rows = await play_match_rows(simulation.match, number, seed)
        matches.append(rows.match)
        deliveries += rows.deliveries
    return Block(matches=packed(matches), deliveries=packed(deliveries), balls=len(deliveries))


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRows:
    """A match as rows of the two files."""

    match: tuple[Any, ...]
    deliveries: list[tuple[Any, ...]]


async def play_match_rows(match: SingleMatch, number: int, seed: int) -> MatchRows:
    """Play one match of the simulation: the episode that `captains play` plays with this seed."""
    spec = match.with_seed(seed).spec()
    balls: list[tuple[BallBowled, float]] = []
    result = await play_episode(
        spec,
        models=shipped_models(),
        on_ball=lambda ball, luck: balls.append((ball, luck)),
        with_events=False,
    )
    first_id = 1 + (number * 2 * SQUAD_SIZE if match.squads == DEFAULT_SQUADS else 0)
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


class CannotWrite(OSError):
    """A folder that cannot take the two files: the message says why."""


class Files:
    """The two files under their final names, once both are complete; else nothing is left of them,
    nor of a folder that was made for them. Raises `CannotWrite` where they cannot be begun.
    """

    def __init__(self, out: Path) -> None:
        self._paths = [out / "matches.csv.gz", out / "deliveries.csv.gz"]
        self._parts = [path.with_name(f"{path.name}.part") for path in self._paths]
        self._files: list[IO[bytes]] = []
        self._made: list[Path] = []
        try:
            self._made = [folder for folder in (out, *out.parents) if not folder.exists()]
            out.mkdir(parents=True, exist_ok=True)
            if taken := next((path for path in self._paths if path.is_dir()), None):
                raise IsADirectoryError(EISDIR, f"{taken.name} is a folder")
            for part in self._parts:
                self._files.append(part.open("wb"))
        except OSError as error:
            self._leave_nothing()
            why = f"{out} cannot be written: {error.strerror}"
            raise CannotWrite(f"{why}; allowed: a folder that can be made and written") from None

    def __enter__(self) -> Files:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            for file, path in zip(self._files, self._paths, strict=True):
                with naming(path):
                    file.close()
            if kind is None:
                for part, path in zip(self._parts, self._paths, strict=True):
                    part.replace(path)
        finally:
            self._leave_nothing()

    def _leave_nothing(self) -> None:
        """Nothing that is unfinished, and no folder that is empty and was not there before."""
        for file, part in zip(self._files, self._parts, strict=False):
            with suppress(OSError):  # a full disk says so once
                file.close()
            part.unlink(missing_ok=True)
        for folder in self._made:
            with suppress(OSError):
                folder.rmdir()

    def write(self, matches: bytes, deliveries: bytes) -> None:
        """Raises `OSError`, with the file's name, where the disk takes no more."""
        for file, path, piece in zip(self._files, self._paths, (matches, deliveries), strict=True):
            with naming(path):
                file.write(piece)


def packed(rows: Sequence[Sequence[Any]]) -> bytes:
    """Rows as a compressed piece of CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return gzip.compress(text.getvalue().encode(), GZIP_LEVEL, mtime=0)
