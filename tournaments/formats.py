"""The kinds of tournament: the file's `format`, a mapping that its `kind` tells apart."""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from pydantic import Field, field_validator

from tournaments.fields import Strict, broken_rule
from tournaments.schedules.brackets import PAGE_QUALIFIERS

MOST_LEGS: Final = 100
MOST_GROUPS: Final = 32
MOST_ROUNDS: Final = 64
MOST_BEST_OF: Final = 9_999
MOST_EXTENDED: Final = 100_000

TieBreak = Literal["net_run_rate", "luck_adjusted", "higher_seed", "lot"]
Seeding = Literal["file", "draw"]
_KIND: Final = "round_robin, gauntlet, knockout, swiss, league_playoffs, groups or ladder."


class RoundRobin(Strict):
    """Everybody meets everybody."""

    kind: Literal["round_robin"] = Field(title="Kind", description=_KIND, examples=["round_robin"])
    legs: int = Field(
        default=1,
        ge=1,
        le=MOST_LEGS,
        title="Legs",
        description=f"How often everybody meets everybody: 1 to {MOST_LEGS}.",
        examples=[1],
    )


class Gauntlet(Strict):
    """Every captain meets every opponent; captains do not meet one another."""

    kind: Literal["gauntlet"] = Field(title="Kind", description=_KIND, examples=["gauntlet"])


class Swiss(Strict):
    """In each round those meet who are level, or nearly, and have not met."""

    kind: Literal["swiss"] = Field(title="Kind", description=_KIND, examples=["swiss"])
    rounds: int | None = Field(
        default=None,
        ge=1,
        le=MOST_ROUNDS,
        title="Rounds",
        description="How many rounds: from 1 to as many as everybody can play without meeting "
        "anybody twice; left out, as many as it takes to halve the captains down to one.",
        examples=[4],
    )


class Ladder(Strict):
    """The first captains of the file stand on the rungs, the best on top; the others challenge."""

    kind: Literal["ladder"] = Field(title="Kind", description=_KIND, examples=["ladder"])
    challengers: int = Field(
        default=1,
        ge=1,
        title="Challengers",
        description="How many captains, the last of the list, play up one after the other: from 1, "
        "fewer than there are captains.",
        examples=[1],
    )


class _Encounters(Strict):
    """What the encounters of a bracket have in common."""

    best_of: int | None = Field(
        default=None,
        ge=1,
        le=MOST_BEST_OF,
        title="Best of",
        description=f"An odd number of pairs that an encounter has, 1 to {MOST_BEST_OF:,}; left "
        "out, `match.pairs`.",
        examples=[3],
    )
    extend_to: int | None = Field(
        default=None,
        ge=1,
        le=MOST_EXTENDED,
        title="Extended to",
        description="How many pairs an encounter may have at most, as it goes on pair by pair "
        "while it is level: not fewer than it begins with; left out, twice as many.",
        examples=[9],
    )
    tie_break: TieBreak = Field(
        default="net_run_rate",
        title="Tie break",
        description="Who goes on where an encounter is level to its last pair: by net_run_rate, "
        "luck_adjusted (score less luck), higher_seed or lot; what is level in this too, by the "
        "higher seed.",
        examples=["net_run_rate"],
    )
    third_place: bool = Field(
        default=False,
        title="Third place",
        description="true: the losers of the semi-finals meet too; false: they do not.",
        examples=[True],
    )

    @field_validator("best_of")
    @classmethod
    def _is_odd(cls, best_of: int | None) -> int | None:
        if best_of is not None and best_of % 2 == 0:
            near = f"{best_of - 1} or {best_of + 1}"
            raise broken_rule(f"best of {best_of} pairs; allowed: an odd number, such as {near}")
        return best_of

    def first_pairs(self, pairs: int) -> int:
        """How many pairs an encounter begins with, where a fixture has `pairs`."""
        return self.best_of or pairs

    def most_pairs(self, pairs: int) -> int:
        """How many it may come to."""
        return self.extend_to or 2 * self.first_pairs(pairs)


class Knockout(_Encounters):
    """Who loses is out."""

    kind: Literal["knockout"] = Field(title="Kind", description=_KIND, examples=["knockout"])
    seeding: Seeding = Field(
        default="file",
        title="Seeding",
        description="file (the order of the captains, the best first) or draw (by lot, from the "
        "seed and the occasion).",
        examples=["file"],
    )


class LeaguePlayoffs(_Encounters):
    """Everybody meets everybody; the best of the table play it out."""

    kind: Literal["league_playoffs"] = Field(
        title="Kind", description=_KIND, examples=["league_playoffs"]
    )
    legs: int = Field(
        default=1,
        ge=1,
        le=MOST_LEGS,
        title="Legs",
        description=f"How often everybody meets everybody in the league: 1 to {MOST_LEGS}.",
        examples=[1],
    )
    qualifiers: int = Field(
        default=PAGE_QUALIFIERS,
        ge=2,
        title="Qualifiers",
        description="How many of the table go on: from 2 to all captains; page play-offs have 4.",
        examples=[4],
    )
    playoffs: Literal["page", "knockout"] = Field(
        default="page",
        title="Play-offs",
        description="page (Qualifier 1, Eliminator, Qualifier 2, Final) or knockout (of 4: "
        "semi-finals and a final).",
        examples=["page"],
    )


class Groups(_Encounters):
    """Everybody meets everybody of his group; the best of each group play a knockout."""

    kind: Literal["groups"] = Field(title="Kind", description=_KIND, examples=["groups"])
    groups: int = Field(
        default=2,
        ge=2,
        le=MOST_GROUPS,
        title="Groups",
        description=f"How many groups: 2 to {MOST_GROUPS}, of two captains or more.",
        examples=[2],
    )
    legs: int = Field(
        default=1,
        ge=1,
        le=MOST_LEGS,
        title="Legs",
        description=f"How often everybody meets everybody of his group: 1 to {MOST_LEGS}.",
        examples=[1],
    )
    advance: int = Field(
        default=2,
        ge=1,
        title="Going on",
        description="How many of each group play the knockout: from 1 to all of the smallest.",
        examples=[2],
    )
    seeding: Seeding = Field(
        default="file",
        title="Seeding",
        description="How groups are made: file (the order of the captains, the best first, dealt "
        "there and back) or draw (by lot first).",
        examples=["file"],
    )


TournamentFormat = Annotated[
    RoundRobin | Gauntlet | Knockout | Swiss | LeaguePlayoffs | Groups | Ladder,
    Field(discriminator="kind"),
]

WithBracket = Knockout | LeaguePlayoffs | Groups

FORMATS: Final[tuple[type[Strict], ...]] = get_args(get_args(TournamentFormat)[0])
KINDS: Final = tuple(get_args(model.model_fields["kind"].annotation)[0] for model in FORMATS)
