"""The table and the crosstable: a fold over what happened in each episode.

Every episode adds whole numbers to its two captains, so the order in which results arrive cannot
matter. An episode may be reported again (tasks run at least once, void episodes are replayed):
its latest attempt counts, once, and a void attempt never takes the place of one that counts.

What counts as what:
- a void episode counts for nobody; it is only listed;
- a forfeit is a loss for the captain who failed and a win for the other; it does not enter the
  run rate;
- net run rate = runs scored an over − runs conceded an over; a side that is all out is held to
  have faced its full quota of overs (ICC playing conditions, net run rate); super overs
  stay out of it.

The order: points, wins, net run rate, points in the matches among those still level, then a lot
drawn by the tournament's seed and the occasion. The lot is no merit: `Standing.by_lot` marks who
was placed by it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from itertools import groupby
from operator import attrgetter
from typing import Final, Self

from engine.cricket.formats import BALLS_PER_OVER
from engine.events import EndReason
from engine.seeds import derive_seed
from tournaments.spec import Points

NO_RATE: Final = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class InningsOutcome:
    """One innings. `batting` is the captain; `balls` legal ones, of at most `max_balls`."""

    batting: str
    runs: int
    wickets: int
    balls: int
    all_out: bool
    max_balls: int
    super_over: bool = False

    @property
    def balls_for_rate(self) -> int:
        return self.max_balls if self.all_out else self.balls


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeOutcome:
    """What the table needs to know of an episode. `winner` None: a tie, a void, or two forfeits.
    `luck` is the home side's, in matches.
    """

    episode_id: str
    home: str
    away: str
    winner: str | None
    end_reason: EndReason
    innings: tuple[InningsOutcome, ...] = ()
    home_fallbacks: int = 0
    away_fallbacks: int = 0
    attempt: int = 1
    luck: float = 0.0

    def other(self, captain: str) -> str:
        """Whom he met."""
        return self.away if captain == self.home else self.home

    @property
    def precedence(self) -> tuple[bool, int]:
        """Of several outcomes of one episode the greatest stands."""
        return not self.end_reason.is_void, self.attempt

    def __post_init__(self) -> None:
        captains = {self.home, self.away}
        if len(captains) != 2 or not {self.winner or self.home} <= captains:
            raise ValueError(f"{self.episode_id}: {self.winner!r} of {sorted(captains)} won")
        if not {innings.batting for innings in self.innings} <= captains:
            raise ValueError(f"{self.episode_id}: somebody else batted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What one captain has gathered. Tallies add up and are taken away again like numbers."""

    played: int = 0
    won: int = 0
    lost: int = 0
    tied: int = 0
    runs_for: int = 0
    balls_for: int = 0
    runs_against: int = 0
    balls_against: int = 0
    void: int = 0
    forfeits: int = 0
    fallbacks: int = 0

    def plus(self, other: Self, sign: int = 1) -> Self:
        """Both together; with `sign` -1, the one without the other."""
        both = zip(_COLUMNS, _values(self), _values(other), strict=True)
        return type(self)(**{column: ours + sign * theirs for column, ours, theirs in both})

    @classmethod
    def sum(cls, tallies: Iterable[Self]) -> Self:
        """All of them together."""
        columns = zip(*map(_values, tallies), strict=True)
        return cls(**dict(zip(_COLUMNS, map(sum, columns), strict=False)))

    def points(self, worth: Points) -> int:
        return self.won * worth.win + self.tied * worth.tie + self.lost * worth.loss

    @property
    def net_run_rate(self) -> Fraction:
        """In runs an over, exactly; 0 before a ball is bowled."""
        return _rate(self.runs_for, self.balls_for) - _rate(self.runs_against, self.balls_against)

    @property
    def score(self) -> float | None:
        """The mean result, a tie half: 0…1; None before anything counts."""
        return (self.won + self.tied / 2) / self.played if self.played else None


