"""One family of formats, fitted: logit, effects, logit again with the effects held, directions,
splits.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import numpy as np

from engine.chance.classes import CLASSES, BallClass, Floats
from engine.chance.coefficients import ConditionSpreads, Directions, FittedFamily, Spreads
from engine.chance.design import FACTORS, ORDERS, Family, factor_offsets, factor_shapes
from engine.chance.fitting.effects import (
    ORDER_GROUPS,
    Effects,
    estimate_effects,
    offsets_of,
    residuals,
    without_wicket,
)
from engine.chance.fitting.logit import (
    LogitFit,
    design_matrix,
    fit_logit,
    log_likelihood,
    log_probabilities,
    ridge_of,
    ridge_of_departure,
)
from engine.chance.fitting.pressing import Pressing, pressing_of
from engine.chance.fitting.reading import Deliveries
from engine.chance.fitting.seasons import (
    REFERENCE_SINCE,
    Backtest,
    SeasonTable,
    about,
    backtest,
    extended,
    season_table,
    smoothed,
)
from engine.chance.fitting.situations import situations_of
from engine.chance.fitting.splits import splits_of

DECIMALS: Final = 4  # a ten-thousandth in log-odds is far below any standard error here
# Kinds of dismissal have changed (more caught, fewer bowled); the splits are those of the targets.
SPLITS_SINCE: Final = {"t20": REFERENCE_SINCE, "odi": 0}
HOLD_OUT: Final = 10  # every tenth match is held out for the stated hold-out numbers
# A group of few players gives a wild estimate; openers' .14 and .23 are the best determined.
_LARGEST_PLAYER_SD: Final = 0.23
_LARGEST_DAY_SD: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyFit:
    """What the data of one family say, before calibration. `coefficients` (rows, classes), seasons
    smoothed and carried on.
    """

    family: Family
    logit: LogitFit
    coefficients: Floats
    effects: Effects
    pressing: Pressing
    splits: dict[str, dict[str, float]]
    seasons: Backtest
    held_out: dict[str, float]
    deliveries: int


def fit_family(family: Family, d: Deliveries) -> FamilyFit:
    """Fit one family to its deliveries."""
    at = situations_of(family, d)
    matrix = design_matrix(family, at)
    ridge = ridge_of(family)
    held_out, start = _hold_out(matrix, d, ridge)
    plain = fit_logit(matrix, d.outcome, ridge, start=start)
    found = residuals(np.exp(log_probabilities(matrix @ plain.coefficients)), d.outcome)
    effects = estimate_effects(d, found)
    offset = offsets_of(d, found, effects)
    final = fit_logit(matrix, d.outcome, ridge, start=plain.coefficients, offset=offset)
    table = season_table(final.coefficients[_season(family)], at.season, at.phase, d.outcome)
    tested = backtest(table)
    levels = extended(smoothed(table), table.last, tested.damping)
    return FamilyFit(
        family=family,
        logit=final,
        coefficients=_about_reference(family, final.coefficients, levels, table),
        effects=effects,
        pressing=pressing_of(family, final.coefficients, matrix),
        splits=splits_of(family, d.take(np.flatnonzero(d.year >= SPLITS_SINCE[family.name]))),
        seasons=tested,
        held_out={**held_out, "in_sample_without_players": plain.log_likelihood / len(d)},
        deliveries=len(d),
    )


def fit_departure(family: Family, d: Deliveries, base: FamilyFit) -> FamilyFit:
    """Fit a family of few matches as a departure from another: what they do not show stays as it is
    there.
    """
    at = situations_of(family, d)
    matrix = design_matrix(family, at)
    ridge = ridge_of_departure(family)
    known = matrix @ base.coefficients
    held_out, start = _hold_out(matrix, d, ridge, known)
    plain = fit_logit(matrix, d.outcome, ridge, start=start, offset=known)
    predicted = known + matrix @ plain.coefficients
    found = residuals(np.exp(log_probabilities(predicted)), d.outcome)
    offset = known + offsets_of(d, found, base.effects)
    final = fit_logit(matrix, d.outcome, ridge, start=plain.coefficients, offset=offset)
    table = season_table(final.coefficients[_season(family)], at.season, at.phase, d.outcome)
    own = final.coefficients.copy()
    own[_season(family)] = smoothed(table).reshape(-1, CLASSES)
    return FamilyFit(
        family=family,
        logit=final,
        coefficients=base.coefficients + own,
        effects=base.effects,
        pressing=base.pressing,
        splits=splits_of(family, d),
        seasons=base.seasons,
        held_out={**held_out, "in_sample_without_players": plain.log_likelihood / len(d)},
        deliveries=len(d),
    )


def _season(family: Family) -> slice:
    offsets = factor_offsets(family)
    return slice(offsets["season"], offsets["end"])


def _about_reference(
    family: Family, coefficients: Floats, levels: Floats, table: SeasonTable
) -> Floats:
    """The coefficients with the mean of the reference seasons moved from the seasons' rows to those
    of time, so that a season tells how it differs from them.
    """
    mean = about(levels, table, REFERENCE_SINCE)
    moved, offsets, shapes = coefficients.copy(), factor_offsets(family), factor_shapes(family)
    late = np.array(family.time) <= family.death
    times = np.tile(np.where(late[:, None], mean[2], mean[1]), (2, 1))
    for name, shift in (("time", times), ("powerplay", mean[0] - mean[1])):
        rows = slice(offsets[name], offsets[name] + int(np.prod(shapes[name])))
        moved[rows] += shift
    moved[_season(family)] = (levels - mean).reshape(-1, CLASSES)
    return moved


def _hold_out(
    matrix: Any, d: Deliveries, ridge: Floats, known: Floats | None = None
) -> tuple[dict[str, float], Floats]:
    """Mean log-likelihood of the held-out matches, of the logit and of the bare class shares; and
    the logit's start. `known` is added to the predictor.
    """
    offset = np.zeros((len(d), CLASSES)) if known is None else known
    out = d.match % HOLD_OUT == 0
    rows, rest = np.flatnonzero(out), np.flatnonzero(~out)
    train = fit_logit(matrix[rest], d.outcome[rest], ridge, offset=offset[rest])
    seen = np.bincount(d.outcome[rest], minlength=CLASSES) + 1.0
    share = np.log(seen / seen.sum())
    predictor = matrix[rows] @ train.coefficients + offset[rows]
    n = max(len(rows), 1)
    numbers = {
        "matches_share": 1.0 / HOLD_OUT,
        "log_likelihood_per_delivery": log_likelihood(predictor, d.outcome[rows]) / n,
        "class_shares_alone": float(share[d.outcome[rows]].sum()) / n,
    }
    return numbers, train.coefficients


def fitted_family(fit: FamilyFit, reference: FamilyFit) -> FittedFamily:
    """The shipped form. Directions are in the units of `reference` (T20), so that one spread of
    skills serves all formats.
    """
    offsets = factor_offsets(fit.family)
    ends = [*(offsets[f] for f in FACTORS[1:]), offsets["end"]]
    factors = {
        name: _rows(fit.coefficients[offsets[name] : end])
        for name, end in zip(FACTORS, ends, strict=True)
    }
    unit = reference.effects
    directions = Directions(
        scoring=_row(without_wicket(fit.effects.batter.direction) / unit.batter.boundary),
        economy=_row(-without_wicket(fit.effects.bowler.direction) / unit.bowler.boundary),
        conditions=_row(fit.effects.day.direction / unit.day.boundary),
        press=_row(reference.pressing.press),
        overreach=_row(reference.pressing.overreach),
    )
    return FittedFamily(
        factors=factors,
        directions=directions,
        conditions=_conditions_of(unit),
        splits=fit.splits,
    )


def _rows(table: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(_row(row - row[BallClass.DOT]) for row in table)


def _row(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(v), DECIMALS) + 0.0 for v in values)


def _conditions_of(effects: Effects) -> ConditionSpreads:
    """The spreads of conditions that pair products show: a start that the calibration moves, but
    for the proportion of venue and day.
    """
    venue = min(effects.venue.runs / effects.day.runs, 0.95)
    day = min(effects.day.boundary, _LARGEST_DAY_SD)
    innings = effects.innings.runs / effects.day.runs
    own = min(day * sqrt(max(innings**2 - 1.0, 0.01)), _LARGEST_DAY_SD)
    return ConditionSpreads(
        venue=round(day * venue, DECIMALS),
        day=round(day * sqrt(1.0 - venue**2), DECIMALS),
        innings=round(own, DECIMALS),
    )


def spreads_of(fit: FamilyFit) -> Spreads:
    """The spreads of skills in the reference family."""
    effects = fit.effects
    weights = [high - low + 1 for low, high in ORDER_GROUPS]
    pooled = sum(w * v for w, v in zip(weights[:2], effects.by_order[:2], strict=True)) / sum(
        weights[:2]
    )
    scoring, survival = [], []
    for (low, high), runs, wicket in zip(
        ORDER_GROUPS, effects.by_order, effects.wicket_by_order, strict=True
    ):
        sd = effects.batter.boundary * sqrt(runs / pooled)
        scoring += [min(sd, _LARGEST_PLAYER_SD)] * (high - low + 1)
        survival += [min(sqrt(wicket), _LARGEST_PLAYER_SD)] * (high - low + 1)
    return Spreads(
        scoring=_row(np.array(scoring[:ORDERS])),
        survival=_row(np.array(survival[:ORDERS])),
        batting_correlation=round(-effects.batter.correlation, DECIMALS),
        economy=round(effects.bowler.boundary, DECIMALS),
        strike=round(effects.bowler.wicket_sd, DECIMALS),
        bowling_correlation=round(-effects.bowler.correlation, DECIMALS),
    )
