"""A start state as people write it, and the state of a match that it stands for.

An entry of a pack knows no players: batters are named by their place in the squad's order, bowlers
by their place among those who bowl, the last man of the order first. Every squad has six who bowl,
so an entry fits any two squads. What it does not state is shared out (`engine.packs.sharing`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from engine.cricket.choices import Seat
from engine.cricket.errors import BadStart
from engine.cricket.formats import BALLS_PER_OVER, SUPER_OVER, Format
from engine.cricket.laws import SUPER_OVER_WICKETS, start_innings
from engine.cricket.players import MIN_BOWLERS, SQUAD_SIZE, PlayerIndex
from engine.cricket.start import Start
from engine.cricket.state import ALL_OUT, BatterLine, Extras, Innings, Squads
from engine.packs.sharing import (
    RUNS_OFF_A_BALL,
    USUAL_WICKETS,
    WEIGHTS,
    Total,
    bowler_lines,
    credited,
    dismissed,
    finished_innings,
    in_order,
    off_the_bat,
    ranked_bowlers,
    shared,
)

MOST_RUNS: Final = 999
MOST_BALLS: Final = 300
MOST_IN_AN_OVER: Final = RUNS_OFF_A_BALL * BALLS_PER_OVER + 1
_LEVEL_RATE: Final = 8  # runs an over of the level match before a super over, if none is stated

Place = Annotated[int, Field(strict=True, ge=1, le=SQUAD_SIZE)]
Runs = Annotated[int, Field(strict=True, ge=0, le=MOST_RUNS)]
Wickets = Annotated[int, Field(strict=True, ge=0, le=ALL_OUT)]
Balls = Annotated[int, Field(strict=True, ge=0, le=MOST_BALLS)]
Overs = Annotated[int, Field(strict=True, ge=0, le=MOST_BALLS // BALLS_PER_OVER)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AtTheCrease(Part):
    """A batter who is in: his place in the order, runs made and balls faced."""

    place: Place
    runs: Runs = 0
    balls: Balls = 0


class ExtrasSoFar(Part):
    wides: Runs = 0
    no_balls: Runs = 0
    byes: Runs = 0
    leg_byes: Runs = 0

    @property
    def total(self) -> int:
        return self.wides + self.no_balls + self.byes + self.leg_byes


class FirstInnings(Part):
    """The innings that is chased. `balls`: all of them unless the side was all out."""

    runs: Runs
    wickets: Wickets = USUAL_WICKETS
    balls: Balls | None = None

    @property
    def total(self) -> Total:
        return Total(**self.model_dump())


class Situation(Part):
    """Where play begins: an innings in progress, between two overs, or one about to begin.

    `innings` 1 or 2; 2 needs `first_innings`. Once `overs` are bowled, two batters are at the
    crease. `bowlers`: overs bowled so far, the last man of the order who bowls first; `last_bowler`
    is a place in that list, from 1.
    """

    batting: Seat
    innings: Annotated[int, Field(strict=True, ge=1, le=2)]
    first_innings: FirstInnings | None = None
    overs: Overs
    score: Runs = 0
    wickets: Wickets = 0
    striker: AtTheCrease | None = None
    non_striker: AtTheCrease | None = None
    out: tuple[Place, ...] = Field(default=(), max_length=ALL_OUT - 1)
    extras: ExtrasSoFar = ExtrasSoFar()
    bowlers: tuple[Overs, ...] = Field(default=(), max_length=MIN_BOWLERS)
    last_bowler: Annotated[int, Field(strict=True, ge=1, le=MIN_BOWLERS)] | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Situation:
        for holds, rule in _rules(self):
            if not holds:
                raise ValueError(rule)
        return self

    @property
    def at_the_crease(self) -> tuple[AtTheCrease, ...]:
        return tuple(batter for batter in (self.striker, self.non_striker) if batter)

    @property
    def others_runs(self) -> int:
        """What the batters who are out have made together."""
        return self.score - self.extras.total - sum(b.runs for b in self.at_the_crease)

    @property
    def others_balls(self) -> int:
        """What the batters who are out have faced together."""
        faced = self.overs * BALLS_PER_OVER + self.extras.no_balls
        return faced - sum(b.balls for b in self.at_the_crease)

    def start(self, fmt: Format, squads: Squads) -> Start:
        """The state in a match of `fmt` between `squads`; `check_start` holds it to the Laws."""
        if self.overs >= fmt.max_overs:
            raise BadStart(f"overs {self.overs}: allowed: below {fmt.max_overs} in {fmt.name}")
        if self.first_innings is None:
            return Start(innings=self._innings(fmt, squads, None))
        first = finished_innings(self.first_innings.total, 1, self.batting.other, fmt, squads)
        return Start(innings=self._innings(fmt, squads, first.runs + 1), finished=(first,))

    def _innings(self, fmt: Format, squads: Squads, target: int | None) -> Innings:
        opening = start_innings(
            number=self.innings, batting=self.batting, format_=fmt, target=target
        )
        if not (self.striker and self.non_striker and self.last_bowler):
            return opening
        bowlers = ranked_bowlers(squads, self.batting.other)
        overs = dict(zip(bowlers, self.bowlers, strict=False))
        took = shared(self.wickets, [overs.get(b, 0) > 0 for b in bowlers])
        extras = Extras(**self.extras.model_dump())
        charged = self.score - extras.byes - extras.leg_byes
        balls = {b: n * BALLS_PER_OVER for b, n in overs.items()}
        return replace(
            opening,
            runs=self.score,
            wickets=self.wickets,
            legal_balls=self.overs * BALLS_PER_OVER,
            striker=PlayerIndex(self.striker.place - 1),
            non_striker=PlayerIndex(self.non_striker.place - 1),
            last_bowler=bowlers[self.last_bowler - 1],
            extras=extras,
            batters=self._batters(credited(bowlers, took)),
            bowlers=bowler_lines(bowlers, took, charged, balls, extras),
        )

    def _batters(self, wickets_of: Sequence[PlayerIndex]) -> tuple[BatterLine, ...]:
        lines = [BatterLine() for _ in range(SQUAD_SIZE)]
        fallen = sorted(self.out)
        weights = [WEIGHTS[place - 1] for place in fallen]
        balls = shared(self.others_balls, weights)
        runs = off_the_bat(self.others_runs, balls, weights)
        for i, place in enumerate(fallen):
            lines[place - 1] = dismissed(runs[i], balls[i], wickets_of[i])
        for batter in self.at_the_crease:
            lines[batter.place - 1] = BatterLine(position=1, runs=batter.runs, balls=batter.balls)
        return in_order(lines)


def _a_word(given: object) -> object:
    """A literal takes 1 for true, as Python does."""
    if isinstance(given, bool):
        return given
    raise ValueError("input should be true")


class SuperOver(Part):
    """Straight into a super over. `target`: the other side has batted, and this is to be made.
    `level`: what both sides made in the match before.
    """

    batting: Seat
    super_over: Annotated[Literal[True], BeforeValidator(_a_word)]
    target: Annotated[int, Field(strict=True, ge=1, le=MOST_IN_AN_OVER)] | None = None
    level: Runs | None = None

    def start(self, fmt: Format, squads: Squads) -> Start:
        opened = self.batting if self.target is None else self.batting.other
        level, most = self.level, RUNS_OFF_A_BALL * fmt.max_balls
        if level is None:
            level = fmt.max_overs * _LEVEL_RATE
        if level > most:
            raise BadStart(f"level {level}: allowed: 0 to {most} off {fmt.max_balls} balls")
        made = Total(runs=level)
        first = finished_innings(made, 1, opened.other, fmt, squads)
        second = finished_innings(made, 2, opened, fmt, squads, target=level + 1)
        opening = Innings(
            number=3,
            batting=opened,
            format=SUPER_OVER,
            target=None,
            max_wickets=SUPER_OVER_WICKETS,
        )
        if self.target is None:
            return Start(innings=opening, finished=(first, second))
        made = Total(runs=self.target - 1, wickets=0)
        third = finished_innings(made, 3, opened, SUPER_OVER, squads)
        chase = Innings(
            number=4,
            batting=self.batting,
            format=SUPER_OVER,
            target=self.target,
            max_wickets=SUPER_OVER_WICKETS,
        )
        return Start(innings=chase, finished=(first, second, third))


def _form(given: object) -> str:
    """Which kind of start it is; what is wrong with it is then said of that kind alone."""
    if isinstance(given, SuperOver) or (isinstance(given, dict) and "super_over" in given):
        return "super_over"
    return "innings" if isinstance(given, Situation | dict) else "toss"


_Middle = Annotated[SuperOver, Tag("super_over")] | Annotated[Situation, Tag("innings")]
StartState = Annotated[_Middle, Discriminator(_form)]
EntryStart = Annotated[
    Annotated[Literal["toss"], Tag("toss")]
    | Annotated[SuperOver, Tag("super_over")]
    | Annotated[Situation, Tag("innings")],
    Discriminator(_form),
]


def _rules(s: Situation) -> Iterator[tuple[bool, str]]:
    """What must hold in any format; each says what is allowed."""
    chasing, target = s.innings == 2, s.first_innings.runs + 1 if s.first_innings else MOST_RUNS
    yield s.first_innings is not None or not chasing, "first_innings: missing; innings 2 needs it"
    yield s.first_innings is None or chasing, "first_innings: allowed: with innings 2 only"
    yield s.score < target, f"score {s.score}: allowed: below the target, {target}"
    yield s.wickets < ALL_OUT, f"wickets {s.wickets}: allowed: 0 to {ALL_OUT - 1}"
    yield s.wickets == len(s.out), f"wickets {s.wickets}: allowed: as many as `out` has places"
    begun = bool(s.overs)
    crease = "striker and non_striker: allowed: both, and once overs were bowled only"
    yield bool(s.striker) == bool(s.non_striker) == begun, crease
    places = {*s.out, *(b.place for b in s.at_the_crease)}
    alone = len(places) == len(s.out) + len(s.at_the_crease)
    yield alone, "striker, non_striker and out: allowed: each place once"
    for b in s.at_the_crease:
        most = RUNS_OFF_A_BALL * b.balls
        yield b.runs <= most, f"place {b.place}: runs {b.runs}: allowed: 0 to {most}"
    yield from _rest(s)
    yield sum(s.bowlers) == s.overs, f"bowlers: {sum(s.bowlers)} overs: allowed: {s.overs} in all"
    last = s.last_bowler
    used = last is not None and last <= len(s.bowlers) and s.bowlers[last - 1] > 0
    yield used == begun, f"last_bowler {last}: allowed: a place in `bowlers` that has overs"


def _rest(s: Situation) -> Iterator[tuple[bool, str]]:
    """The runs and balls that are neither extras nor of the batters at the crease."""
    out, balls, runs = len(s.out), s.others_balls, s.others_runs
    yield balls >= out, f"balls: {balls} of the balls bowled are left for the {out} who are out"
    yield out > 0 or balls == 0, f"balls: {balls} of the balls bowled were faced by nobody"
    most = RUNS_OFF_A_BALL * balls if out else 0
    left = f"score {s.score}: {runs} runs are left for the batters who are out"
    yield 0 <= runs <= most, f"{left}: allowed: 0 to {most}"
