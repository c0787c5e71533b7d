"""Fit the ball model to ball-by-ball CSV files and write the coefficient file that ships with the
project.

    python -m engine.chance.fit DIR [--out FILE] [--without SEASON …]

DIR holds `t20_men_deliveries.csv[.gz]`, `t20_men_matches.csv[.gz]` and the same for `odi_men` and
`t20_women`, with the columns of the Cricsheet data description. The same DIR gives the same file.
Exit 0 done, 2 the input is wrong (one line says why).

Steps: read and derive the state before each ball; a multinomial logit; players, venues and days by
pair products; the logit again with them held; the direction of pressing; splits into outcomes;
calibration by bulk play.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TextIO

import numpy as np
import orjson

from engine.chance.classes import CLASSES
from engine.chance.coefficients import (
    SCHEMA_VERSION,
    Assumptions,
    Coefficients,
    shipped_assumptions,
)
from engine.chance.design import (
    FAMILIES,
    ODI_FAMILY,
    PHASES,
    SEASONS,
    T20_FAMILY,
    WOMEN_FAMILY,
    Family,
)
from engine.chance.fitting.calibration import calibrate
from engine.chance.fitting.checks import by_season, reached, short_formats
from engine.chance.fitting.family import (
    FamilyFit,
    fit_departure,
    fit_family,
    fitted_family,
    spreads_of,
)
from engine.chance.fitting.reading import (
    BadData,
    Deliveries,
    Selection,
    columns_digest,
    read_deliveries,
    read_matches,
)
from engine.chance.fitting.seasons import REFERENCE_SINCE, Backtest, SeasonTable, season_table
from engine.chance.fitting.splits import phases_of
from engine.chance.fitting.targets import RealTable, real_table
from engine.eras import FIRST_ERA

PROGRAM_VERSION: Final = "3"
ATTRIBUTION: Final = (
    "Contains information from Cricsheet (https://cricsheet.org), made available under the Open "
    "Data Commons Attribution License v1.0. Fitted coefficients only; no deliveries are included."
)
SOURCES: Final = {
    T20_FAMILY.name: (
        "t20_men",
        Selection(tier="major", first="2014-01-01", last="2024-12-31", overs=20),
    ),
    ODI_FAMILY.name: (
        "odi_men",
        Selection(tier="fullmember", first="2015-01-01", last="2024-12-31", overs=50),
    ),
    WOMEN_FAMILY.name: (
        "t20_women",
        Selection(tier="major", first="2019-01-01", last="2024-12-31", overs=20),
    ),
}
DEFAULT_OUT: Final = Path(__file__).with_name("coefficients.json")
CALIBRATION_MATCHES: Final = 12_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The data of one family, and what they were."""

    deliveries: Deliveries
    provenance: dict[str, object]


def main(arguments: list[str] | None = None) -> int:
    """The program. Returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m engine.chance.fit", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("directory", metavar="DIR", type=Path, help="folder of the CSV files")
    parser.add_argument("--out", metavar="FILE", type=Path, default=DEFAULT_OUT)
    parser.add_argument("--matches", metavar="N", type=int, default=CALIBRATION_MATCHES)
    parser.add_argument(
        "--without", metavar="SEASON", type=int, nargs="+", default=[], help="leave them out"
    )
    given = parser.parse_args(arguments)
    try:
        coefficients = fit_directory(given.directory, matches=given.matches, without=given.without)
        given.out.write_bytes(to_json(coefficients))
    except (BadData, OSError, EOFError, UnicodeDecodeError) as problem:
        print(f"fit: {problem}", file=sys.stderr)
        return 2
    print(f"wrote {given.out}")
    return 0


def fit_directory(
    directory: Path, *, matches: int = CALIBRATION_MATCHES, without: Sequence[int] = ()
) -> Coefficients:
    """Everything from files to coefficients; `without` seasons, to test on them. Raises
    `BadData` or `OSError` where a file cannot be used.
    """
    if not directory.is_dir():
        raise BadData(f"{directory} is not a folder")
    sources = {name: _read(directory, *wanted, without) for name, wanted in SOURCES.items()}
    fits = fit_families({name: source.deliveries for name, source in sources.items()})
    tables = {f.name: (f, _targets(f, sources[f.name].deliveries, fits[f.name])) for f in FAMILIES}
    assumptions = shipped_assumptions()
    final = calibrate(starting_with(fits), assumptions, tables, matches)
    provenance = _provenance(sources, fits, matches)
    provenance["reached"] = _reached(final, assumptions, tables, matches)
    provenance["short_formats"] = short_formats(final, assumptions, matches // 2)
    provenance["by_season"] = {
        f.name: by_season(
            final,
            assumptions,
            family=f,
            deliveries=sources[f.name].deliveries,
            matches=matches // 3,
        )
        for f in (T20_FAMILY, ODI_FAMILY)
    }
    return final.model_copy(update={"provenance": provenance})


def fit_families(deliveries: Mapping[str, Deliveries]) -> dict[str, FamilyFit]:
    """Every family by name; the women's departs from the men's T20."""
    fits = {f.name: fit_family(f, deliveries[f.name]) for f in (T20_FAMILY, ODI_FAMILY)}
    women = deliveries[WOMEN_FAMILY.name]
    fits[WOMEN_FAMILY.name] = fit_departure(WOMEN_FAMILY, women, fits[T20_FAMILY.name])
    return fits


def starting_with(fits: Mapping[str, FamilyFit]) -> Coefficients:
    """What is fitted ball by ball: the calibration's start."""
    reference = fits[T20_FAMILY.name]
    return Coefficients(
        version=SCHEMA_VERSION,
        families={name: fitted_family(fit, reference) for name, fit in fits.items()},
        spreads=spreads_of(reference),
        provenance={},
    )