_COLUMNS: Final = tuple(column.name for column in fields(Tally))
_values: Final[Callable[[Tally], tuple[int, ...]]] = attrgetter(*_COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A row of the table. `place` from 1; `nrr` in runs an over. `by_share`: the table goes by
    points a match, as not all have played as many.
    """

    place: int
    captain: str
    played: int
    won: int
    lost: int
    tied: int
    points: int
    runs_for: int
    balls_for: int
    runs_against: int
    balls_against: int
    nrr: float
    void: int
    forfeits: int
    fallbacks: int
    by_lot: bool
    by_share: bool = False

    @property
    def drew_lots(self) -> bool:
        """Whether it took a lot to place him who has played."""
        return self.by_lot and self.played > 0


@dataclass(slots=True)
class Table:
    """All that has happened so far. `captains` in the file's order; outcomes come by `add`; `lot`
    is the seed of the lots.

    `by_share`: not all play equally often, so the share of the points that a captain could have
    won decides, and not how many he has; who has not played comes last. `has_rests`: as in a
    Swiss tournament, he has rested and stands in the middle.
    """

    captains: Sequence[str]
    points: Points = field(default_factory=Points)
    lot: int = 0
    by_share: bool = False
    has_rests: bool = False
    _latest: dict[str, EpisodeOutcome] = field(default_factory=dict, init=False, repr=False)
    _met: dict[tuple[str, str], Tally] = field(default_factory=dict, init=False, repr=False)

    def add(self, outcome: EpisodeOutcome) -> None:
        """Count an episode; raises `ValueError` when its attempt was told differently before."""
        if not {outcome.home, outcome.away} <= set(self.captains):
            raise ValueError(f"{outcome.episode_id}: not between captains of this table")
        before = self._latest.get(outcome.episode_id)
        if before is not None:
            if outcome.attempt == before.attempt and outcome != before:
                raise ValueError(f"{outcome.episode_id}: attempt {outcome.attempt} ended twice")
            if outcome.precedence <= before.precedence:
                return
            self._count(before, -1)
        self._latest[outcome.episode_id] = outcome
        self._count(outcome, 1)

    def gather(self, captain: str, other: str, ours: Tally, theirs: Tally) -> None:
        """Count what two captains gathered against each other in matches of which no other word
        will come.
        """
        self._met[captain, other] = self.against(captain, other).plus(ours)
        self._met[other, captain] = self.against(other, captain).plus(theirs)

    def latest(self, episode_id: str) -> EpisodeOutcome | None:
        """What stands of an episode; None where it was not counted here."""
        return self._latest.get(episode_id)

    def outcomes(self) -> Collection[EpisodeOutcome]:
        """What stands of every episode that was counted by `add`, void ones too."""
        return self._latest.values()

    def _count(self, outcome: EpisodeOutcome, sign: int) -> None:
        for captain, other in (outcome.home, outcome.away), (outcome.away, outcome.home):
            tally = self._met.get((captain, other), Tally())
            self._met[captain, other] = tally.plus(tally_of(outcome, captain), sign)

    def against(self, captain: str, other: str) -> Tally:
        """What `captain` gathered in its matches with `other`: a cell of the crosstable."""
        return self._met.get((captain, other), Tally())

    def total(self, captain: str, others: Iterable[str] | None = None) -> Tally:
        """What `captain` gathered against `others`, or against everybody."""
        met = self.captains if others is None else others
        return Tally.sum(self._met[captain, one] for one in met if (captain, one) in self._met)

    def worth(self, captain: str, others: Iterable[str] | None = None) -> Fraction:
        """His points against `others`, or everybody: what the table goes by first."""
        return self._worth(self.total(captain, others))

    def standings(self) -> tuple[Standing, ...]:
        """The table, best first."""
        tallies = {captain: self.total(captain) for captain in self.captains}
        merits = {captain: self._merit(tally) for captain, tally in tallies.items()}
        differ = self.by_share and len({tally.played for tally in tallies.values()}) > 1
        ordered = sorted(self.captains, key=lambda captain: merits[captain], reverse=True)
        rows: list[Standing] = []
        for _, level in groupby(ordered, key=lambda captain: merits[captain]):
            for captain, by_lot in self._among_level(list(level)):
                row = self._row(len(rows) + 1, captain, tallies[captain], by_lot=by_lot)
                rows.append(replace(row, by_share=True) if differ else row)
        return tuple(rows)

    def _worth(self, tally: Tally) -> Fraction:
        """Where shares decide, who has not played is worth the middle: he has rested, or has not
        met those with whom he is level.
        """
        if not self.by_share:
            return Fraction(tally.points(self.points))
        if not tally.played:
            return Fraction(self.points.win + self.points.loss, 2)
        return Fraction(tally.points(self.points), tally.played)

    def _merit(self, tally: Tally) -> tuple[bool, Fraction, Fraction, Fraction]:
        matches = tally.played if self.by_share else 1
        known = not self.by_share or self.has_rests or tally.played > 0
        return known, self._worth(tally), Fraction(tally.won, max(1, matches)), tally.net_run_rate

    def _among_level(self, level: list[str]) -> list[tuple[str, bool]]:
        """Captains level on merit, by the points among themselves, then by lot; was it the lot?"""
        among = {captain: self.worth(captain, level) for captain in level}
        shared = list(among.values())
        ordered = sorted(level, key=lambda captain: (-among[captain], self._lot(captain)))
        return [(captain, shared.count(among[captain]) > 1) for captain in ordered]

    def _lot(self, captain: str) -> tuple[int, str]:
        return derive_seed("lot", self.lot, captain), captain

    def _row(self, place: int, captain: str, tally: Tally, *, by_lot: bool) -> Standing:
        counts = {column: getattr(tally, column) for column in _COLUMNS}
        return Standing(
            place=place,
            captain=captain,
            points=tally.points(self.points),
            nrr=float(tally.net_run_rate),
            by_lot=by_lot,
            **counts,
        )


def tally_of(outcome: EpisodeOutcome, captain: str) -> Tally:
    """What one episode gives one of its captains."""
    fallbacks = outcome.home_fallbacks if captain == outcome.home else outcome.away_fallbacks
    if outcome.end_reason.is_void:
        return Tally(void=1, fallbacks=fallbacks)
    won = outcome.winner == captain
    if outcome.end_reason is EndReason.FORFEIT:
        lost = int(not won)
        return Tally(played=1, won=int(won), lost=lost, forfeits=lost, fallbacks=fallbacks)
    tied = outcome.winner is None
    counted = [innings for innings in outcome.innings if not innings.super_over]
    ours = [innings for innings in counted if innings.batting == captain]
    theirs = [innings for innings in counted if innings.batting != captain]
    return Tally(
        played=1,
        won=int(won),
        lost=int(not won and not tied),
        tied=int(tied),
        runs_for=sum(innings.runs for innings in ours),
        balls_for=sum(innings.balls_for_rate for innings in ours),
        runs_against=sum(innings.runs for innings in theirs),
        balls_against=sum(innings.balls_for_rate for innings in theirs),
        fallbacks=fallbacks,
    )


def _rate(runs: int, balls: int) -> Fraction:
    return Fraction(runs * BALLS_PER_OVER, balls) if balls else NO_RATE
