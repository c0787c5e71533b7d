"""`captains fidelity`: baseline against baseline, held against the real tables.

The vectorised simulator plays in this process; the engine itself in the processes of a pool. What
is found is one report, for the terminal, as JSON, and as a page.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import BaseModel

from engine.captains import resolve
from engine.chance import BallModel
from engine.cricket.formats import format_named
from engine.cricket.nodes import BallBowled
from engine.cricket.players import Game
from engine.episode import play_episode
from engine.fidelity import (
    GROUPS,
    LAYOUTS,
    WIDER,
    Fold,
    Line,
    Plan,
    PlayedMatch,
    RealSet,
    Table,
    Verdict,
    add_all,
    compare,
    compare_season,
    fold,
    of_matches,
    set_name,
    shipped_reference,
    simulate,
    tables_of,
)
from engine.models import Models
from engine.seeds import Streams, derive_seed
from engine.setup import DRAWN_GAMES, squads_named
from engine.spec import EpisodeSpec
from flows.pool import ProcessPool

MATCHES: Final = {"T20": 20_000, "ODI": 10_000}  # errors far below what is allowed
PIECE: Final = 20  # matches that a process of the pool plays before it answers

Through = Literal["vectorised", "engine"]
Heard = Callable[[int], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to check. `era` None draws the seasons of the real matches."""

    format: str
    game: Game
    matches: int
    seed: int
    era: int | None = None
    through: Through = "vectorised"
    processes: int = 1

    @property
    def real(self) -> RealSet:
        name = set_name(self.format, women=self.game is Game.WOMEN)
        return shipped_reference().sets[name]

    @property
    def scale(self) -> float:
        """How much wider than a T20's the tolerances are."""
        return 1.0 if self.format == "T20" and self.game is Game.MEN else WIDER

    @property
    def informs_only(self) -> bool:
        """The women's verdicts do not fail the command: there are few matches to know it from."""
        return self.game is Game.WOMEN

    def plan(self) -> Plan:
        seasons = self.real.seasons if self.era is None else {self.era: 1}
        return Plan.of_seasons(LAYOUTS[self.format], self.game, self.matches, self.seed, seasons)


class LineReport(BaseModel):
    """A check, in the JSON of `captains fidelity --json`. `real` is null for a season to come."""

    table: str
    row: str
    column: str
    real: float | None
    simulated: float | None
    allowed: float | None
    verdict: Verdict
    standard_errors: float | None
    real_se: float | None

    @classmethod
    def of(cls, line: Line) -> LineReport:
        return cls(
            table=line.table,
            row=line.row,
            column=line.column,
            real=_rounded(line.real),
            simulated=_rounded(line.simulated),
            allowed=_rounded(line.allowed),
            verdict=line.verdict,
            standard_errors=None if line.errors is None else round(line.errors, 2),
            real_se=None if line.real_se is None else _rounded(line.real_se),
        )


def _rounded(value: float) -> float | None:
    return round(value, 6) if value == value else None  # noqa: PLR0124 (not a number)


