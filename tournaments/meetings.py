"""What came of a fixture: how it stands, whether it goes on, and who goes on from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from engine.seeds import derive_seed
from tournaments.formats import TieBreak
from tournaments.standings import EpisodeOutcome, Tally, tally_of

BY_MATCHES: Final = "matches"
_LUCK_DECIMALS: Final = 6  # a record has nine


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Of the whole pairs of a fixture, as its first captain sees them. `lead`: matches won less
    matches lost. `tally` is what he gathered, `other` what the second did. `luck_adjusted`: his
    score less luck, less that of the other.
    """

    pairs: int
    lead: int
    tally: Tally
    other: Tally
    luck_adjusted: float

    @property
    def points(self) -> tuple[float, float]:
        """What each has won, a tie a half; together as many as there were matches."""
        matches = 2 * self.pairs
        return (matches + self.lead) / 2, (matches - self.lead) / 2


NO_SCORE: Final = Score(pairs=0, lead=0, tally=Tally(), other=Tally(), luck_adjusted=0.0)


class PairsRule(Protocol):
    """How many pairs a fixture has, as far as its results tell: here a stopping rule comes in.

    It is asked only when all pairs so far are whole, so it sees the same in whatever order they
    ended. `at_most` pairs keep their numbers, so that a later meeting plays other seeds.
    """

    @property
    def at_first(self) -> int: ...

    @property
    def at_most(self) -> int: ...

    def more(self, score: Score) -> int:
        """How many pairs are added after these; 0 where the fixture is over."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """So many pairs, whatever comes of them."""

    at_first: int

    @property
    def at_most(self) -> int:
        return self.at_first

    def more(self, _score: Score) -> int:
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UntilDecided:
    """Goes on pair by pair while it is level, up to a cap."""

    at_first: int
    at_most: int

    def more(self, score: Score) -> int:
        return int(score.lead == 0 and score.pairs < self.at_most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who goes on. `by`: matches, or the tie break that it took."""

    winner: str
    loser: str
    by: str


def score_of(first: str, pairs: Sequence[Sequence[EpisodeOutcome]]) -> Score:
    """The score of whole pairs: the two legs of each."""
    if not pairs:
        return NO_SCORE
    legs = [leg for pair in pairs for leg in pair]
    lead = sum(_won_by(first, leg) for leg in legs)
    luck = sum(leg.luck if leg.home == first else -leg.luck for leg in legs)
    return Score(
        pairs=len(pairs),
        lead=lead,
        tally=Tally.sum(tally_of(leg, first) for leg in legs),
        other=Tally.sum(tally_of(leg, leg.other(first)) for leg in legs),
        luck_adjusted=round(lead - 2 * luck, _LUCK_DECIMALS),
    )


def decide(
    captains: tuple[str, str],
    score: Score,
    tie_break: TieBreak,
    *,
    seeds: Mapping[str, int],
    lot: int,
) -> Decision:
    """Who of two goes on from an encounter that is over. `seeds`, 1 the best; `lot`: a seed."""
    first, second = captains
    lead: float = score.lead
    by: str = BY_MATCHES
    if lead == 0:
        by = tie_break
        lead = _broken(captains, score, tie_break, lot)
    if lead == 0:
        by, lead = "higher_seed", seeds[second] - seeds[first]
    winner, loser = (first, second) if lead > 0 else (second, first)
    return Decision(winner=winner, loser=loser, by=by)


def _broken(captains: tuple[str, str], score: Score, tie_break: TieBreak, lot: int) -> float:
    """Above 0 for the first, below for the second, 0 where this does not tell them apart."""
    match tie_break:
        case "net_run_rate":
            return float(score.tally.net_run_rate)
        case "luck_adjusted":
            return score.luck_adjusted
        case "lot":
            first, second = (derive_seed("lot", lot, *sorted(captains), name) for name in captains)
            return 1.0 if first < second else -1.0
        case "higher_seed":
            return 0.0


def _won_by(captain: str, leg: EpisodeOutcome) -> int:
    if leg.winner is None:
        return 0
    return 1 if leg.winner == captain else -1
