"""The figures of the ball model's data card, from what is written beside its coefficients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from docs.tables import table
from engine.chance.coefficients import shipped_assumptions, shipped_coefficients
from engine.fidelity.reference import shipped_reference

_SIDES: Final = ("real", "simulated")
_SEASON_COLUMNS: Final = {
    "matches": "matches",
    "first innings, real": "real_mean",
    "simulated": "simulated_mean",
    "sixes a hundred deliveries, real": "real_sixes",
    "sixes, simulated": "simulated_sixes",
}
_SHORT_COLUMNS: Final = (
    *("real matches of (how many)", "first innings, real", "simulated", "runs an over, real"),
    *("runs an over, simulated", "wickets, real", "wickets, simulated"),
)
_MEASURES: Final = {
    "first_innings_mean": "first innings, mean runs",
    "first_innings_sd": "first innings, standard deviation",
    "first_innings_wickets": "first innings, mean wickets",
    "half_way_correlation": "correlation of the two half-way scores",
    "second_innings_mean": "second innings, mean runs",
    "chase_success": "chases won",
}


def figures() -> str:
    """The tables of the data card: what was read, how well it fits, what it reaches."""
    provenance: Mapping[str, Any] = shipped_coefficients().provenance
    families = list(provenance["data"])
    return "\n".join(
        [
            *table(["", *families], _data(provenance, families)),
            "",
            *table(
                ["baseline v baseline", *(f"{f} {side}" for f in families for side in _SIDES)],
                _reached(provenance, families),
            ),
            "",
            *table(
                ["season", *_SEASON_COLUMNS],
                _by_season(provenance["by_season"]["t20"]),
            ),
            "",
            _forecast(provenance["seasons"]["t20"]),
            "",
            *table(["overs", *_SHORT_COLUMNS], _short(provenance["short_formats"])),
            "",
            _assumed(),
            "",
        ]
    )


def _data(provenance: Mapping[str, Any], families: Sequence[str]) -> Iterator[list[str]]:
    data, fit = provenance["data"], provenance["fit"]
    for key, label in (
        ("tier", "tier"),
        ("clean_matches", "matches"),
        ("deliveries", "deliveries"),
    ):
        yield [label, *(_number(data[family][key]) for family in families)]
    yield ["from, to", *(f"{data[family]['from']}, {data[family]['to']}" for family in families)]
    log_loss = "log-likelihood a delivery"
    key = "log_likelihood_per_delivery"
    yield [f"{log_loss}, fitted", *(str(fit[family][key]) for family in families)]
    for key, label in (
        ("log_likelihood_per_delivery", "on a tenth of the matches, held out"),
        ("class_shares_alone", "there, by the overall shares alone"),
    ):
        yield [f"{log_loss}, {label}", *(str(fit[f]["held_out"][key]) for f in families)]


def _reached(provenance: Mapping[str, Any], families: Sequence[str]) -> Iterator[list[str]]:
    reached = provenance["reached"]
    for key, label in _MEASURES.items():
        found = [reached[family].get(key, {}) for family in families]
        sides = [str(one.get(side, "–")) for one in found for side in _SIDES]
        yield [label, *sides]


def _by_season(seasons: Mapping[str, Any]) -> Iterator[list[str]]:
    for year, found in seasons.items():
        yield [year, *(str(found.get(key, "–")) for key in _SEASON_COLUMNS.values())]


def _forecast(tested: Mapping[str, Any]) -> str:
    runs, sixes = tested["runs_per_100_balls_rmse"], tested["sixes_per_100_balls_rmse"]
    return (
        f"T20 seasons after 2024 carry on the slope of the last {tested['window']} years, each "
        f"year's step {tested['damping']:g} of the one before. {tested['forecasts']} forecasts of "
        f"past seasons from those before them, by one, two and three years, missed by "
        f"{', '.join(str(v) for v in runs.values())} runs and "
        f"{', '.join(str(v) for v in sixes.values())} sixes a hundred balls (root mean square)."
    )


def _short(short: Mapping[str, Any]) -> Iterator[list[str]]:
    """Each length beside the real matches of its band."""
    matches = shipped_reference().short_matches.as_table()
    bands = [tuple(int(n) for n in row.split("-")) for row in matches.rows]
    for overs, found in short.items():
        at = next(i for i, band in enumerate(bands) if band[0] <= int(overs) <= band[-1])
        real = dict(zip(matches.columns, matches.values[at], strict=True))
        yield [
            overs,
            f"{matches.rows[at]} ({int(matches.n[at])})",
            f"{real['first innings']:.1f} ± {real['sd']:.1f}",
            f"{found['mean']:.1f} ± {found['sd']:.1f}",
            f"{real['first innings'] / _middle(bands[at]):.2f}",
            f"{found['mean'] / int(overs):.2f}",
            f"{real['wickets']:.1f}",
            f"{found['wickets']:.1f}",
        ]


def _middle(band: Sequence[int]) -> float:
    return (band[0] + band[-1]) / 2.0


def _assumed() -> str:
    entries = shipped_assumptions().entries
    basis = Counter(entry.basis for entry in entries)
    largest = max(abs(v) for e in entries if e.basis == "assumed" for v in e.shift.values())
    return (
        f"Match-up effects: {basis['assumed']} assumed, {basis['measured']} measured. The largest "
        f"assumed shift is {largest:g} in log-odds; no cap is above "
        f"{max(entry.cap for entry in entries):g}."
    )


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