class FidelityReport(BaseModel):
    """The JSON of `captains fidelity --json`."""

    format: str
    game: str
    through: str
    matches: int
    real_matches: int
    seed: int
    era: int | None
    coefficients: str
    seconds: float
    matches_per_s: float
    tolerance_scale: float
    informs_only: bool
    passed: int
    failed: int
    uncertain: int
    shown: int
    lines: list[LineReport]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A finished check: the report, and the tables that its page draws."""

    wanted: Wanted
    report: FidelityReport
    lines: list[Line]
    tables: dict[str, Table]

    @property
    def failed(self) -> list[Line]:
        return [line for line in self.lines if line.verdict is Verdict.FAIL]


def known_of(report: FidelityReport) -> str:
    """How many real matches it is held against, in words."""
    return (
        f"{report.real_matches:,} real matches"
        if report.real_matches
        else "no real match that is known"
    )


def doubt_of(report: FidelityReport) -> str:
    """How many of the lines that fail may do so by chance; empty where none."""
    if not report.uncertain:
        return ""
    return (
        f"{report.uncertain} of the {report.failed} miss what is allowed by less than two standard "
        "errors of the simulation: that may be chance, and more matches tell."
    )


def check(wanted: Wanted, heard: Heard = lambda _: None) -> Checked:
    """Play, fold, compare. `heard` is told how many matches have been played."""
    started_s = time.perf_counter()
    model = BallModel.shipped()
    if wanted.through == "engine":
        groups = asyncio.run(_play_engine(wanted, heard))
    else:
        groups = simulate(wanted.plan(), model, heard)
    seconds = time.perf_counter() - started_s
    tables = tables_of(groups)
    lines = _lines(wanted, tables)
    counts = Counter(line.verdict for line in lines)
    report = FidelityReport(
        format=wanted.format,
        game=wanted.game,
        through=wanted.through,
        matches=wanted.matches,
        real_matches=_real_matches(wanted),
        seed=wanted.seed,
        era=wanted.era,
        coefficients=model.digest,
        seconds=round(seconds, 3),
        matches_per_s=round(wanted.matches / seconds, 1),
        tolerance_scale=wanted.scale,
        informs_only=wanted.informs_only,
        passed=counts[Verdict.PASS],
        failed=counts[Verdict.FAIL],
        uncertain=sum(line.uncertain for line in lines),
        shown=counts[Verdict.SHOWN],
        lines=[LineReport.of(line) for line in lines],
    )
    return Checked(wanted=wanted, report=report, lines=lines, tables=tables)


def _lines(wanted: Wanted, tables: dict[str, Table]) -> list[Line]:
    if wanted.era is not None:
        season = wanted.real.by_season.as_table()
        return compare_season(season, str(wanted.era), tables, scale=wanted.scale)
    return compare(wanted.real.as_tables(), tables, scale=wanted.scale)


async def _play_engine(wanted: Wanted, heard: Heard) -> list[Fold]:
    """The same through the real engine, piece by piece in a pool of processes."""
    groups: list[list[Fold]] = [[] for _ in range(GROUPS)]
    pieces = list(_pieces(wanted))
    done = 0
    with ProcessPool(wanted.processes, BallModel.shipped) as pool:
        waiting = asyncio.Semaphore(2 * wanted.processes)

        async def play(numbers: range) -> Fold:
            async with waiting:
                return await pool.run(play_piece, wanted, numbers)

        tasks = [asyncio.create_task(play(numbers)) for numbers in pieces]
        for i, task in enumerate(tasks):
            groups[i % GROUPS].append(await task)
            done += len(pieces[i])
            heard(done)
    return [add_all(group) for group in groups if group]


def _pieces(wanted: Wanted) -> Iterator[range]:
    size = max(1, min(PIECE, wanted.matches // GROUPS))
    for first in range(0, wanted.matches, size):
        yield range(first, min(first + size, wanted.matches))


def play_piece(wanted: Wanted, numbers: range) -> Fold:
    """Matches of the check through the engine, in this process."""
    eras = wanted.plan().eras()
    overs = format_named(wanted.format).max_overs
    orders = (
        EngineMatch(
            seed=derive_seed("fidelity", wanted.seed, number),
            overs=overs,
            era=int(eras[number]),
            game=wanted.game,
        )
        for number in numbers
    )
    return fold(of_matches(map(play_engine_match, orders)), LAYOUTS[wanted.format])


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineMatch:
    """A match of baseline against baseline for the engine itself, squads drawn."""

    seed: int
    overs: int
    era: int
    game: Game


def play_engine_match(order: EngineMatch) -> PlayedMatch:
    """Play it, without luck or events."""
    drawn = next(name for name, game in DRAWN_GAMES.items() if game is order.game)
    spec = EpisodeSpec(
        episode_id="fidelity",
        seed=order.seed,
        overs=order.overs,
        home=resolve("baseline"),
        away=resolve("baseline"),
        squads=(drawn, drawn),
        era=order.era,
        max_super_overs=0,
    )
    balls: list[BallBowled] = []
    models = Models(ball=BallModel.shipped(), value_for=lambda _: None)
    asyncio.run(
        play_episode(
            spec,
            models=models,
            on_ball=lambda ball, _: balls.append(ball),
            with_events=False,
        )
    )
    squads = squads_named(spec.squads, Streams(spec.seed))
    return PlayedMatch(balls=balls, squads=(squads.home, squads.away))


def _real_matches(wanted: Wanted) -> int:
    if wanted.era is None:
        return wanted.real.matches
    seasons = wanted.real.by_season
    return dict(zip(map(int, seasons.rows), map(int, seasons.n), strict=True)).get(wanted.era, 0)


def title_of(wanted: Wanted) -> str:
    """What is compared, in a line."""
    if wanted.era is None:
        return wanted.real.title
    return f"{wanted.real.title.rpartition(', ')[0]}, season {wanted.era}"
