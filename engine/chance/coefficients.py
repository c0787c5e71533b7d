"""The shipped coefficients: their schema, and the loader. No other module of this room reads what
decides a match: `kept` reads only what would be worked out the same.

`coefficients.json` is what `python -m engine.chance.fit` wrote from data; `assumed.json` holds what
the data cannot show, each entry with its reason and the cap that the loader enforces.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Annotated, Final, Literal, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.chance.classes import CLASSES
from engine.chance.design import FAMILIES, PHASES, factor_shapes

SCHEMA_VERSION: Final = 3

Row = Annotated[tuple[float, ...], Field(min_length=CLASSES, max_length=CLASSES)]


class _Strict(BaseModel):
    # Who only wants the digest waits for no models to be made.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Directions(_Strict):
    """Shifts of the classes' log-odds for one unit of each effect.

    One unit of `scoring`, `economy` or `conditions` is 1 in the log-odds of a boundary against no
    boundary in T20. Aggression `a` in place of the natural `n` shifts the predictor by
    `(pressing(a) - pressing(n)) * press + (overreaching(a) - overreaching(n)) * overreach`, with
    the functions of `engine.chance.aggression`.
    """

    scoring: Row
    economy: Row
    conditions: Row
    press: Row
    overreach: Row


class ConditionSpreads(_Strict):
    """Standard deviations of what venue, day and innings add to scoring, in units of
    `Directions.conditions`. Both innings share the first two.
    """

    venue: float
    day: float
    innings: float


class FittedFamily(_Strict):
    """One family of formats. `factors` rows in the order of `design.factor_shapes`, classes last.

    `splits` phase → outcome key → chance of the outcome given its class.
    """

    factors: dict[str, tuple[Row, ...]]
    directions: Directions
    conditions: ConditionSpreads
    splits: dict[str, dict[str, float]]

    @model_validator(mode="after")
    def _phases(self) -> Self:
        if tuple(self.splits) != PHASES:
            raise ValueError(f"splits are for {', '.join(PHASES)}")
        return self


class Spreads(_Strict):
    """Standard deviations of players' skills over a population, in the units of `Directions`.

    Batters by place in the order (1…11); `*_correlation` between a player's two skills.
    """

    scoring: Annotated[tuple[float, ...], Field(min_length=11, max_length=11)]
    survival: Annotated[tuple[float, ...], Field(min_length=11, max_length=11)]
    batting_correlation: float
    economy: float
    strike: float
    bowling_correlation: float


class Coefficients(_Strict):
    """All that was fitted. `provenance` says from what, how, and how well."""

    version: int
    families: dict[str, FittedFamily]
    spreads: Spreads
    provenance: dict[str, object]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.version != SCHEMA_VERSION:
            raise ValueError(f"version {self.version}, this program reads {SCHEMA_VERSION}")
        for family in FAMILIES:
            for name, shape in factor_shapes(family).items():
                rows = 1
                for size in shape:
                    rows *= size
                if len(self.families[family.name].factors[name]) != rows:
                    raise ValueError(f"factor {family.name}/{name} needs {rows} rows")
        return self


class Assumption(_Strict):
    """What a choice does that the ball-by-ball data cannot show, by class of ball, in log-odds.

    `when` names the options that must all hold (see `engine.chance.matchups`). No shift may exceed
    `cap`. `basis` tells what published tables show (`measured`: styles of bowlers) from what is
    `assumed`.
    """

    basis: Literal["measured", "assumed"]
    when: dict[str, tuple[str, ...]]
    shift: dict[str, float]
    reason: str
    cap: Annotated[float, Field(gt=0.0, le=1.5)]

    @model_validator(mode="after")
    def _capped(self) -> Self:
        worst = max((abs(value) for value in self.shift.values()), default=0.0)
        if worst > self.cap:
            raise ValueError(f"shift {worst} is beyond the cap {self.cap}: {self.reason}")
        return self


class Assumptions(_Strict):
    version: int
    entries: tuple[Assumption, ...]


def parse_coefficients(text: bytes) -> Coefficients:
    """Coefficients from JSON; pydantic's `ValidationError` (a `ValueError`) says what is wrong."""
    return Coefficients.model_validate(orjson.loads(text))


def digest_of(*texts: bytes) -> str:
    """Sixteen hex digits that change when any byte does."""
    digest = blake2b(digest_size=8)
    for text in texts:
        digest.update(len(text).to_bytes(8, "little") + text)
    return digest.hexdigest()


@cache
def shipped_bytes(name: str) -> bytes:
    """A data file of this room, as shipped."""
    return files("engine.chance").joinpath(name).read_bytes()


def shipped_digest(assumption_scale: float = 1.0) -> str:
    """Of the shipped ball model, without making it; the assumed coefficients times a factor."""
    return digest_of(
        shipped_bytes("coefficients.json"),
        shipped_bytes("assumed.json"),
        str(assumption_scale).encode(),
    )


@cache
def shipped_coefficients() -> Coefficients:
    return parse_coefficients(shipped_bytes("coefficients.json"))


@cache
def shipped_assumptions() -> Assumptions:
    return Assumptions.model_validate(orjson.loads(shipped_bytes("assumed.json")))
