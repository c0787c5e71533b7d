"""When a league is over: the file's `stop`, stated before the first ball.

Looks are at fixed numbers of pairs: `match.pairs` first, then every so many more. Which results are
looked at does not depend on when they came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import (
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from tournaments.entrants import EntrantFault
from tournaments.fields import Strict, broken_rule
from tournaments.stats.scale import FURTHEST_ELO
from tournaments.text import shown

MOST_STOP_PAIRS: Final = 100_000
MOST_LOOKS: Final = 50  # each costs a tenth of a second, once
STOPPABLE: Final = ("round_robin", "gauntlet")

Scores = Literal["raw", "adjusted"]

_ELO: Final = f"-{FURTHEST_ELO:,.0f} to {FURTHEST_ELO:,.0f}"


class _Rule(Strict):
    """What both rules have in common."""

    every: int | None = Field(
        default=None,
        ge=1,
        le=MOST_STOP_PAIRS,
        title="Every",
        description="How many pairs are added from one look to the next: from 1; left out, "
        "`match.pairs`.",
        examples=[10],
    )
    scores: Scores = Field(
        default="raw",
        title="Scores",
        description="raw (results as they were) or adjusted (with the luck taken out).",
        examples=["raw"],
    )


class StopRanked(_Rule):
    """Until every two neighbours of the table are told apart, or known to be as good."""

    when: Literal["ranked"] = Field(
        title="When", description="ranked, or `sprt` instead of it.", examples=["ranked"]
    )
    max_pairs: int = Field(
        ge=2,
        le=MOST_STOP_PAIRS,
        title="Most pairs",
        description="How many pairs of every pairing are played at most, decided or not: from "
        f"`match.pairs` to {MOST_STOP_PAIRS:,}.",
        examples=[50],
    )
    margin_elo: float = Field(
        default=25.0,
        ge=0,
        le=FURTHEST_ELO,
        title="Margin",
        description="Within how many Elo two captains are as good as each other: 0 to "
        f"{FURTHEST_ELO:,.0f}.",
        examples=[25],
    )
    alpha: float = Field(
        default=0.05,
        gt=0,
        lt=0.5,
        title="Alpha",
        description="The chance to be wrong about any gap at any look: above 0, below 0.5.",
        examples=[0.05],
    )
    allocate: Literal["even", "adaptive"] = Field(
        default="even",
        title="Where pairs go",
        description="even (every pairing gets as many) or adaptive (half of them go where the "
        "order is least certain).",
        examples=["even"],
    )

    def looks(self, first: int) -> tuple[int, ...]:
        """After how many pairs of every pairing it looks, where a fixture begins with `first`."""
        return tuple(range(first, self.max_pairs + 1, self.every or first))


class SprtTest(_Rule):
    """Of two captains, by which of two differences their results are better told."""

    pair: Annotated[tuple[str, str], Field(strict=False)] = Field(
        title="Pair",
        description="Two captains who meet: by how much the first is better is tested.",
        examples=[["qwen", "heuristic"]],
    )
    elo0: float = Field(
        ge=-FURTHEST_ELO,
        le=FURTHEST_ELO,
        title="H0",
        description=f"The difference of hypothesis 0, in Elo of `model`: {_ELO}.",
        examples=[0],
    )
    elo1: float = Field(
        ge=-FURTHEST_ELO,
        le=FURTHEST_ELO,
        title="H1",
        description=f"The difference of hypothesis 1: {_ELO}, above `elo0`.",
        examples=[50],
    )
    model: Literal["normalized", "logistic"] = Field(
        default="normalized",
        title="Model",
        description="What the two are: normalized (Elo of standard deviations) or logistic (Elo).",
        examples=["normalized"],
    )
    alpha: float = Field(
        default=0.05,
        gt=0,
        lt=0.5,
        title="Alpha",
        description="The chance to accept H1 though H0 holds: above 0, below 0.5.",
        examples=[0.05],
    )
    beta: float = Field(
        default=0.05,
        gt=0,
        lt=0.5,
        title="Beta",
        description="The chance to accept H0 though H1 holds: above 0, below 0.5.",
        examples=[0.05],
    )
    max_pairs: int = Field(
        default=1_000,
        ge=1,
        le=MOST_STOP_PAIRS,
        title="Most pairs",
        description="How many pairs the two play at most, decided or not: from `match.pairs` to "
        f"{MOST_STOP_PAIRS:,}. More of it resumes the run.",
        examples=[1_000],
    )

    @field_validator("elo1")
    @classmethod
    def _is_above(cls, elo1: float, info: ValidationInfo) -> float:
        elo0 = info.data.get("elo0", elo1 - 1)
        if elo1 <= elo0:
            raise broken_rule(f"elo1 is {elo1:g}, elo0 {elo0:g}; allowed: elo1 above elo0")
        return elo1

    def looks(self, first: int) -> tuple[int, ...]:
        """After how many pairs of the two it looks; the cap moves none of them."""
        return tuple(range(first, self.max_pairs + 1, self.every or first))


class StopSprt(Strict):
    """Until a sequential probability ratio test of two captains accepts a hypothesis."""

    sprt: SprtTest = Field(
        title="SPRT",
        description="A test of two captains, such as {pair: [qwen, heuristic], elo0: 0, elo1: 50}, "
        "or `when: ranked` instead of it.",
        examples=[{"pair": ["qwen", "heuristic"], "elo0": 0, "elo1": 50}],
    )

    @model_validator(mode="before")
    @classmethod
    def _is_alone(cls, value: object) -> object:
        if isinstance(value, Mapping) and "when" in value:
            raise broken_rule("`when` and `sprt` are both given; allowed: one of them")
        return value


def _form(value: object) -> str:
    tests = "sprt" in value if isinstance(value, Mapping) else isinstance(value, StopSprt)
    return "by a test" if tests else "by the ranking"


Stop = Annotated[
    Annotated[StopRanked, Tag("by the ranking")] | Annotated[StopSprt, Tag("by a test")],
    Discriminator(_form),
]

STOPS: Final[tuple[type[Strict], ...]] = (StopRanked, StopSprt)


def promise(stop: StopRanked | StopSprt, pairs: int) -> dict[str, Any]:
    """What of the rule decides when it stops and what that says. The cap of a test is no part of
    it: its bounds hold however long it goes on. That of `ranked` is, in its looks: the error is
    spent over them.
    """
    if isinstance(stop, StopRanked):
        said = stop.model_dump(mode="json", exclude={"max_pairs", "every"})
        return said | {"looks": list(stop.looks(pairs))}
    test = stop.sprt
    return {"sprt": test.model_dump(mode="json", exclude={"max_pairs"})} | {
        "every": test.every or pairs
    }


def stop_faults(
    stop: StopRanked | StopSprt,
    form: Mapping[str, object],
    pairs: int,
    captains: Sequence[str],
    opponents: Sequence[str],
) -> Iterator[EntrantFault]:
    """Why this tournament cannot be stopped so."""
    if form["kind"] not in STOPPABLE:
        message = f"`stop` of {{kind: {form['kind']}}}; allowed: of {' or '.join(STOPPABLE)}"
        yield EntrantFault(at=("stop",), message=message)
        return
    if form.get("legs", 1) != 1:
        message = f"{form['legs']} legs with `stop`, which adds pairs itself; allowed: 1"
        yield EntrantFault(at=("format", "legs"), message=message)
    if isinstance(stop, StopSprt):
        yield from _test_faults(stop.sprt, pairs, captains, opponents)
    else:
        yield from _ranked_faults(stop, pairs)


def _ranked_faults(stop: StopRanked, pairs: int) -> Iterator[EntrantFault]:
    yield from _cap_faults(("stop", "max_pairs"), stop.max_pairs, pairs)
    if pairs < 2:
        message = "`stop` looks first after `pairs`, and 1 tells nothing; allowed: from 2"
        yield EntrantFault(at=("match", "pairs"), message=message)
    looks = len(stop.looks(pairs))
    if looks > MOST_LOOKS:
        message = f"{looks:,} looks; allowed: {MOST_LOOKS} at most, with more pairs in `every`"
        yield EntrantFault(at=("stop",), message=message)


def _test_faults(
    test: SprtTest, pairs: int, captains: Sequence[str], opponents: Sequence[str]
) -> Iterator[EntrantFault]:
    yield from _cap_faults(("stop", "sprt", "max_pairs"), test.max_pairs, pairs)
    everybody = [*captains, *opponents]
    at = ("stop", "sprt", "pair")
    for name in test.pair:
        if name not in everybody:
            message = f"{shown(name)} does not play; allowed: two of {', '.join(everybody)}"
            yield EntrantFault(at=at, message=message)
            return
    one, other = test.pair
    if one == other:
        yield EntrantFault(at=at, message=f"{shown(one)} twice; allowed: two captains who meet")
    elif opponents and (one in captains) == (other in captains):
        message = f"{shown(one)} and {shown(other)} do not meet; allowed: a captain, an opponent"
        yield EntrantFault(at=at, message=message)


def _cap_faults(at: tuple[str, ...], most: int, pairs: int) -> Iterator[EntrantFault]:
    if most < pairs:
        message = f"at most {most:,} pairs, where a fixture begins with {pairs:,}"
        yield EntrantFault(at=at, message=f"{message}; allowed: from {pairs:,}")
