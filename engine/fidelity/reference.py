"""The real tables as they ship: aggregates of the ball-by-ball data, with where they come from.

`engine/fidelity/real.json` is what `python -m engine.fidelity.real DIR` wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import orjson
from pydantic import BaseModel, ConfigDict

from engine.fidelity.tables import Table

FILE: Final = "real.json"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RealTable(_Strict):
    """A `Table` as JSON: null where nothing was seen."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    n: tuple[float, ...]
    se: tuple[tuple[float | None, ...], ...]

    def as_table(self) -> Table:
        return Table(
            rows=self.rows,
            columns=self.columns,
            values=np.array(self.values, dtype=np.float64),
            n=np.array(self.n, dtype=np.float64),
            se=np.array(self.se, dtype=np.float64),
        )


class RealSet(_Strict):
    """The tables of one set of matches. `seasons` how many of them each calendar year has."""

    title: str
    format: str
    matches: int
    deliveries: int
    seasons: dict[int, int]
    tables: dict[str, RealTable]
    by_season: RealTable

    def as_tables(self) -> dict[str, Table]:
        return {name: table.as_table() for name, table in self.tables.items()}


class Reference(_Strict):
    """Every set by its name: `T20`, `ODI`, `T20 women`."""

    version: int
    attribution: str
    provenance: dict[str, object]
    sets: dict[str, RealSet]
    short_matches: RealTable


@cache
def shipped_reference() -> Reference:
    return Reference.model_validate(orjson.loads(files(__package__).joinpath(FILE).read_bytes()))


def set_name(format_name: str, *, women: bool) -> str:
    return f"{format_name} women" if women else format_name


def shares_of_seasons(seasons: Mapping[int, int]) -> dict[int, float]:
    """How much of a set each season is."""
    total = sum(seasons.values())
    return {year: count / total for year, count in sorted(seasons.items())}
