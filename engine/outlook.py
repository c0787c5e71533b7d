"""A match's win probability and luck as both captains may know them, for what a captain is told
while he plays.

The driver's account is the umpire's: it knows what pitch and day do, so a reward made of it would
tell. This one prices every ball that was bowled as on an average day and values it by the public
model. Its luck takes in what the day does, so its mean is zero over days, not on one of them.
"""

from __future__ import annotations

from engine.cricket.choices import Seat
from engine.cricket.distribution import OutcomeModel, WinModel
from engine.cricket.laws import start_innings
from engine.cricket.nodes import BallBowled, DeliveryContext, Fact, TossMade
from engine.cricket.outcomes import OUTCOME_INDEX
from engine.cricket.setup import MatchSetup
from engine.cricket.state import Conditions
from engine.making import maker

_context = maker(DeliveryContext)


class PublicAccount:
    """Hears the facts of one match. `home_win_probability` and `luck` are the home side's."""

    def __init__(self, setup: MatchSetup, model: OutcomeModel, value: WinModel) -> None:
        known = setup.conditions
        self._setup, self._model, self._value = setup, model, value
        self._conditions = Conditions(venue=known.venue, era=known.era, game=known.game)
        self.luck = 0.0
        self.home_win_probability = self._at_start()

    def hear(self, fact: Fact) -> None:
        if isinstance(fact, BallBowled):
            self._bowled(fact)
        elif isinstance(fact, TossMade):
            self._tossed(fact.winner)

    def _at_start(self) -> float:
        start = self._setup.start
        if start is None:
            return sum(self._first_bats(seat) for seat in Seat) / len(Seat)
        return self._of_home(start.innings.batting, self._value.of(start.innings))

    def _tossed(self, winner: Seat) -> None:
        """As the driver's: the winner is taken to field, as he usually does."""
        after = self._first_bats(winner.other)
        self.luck += after - self._at_start()
        self.home_win_probability = after

    def _first_bats(self, batting: Seat) -> float:
        start = start_innings(number=1, batting=batting, format_=self._setup.format, target=None)
        return self._of_home(batting, self._value.of(start))

    def _bowled(self, ball: BallBowled) -> None:
        values = self._value.after(ball.before)
        expected = self._model.price(self._context(ball)).mean(values)
        won = ball.after.needed == 0  # a winning hit is scored short, as in no catalogue (Law 16.6)
        after = 1.0 if won else float(values[OUTCOME_INDEX[ball.outcome.key]])
        batting = ball.before.batting
        self.home_win_probability = self._of_home(batting, after)
        self.luck += self.home_win_probability - self._of_home(batting, expected)

    def _context(self, ball: BallBowled) -> DeliveryContext:
        """The ball as it would be priced on an average day."""
        innings, squads = ball.before, self._setup.squads
        striker, bowler = innings.striker, innings.bowler
        assert striker is not None
        assert bowler is not None
        return _context(
            innings=innings,
            striker=squads.of(innings.batting)[striker],
            striker_order=striker + 1,
            balls_faced=innings.batters[striker].balls,
            bowler=squads.of(innings.fielding)[bowler],
            conditions=self._conditions,
            delivery=ball.delivery,
            shot=ball.shot,
        )

    @staticmethod
    def _of_home(batting: Seat, value: float) -> float:
        return value if batting is Seat.HOME else 1.0 - value
