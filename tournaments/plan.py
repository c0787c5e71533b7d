"""A tournament taken apart: fixtures, pairs, episodes, each with its id and seed.

A plan is small however many episodes it stands for: pairs and episodes are worked out when they are
asked for, and each can be asked for alone, which is what resuming and sharding need. Where it comes
from, and how it grows with the results, `tournaments.season` says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Final, NewType

from engine.seeds import Seed, derive_seed
from tournaments.digest import FileDigest
from tournaments.errors import BadOccasion
from tournaments.schedules import FINAL

Occasion = NewType("Occasion", str)
FixtureId = NewType("FixtureId", str)
EpisodeId = NewType("EpisodeId", str)

FIRST_OCCASION: Final = Occasion("1")

_OCCASION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,39}")


class Leg(StrEnum):
    """Which episode of a pair: in A the first captain has the home seat, in B the second."""

    A = "a"
    B = "b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """Two captains and the pairs that they play: numbers `first_pair` … `first_pair + pairs - 1`.

    Pair numbers go on from one meeting of the same two captains to the next, so that no seed is
    played twice; the next meeting leaves room for `at_most` pairs of this one. `stage` is the part
    of the tournament, `name` what the encounter is called where it has a name of its own.
    """

    fixture_id: FixtureId
    round: int
    first: str
    second: str
    first_pair: int
    pairs: int
    at_most: int
    stage: str = ""
    name: str = ""

    @property
    def pair_numbers(self) -> range:
        return range(self.first_pair, self.first_pair + self.pairs)

    @property
    def episodes(self) -> int:
        """How many episodes the fixture is."""
        return 2 * self.pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodePlan:
    """One episode before it is played. Both legs of a pair have the same seed."""

    episode_id: EpisodeId
    fixture_id: FixtureId
    pair: int
    leg: Leg
    seed: Seed
    home: str
    away: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Episodes that are not planned yet: so many at least and at most, and fixtures that are not;
    some of the episodes are further ones of a fixture that is.
    """

    at_least: int = 0
    at_most: int = 0
    fixtures_at_least: int = 0
    fixtures_at_most: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TournamentPlan:
    """All that is to be played on one occasion, as far as it is known. `run_id` begins every
    episode's id.

    `captains`: everybody who plays, in the file's order. `later`: how many episodes the plan can
    still grow by, at least and at most.
    """

    run_id: str
    seed: int
    occasion: Occasion
    shared_seeds: bool
    captains: tuple[str, ...]
    fixtures: tuple[Fixture, ...]
    later: Later = Later()

    @property
    def total_episodes(self) -> int:
        """How many are planned by now."""
        return sum(fixture.episodes for fixture in self.fixtures)

    @property
    def at_least(self) -> int:
        """How many episodes there will be, at least."""
        return self.total_episodes + self.later.at_least

    @property
    def at_most(self) -> int:
        return self.total_episodes + self.later.at_most

    @property
    def final(self) -> Fixture | None:
        """The match for the cup; None where there is none, and before it is known who plays it."""
        return next((fixture for fixture in self.fixtures if fixture.name == FINAL), None)

    @property
    def grows(self) -> bool:
        """Whether results may add to it."""
        return self.later.at_most > 0

    def episodes(self) -> Iterator[EpisodePlan]:
        """Every episode, fixture by fixture, the two legs of a pair side by side."""
        for fixture in self.fixtures:
            for number in fixture.pair_numbers:
                yield from self.pair(fixture, number)

    def added_since(self, before: TournamentPlan) -> Iterator[EpisodePlan]:
        """Every episode that an earlier state of this plan has not, in order."""
        had = {fixture.fixture_id: fixture.pairs for fixture in before.fixtures}
        for fixture in self.fixtures:
            for number in fixture.pair_numbers[had.get(fixture.fixture_id, 0) :]:
                yield from self.pair(fixture, number)

    def pair(self, fixture: Fixture, number: int) -> tuple[EpisodePlan, EpisodePlan]:
        """The two episodes of pair `number` of a fixture."""
        seed = self.match_seed(fixture, number)
        leg_a = self._episode(fixture, number, Leg.A, seed)
        return leg_a, self._episode(fixture, number, Leg.B, seed)

    def fixture_of(self, episode_id: str) -> str:
        """The id of the fixture that an episode of this plan belongs to."""
        return pair_of(episode_id).removeprefix(f"{self.run_id}-").rpartition("-")[0]

    def match_seed(self, fixture: Fixture, number: int) -> Seed:
        """The seed of pair `number`: one for all pairings, unless the file wants them apart.

        The file digest is no part of it: a captain more leaves the matches as they were (ADR 0007).
        """
        whose = () if self.shared_seeds else (fixture.first, fixture.second)
        return pair_seed(self.seed, self.occasion, number, whose)

    def _episode(self, fixture: Fixture, number: int, leg: Leg, seed: Seed) -> EpisodePlan:
        seats = (fixture.first, fixture.second)
        home, away = seats if leg is Leg.A else seats[::-1]
        return EpisodePlan(
            episode_id=episode_id(self.run_id, fixture.fixture_id, number, leg),
            fixture_id=fixture.fixture_id,
            pair=number,
            leg=leg,
            seed=seed,
            home=home,
            away=away,
        )


def episode_id(run: str, fixture: FixtureId, number: int, leg: Leg) -> EpisodeId:
    """What an episode is called everywhere."""
    return EpisodeId(f"{run}-{fixture}-p{number:02d}-{leg}")


def pair_seed(seed: int, occasion: Occasion, number: int, whose: Iterable[str] = ()) -> Seed:
    """Of pair `number`, in all pairings, or in that of `whose` alone."""
    return derive_seed("pair", seed, occasion, number, *sorted(whose))


def lot_seed(seed: int, occasion: Occasion) -> Seed:
    """By which lots are drawn among those who are level, anywhere in the tournament."""
    return derive_seed("lot", seed, occasion)


def pair_of(episode_id: str) -> str:
    """What the ids of both legs of a pair begin with, and no other's."""
    return episode_id.rpartition("-")[0]


def checked_occasion(text: str) -> Occasion:
    """`text` as an occasion. It names a folder: a scheduled time is `20261127T200000Z`."""
    if not _OCCASION.fullmatch(text):
        raise BadOccasion(text, "1 to 40 letters, digits and . _ + -, such as 20261127T200000Z")
    return Occasion(text)


def run_id(name: str, digest: FileDigest, occasion: Occasion) -> str:
    """What names a run in ids: the tournament, and ten digits for the file and the occasion."""
    mark = blake2b(f"{digest}/{occasion}".encode(), digest_size=5).hexdigest()
    return f"{name}-{mark}"
