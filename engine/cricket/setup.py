"""What is settled before the toss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.cricket.choices import Seat
from engine.cricket.errors import BadSquad
from engine.cricket.formats import Format
from engine.cricket.start import Start, check_start
from engine.cricket.state import Conditions, Squads

# Two batters a side may be dismissed in each super over and are then barred: after four, three are
# left.
MAX_SUPER_OVERS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What of a match chance settled before the toss: both `squads`, venue, day and innings. What
    somebody chose is nobody's luck.
    """

    squads: bool = False
    conditions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Captaincy:
    """What the captains are taken to be worth beside the baseline, in the log-odds of conditions:
    on every ball that their side bats, then on every ball that it bowls. A guess that a value may
    start from; it moves no ball.
    """

    home: tuple[float, float] = (0.0, 0.0)
    away: tuple[float, float] = (0.0, 0.0)

    def towards_runs(self, batting: Seat) -> float:
        """What both add to an innings."""
        home, away = (self.home, self.away) if batting is Seat.HOME else (self.away, self.home)
        return home[0] - away[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchSetup:
    """`max_super_overs` 0…4; a tie after them stands.

    With a `start` there is no toss: play begins there. Raises `BadStart` where no match gets there,
    and `BadSquad` where men would meet women.
    """

    format: Format
    squads: Squads
    conditions: Conditions = Conditions()
    max_super_overs: int = 3
    start: Start | None = None
    drawn: Drawn = Drawn()
    captaincy: Captaincy = Captaincy()

    def __post_init__(self) -> None:
        if not 0 <= self.max_super_overs <= MAX_SUPER_OVERS:
            raise ValueError(
                f"max_super_overs {self.max_super_overs} is outside 0…{MAX_SUPER_OVERS}"
            )
        home, away = self.squads.home, self.squads.away
        if home.game is not away.game:
            raise BadSquad(away.name, f"{away.game.value} cannot play {home.game.value}")
        if home.game is not self.conditions.game:
            raise ValueError("both squads play the game of the conditions")
        if self.start is not None:
            check_start(self.start, self.format, self.squads)
