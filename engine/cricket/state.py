"""The state of a match: frozen values, advanced by `laws.after_delivery`.

The lines of batters and bowlers are the scorecard; nothing else counts runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.cricket.choices import Field, Seat
from engine.cricket.formats import BALLS_PER_OVER, Format
from engine.cricket.outcomes import NOT_OUT, Dismissal
from engine.cricket.players import SQUAD_SIZE, Game, PlayerIndex, Squad
from engine.eras import CURRENT_ERA, FIRST_ERA, LAST_ERA

ALL_OUT: Final = SQUAD_SIZE - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What pitch and day do to scoring, in log-odds towards runs; 0 is average.

    `venue` is known before the toss; `day` and `innings` (one a main innings; a super over takes
    the first) are found out by playing. `era` is the season, 2014…2027, whose scoring is played,
    `game` whose game.
    """

    venue: float = 0.0
    day: float = 0.0
    innings: tuple[float, float] = (0.0, 0.0)
    era: int = CURRENT_ERA
    game: Game = Game.MEN

    def __post_init__(self) -> None:
        if not FIRST_ERA <= self.era <= LAST_ERA:
            raise ValueError(f"era {self.era} is outside {FIRST_ERA}…{LAST_ERA}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatterLine:
    """One batter's innings. `balls` faced: legal balls and no-balls (wides are not faced).
    `position` 1…11, 0 not yet in.
    """

    position: int = 0
    runs: int = 0
    balls: int = 0
    fours: int = 0
    sixes: int = 0
    dismissal: Dismissal | None = None
    bowler: PlayerIndex | None = None

    @property
    def is_out(self) -> bool:
        return self.dismissal is not None and self.dismissal not in NOT_OUT


@dataclass(frozen=True, slots=True, kw_only=True)
class BowlerLine:
    """One bowler's analysis. `overs` begun (what the quota counts); `balls` legal; `runs` charged
    to him.
    """

    overs: int = 0
    balls: int = 0
    runs: int = 0
    wickets: int = 0
    wides: int = 0
    no_balls: int = 0
    maidens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    wides: int = 0
    no_balls: int = 0
    byes: int = 0
    leg_byes: int = 0
    penalty: int = 0

    @property
    def total(self) -> int:
        return self.wides + self.no_balls + self.byes + self.leg_byes + self.penalty


@dataclass(frozen=True, slots=True, kw_only=True)
class Innings:
    """One innings at one moment. `number` 1, 2; super overs 3, 4, 5 …

    `target` is the score that wins (None when batting first). `max_wickets` 10, or 2 in a super
    over. `striker`, `non_striker` and `bowler` are None while nobody has been chosen. `repeat`
    counts the deliveries already bowled for the coming legal ball (wides and no-balls before it).
    `over_charged` runs charged to the bowler in this over. `held_field`: the field that may not be
    changed for a free hit (ICC 21.19.2). `closed`: nobody is left to come in.
    """

    number: int
    batting: Seat
    format: Format
    target: int | None
    max_wickets: int = ALL_OUT
    runs: int = 0
    wickets: int = 0
    legal_balls: int = 0
    repeat: int = 0
    free_hit: bool = False
    striker: PlayerIndex | None = None
    non_striker: PlayerIndex | None = None
    bowler: PlayerIndex | None = None
    last_bowler: PlayerIndex | None = None
    over_charged: int = 0
    held_field: Field | None = None
    closed: bool = False
    extras: Extras = Extras()
    batters: tuple[BatterLine, ...] = (BatterLine(),) * SQUAD_SIZE
    bowlers: tuple[BowlerLine, ...] = (BowlerLine(),) * SQUAD_SIZE
    barred_batters: frozenset[PlayerIndex] = frozenset()
    barred_bowler: PlayerIndex | None = None

    @property
    def fielding(self) -> Seat:
        return self.batting.other

    @property
    def is_super_over(self) -> bool:
        return self.number > 2

    @property
    def over(self) -> int:
        """Overs completed, 0-based number of the over in progress."""
        return self.legal_balls // BALLS_PER_OVER

    @property
    def balls_left(self) -> int:
        return self.format.max_overs * BALLS_PER_OVER - self.legal_balls

    @property
    def needed(self) -> int | None:
        """Runs still to make to win; None when batting first."""
        return None if self.target is None else max(0, self.target - self.runs)

    @property
    def is_over_complete(self) -> bool:
        """Between overs: the last legal ball was the sixth (or none was bowled yet)."""
        return self.legal_balls % BALLS_PER_OVER == 0 and self.repeat == 0

    @property
    def is_all_out(self) -> bool:
        return self.closed or self.wickets >= self.max_wickets

    @property
    def is_complete(self) -> bool:
        """Law 13.3 and 16: overs bowled, side all out, or target reached."""
        if self.target is not None and self.runs >= self.target:
            return True
        return (
            self.closed
            or self.wickets >= self.max_wickets
            or self.legal_balls >= self.format.max_overs * BALLS_PER_OVER
        )


def overs_notation(legal_balls: int) -> str:
    """Legal balls as a scorebook writes them: 75 balls are `12.3`."""
    return f"{legal_balls // BALLS_PER_OVER}.{legal_balls % BALLS_PER_OVER}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Squads:
    """The two teams; the squad belongs to the seat."""

    home: Squad
    away: Squad

    def of(self, seat: Seat) -> Squad:
        return self.home if seat is Seat.HOME else self.away


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchView:
    """All that both captains may know between two balls. Hidden choices and the random streams are
    not in it.
    """

    format: Format
    squads: Squads
    venue: float
    era: int = CURRENT_ERA
    finished: tuple[Innings, ...] = ()
    innings: Innings | None = None