def _targets(family: Family, d: Deliveries, fit: FamilyFit) -> RealTable:
    """The real table of a family; for T20 that of the seasons of the target tables. Of women there
    are too few matches a season to hold each to its own.
    """
    since = REFERENCE_SINCE if family.overs == T20_FAMILY.overs else 0
    chosen = d.take(np.flatnonzero(d.year >= since))
    renumbered = np.unique(chosen.match, return_inverse=True)[1]
    table = real_table(family, replace(chosen, match=renumbered))
    if family is WOMEN_FAMILY:
        return table
    return replace(table, seasons=_seasons_played(family, d), damping=fit.seasons.damping)


def _seasons_played(family: Family, d: Deliveries) -> SeasonTable:
    """Deliveries by season, phase and class."""
    none = np.zeros(SEASONS * len(PHASES) * CLASSES)
    return season_table(none, d.year - FIRST_ERA, phases_of(family, d), d.outcome)


def to_json(coefficients: Coefficients) -> bytes:
    """The file's bytes: one row of a table a line would be long; two spaces keep it readable and
    comparable.
    """
    return orjson.dumps(coefficients.model_dump(), option=orjson.OPT_APPEND_NEWLINE)


def read_family(directory: Path, family: Family) -> Deliveries:
    """The deliveries that a family is fitted to. Raises `BadData` or `OSError`."""
    return _read(directory, *SOURCES[family.name]).deliveries


def _read(directory: Path, name: str, chosen: Selection, without: Sequence[int] = ()) -> Source:
    with _open(directory, f"{name}_matches.csv") as lines:
        played = read_matches(lines, chosen)
    kept = [(match, row) for match, row in played.items() if row.year not in without]
    matches = {match: replace(row, index=index) for index, (match, row) in enumerate(kept)}
    with _open(directory, f"{name}_deliveries.csv") as lines:
        deliveries = read_deliveries(lines, matches)
    return Source(
        deliveries=deliveries,
        provenance={
            "file": name,
            "tier": chosen.tier,
            "from": chosen.first,
            "to": chosen.last,
            **({"without": list(without)} if without else {}),
            "clean_matches": len(matches),
            "deliveries": len(deliveries),
            "columns_sha256": columns_digest(deliveries),
        },
    )


@contextmanager
def _open(directory: Path, name: str) -> Iterator[TextIO]:
    """A CSV file, plain or gzipped, as text."""
    plain, packed = directory / name, directory / f"{name}.gz"
    if plain.exists():
        with plain.open(encoding="utf-8", newline="") as lines:
            yield lines
    elif packed.exists():
        with gzip.open(packed, "rt", encoding="utf-8", newline="") as lines:
            yield lines
    else:
        raise BadData(f"{directory} has no {name} or {name}.gz")


def _provenance(
    sources: dict[str, Source], fits: dict[str, FamilyFit], matches: int
) -> dict[str, object]:
    return {
        "program": f"engine.chance.fit {PROGRAM_VERSION}",
        "attribution": ATTRIBUTION,
        "data": {name: source.provenance for name, source in sources.items()},
        "fit": {
            name: {
                "log_likelihood": round(fit.logit.log_likelihood, 1),
                "log_likelihood_per_delivery": round(fit.logit.log_likelihood / fit.deliveries, 5),
                "steps": fit.logit.steps,
                "held_out": {key: round(value, 5) for key, value in fit.held_out.items()},
            }
            for name, fit in fits.items()
        },
        "seasons": {name: _seasons(fit.seasons) for name, fit in fits.items()},
        "calibration_matches": matches,
    }


def _seasons(tested: Backtest) -> dict[str, object]:
    """How seasons after the data are forecast, and by how much such forecasts missed."""
    return {
        "damping": tested.damping.factor,
        "window": tested.damping.window,
        "forecasts": tested.forecasts,
        "runs_per_100_balls_rmse": {str(k): v for k, v in tested.runs.items()},
        "sixes_per_100_balls_rmse": {str(k): v for k, v in tested.sixes.items()},
    }


def _reached(
    final: Coefficients,
    assumptions: Assumptions,
    tables: Mapping[str, tuple[Family, RealTable]],
    matches: int,
) -> dict[str, object]:
    """Real against simulated, on matches that the calibration has not seen."""
    return {
        name: reached(final, assumptions, family=family, real=real, matches=matches)
        for name, (family, real) in tables.items()
    }


if __name__ == "__main__":
    sys.exit(main())
