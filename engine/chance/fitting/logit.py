"""A ridge-penalised multinomial logit on a sparse design, solved with L-BFGS.

The only module that imports scipy: playing a match needs numpy alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.linalg import solve_triangular
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from engine.chance.classes import CLASSES, Floats, Ints
from engine.chance.design import FACTORS, Family, Situations, factor_offsets, factor_shapes, weights

# A coefficient is drawn from N(0, 1/RIDGE): the log-odds of one factor rarely exceed 1 (about the
# spread found).
RIDGE: Final = 2.0
# How a time of the innings departs from what all times share: N(0, 1/10), a third of a log-odds.
RIDGE_OF_BANDS: Final = 10.0
# What a family has of its own against the one it departs from: N(0, 1/40), a sixth of a log-odds;
# its overall level is free.
RIDGE_OF_DEPARTURE: Final = 40.0
RIDGE_OF_LEVEL: Final = 0.1
MAX_STEPS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class LogitFit:
    """`coefficients` (rows, classes), rows as `factor_offsets` stacks them; `log_likelihood`
    without the penalty.
    """

    coefficients: Floats
    log_likelihood: float
    steps: int


def design_matrix(family: Family, at: Situations) -> Any:
    """The sparse matrix (situations, rows) of every factor's weights."""
    offsets = factor_offsets(family)
    parts = weights(family, at)
    columns = np.concatenate([parts[f].columns + offsets[f] for f in FACTORS], axis=1)
    values = np.concatenate([parts[f].values for f in FACTORS], axis=1)
    n, width = columns.shape
    starts = np.arange(0, n * width + 1, width)
    matrix = csr_matrix((values.ravel(), columns.ravel(), starts), shape=(n, offsets["end"]))
    matrix.eliminate_zeros()
    return matrix


def ridge_of(family: Family) -> Floats:
    """The penalty of every row: heavier for what one band of time has of its own."""
    shapes, offsets = factor_shapes(family), factor_offsets(family)
    ridge = np.full(offsets["end"], RIDGE)
    for name, axis in (("wickets", 1), ("settled", 0), ("order", 0), ("rate", 0)):
        rows = np.arange(int(np.prod(shapes[name]))).reshape(shapes[name])
        own = np.take(rows, np.arange(len(family.band)), axis=axis)
        ridge[offsets[name] + own.ravel()] = RIDGE_OF_BANDS
    return ridge


def ridge_of_departure(family: Family) -> Floats:
    """The penalty where a family is fitted as a departure from another: rare cells stay the
    other's.
    """
    ridge = np.maximum(ridge_of(family), RIDGE_OF_DEPARTURE)
    ridge[factor_offsets(family)["intercept"]] = RIDGE_OF_LEVEL
    return ridge


def log_probabilities(predictor: Floats) -> Floats:
    """Log-softmax over the last axis."""
    shifted = predictor - predictor.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def log_likelihood(predictor: Floats, outcome: Ints) -> float:
    """The log-likelihood of `outcome` (n,) in nats, given the predictor (n, classes)."""
    return float(log_probabilities(predictor)[np.arange(len(outcome)), outcome].sum())


def _predictor(matrix: Any, beta: Floats, offset: Floats | None) -> Floats:
    plain = matrix @ beta
    return np.asarray(plain if offset is None else plain + offset)


def fit_logit(
    matrix: Any,
    outcome: Ints,
    ridge: Floats,
    *,
    start: Floats | None = None,
    offset: Floats | None = None,
) -> LogitFit:
    """Maximise the penalised likelihood with L-BFGS, in coordinates where its curvature is near
    one: the columns of the design are far from independent.

    `ridge` (rows); `offset` (n, classes) is added to the predictor; `start` where to begin.
    """
    roots = _curvature_roots(matrix, outcome, ridge)
    observed = np.zeros((matrix.shape[0], CLASSES))
    index = np.arange(len(outcome))
    observed[index, outcome] = 1.0
    transposed = matrix.T.tocsr()
    counts = transposed @ observed

    def loss(flat: Floats) -> tuple[float, Floats]:
        beta = _solved(roots, flat.reshape(-1, CLASSES), transposed=True)
        logs = log_probabilities(_predictor(matrix, beta, offset))
        value = -float(logs[index, outcome].sum()) + 0.5 * float((ridge[:, None] * beta**2).sum())
        gradient = transposed @ np.exp(logs) - counts + ridge[:, None] * beta
        return value, _solved(roots, gradient, transposed=False).ravel()

    beta = np.zeros((matrix.shape[1], CLASSES)) if start is None else start
    first = np.stack([root.T @ beta[:, c] for c, root in enumerate(roots)], axis=1)
    found = minimize(
        loss,
        first.ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": MAX_STEPS, "maxcor": 20, "ftol": 1e-9, "gtol": 1e-3},
    )
    beta = _solved(roots, found.x.reshape(-1, CLASSES), transposed=True)
    return LogitFit(
        coefficients=beta,
        log_likelihood=log_likelihood(_predictor(matrix, beta, offset), outcome),
        steps=int(found.nit),
    )


def _curvature_roots(matrix: Any, outcome: Ints, ridge: Floats) -> list[Floats]:
    """For each class the Cholesky root of the penalised likelihood's curvature, as it is where all
    chances are the overall shares.
    """
    gram = (matrix.T @ matrix).toarray()
    share = (np.bincount(outcome, minlength=CLASSES) + 1.0) / (len(outcome) + CLASSES)
    return [np.linalg.cholesky(p * (1.0 - p) * gram + np.diag(ridge)) for p in share]


def _solved(roots: Sequence[Floats], values: Floats, *, transposed: bool) -> Floats:
    """Every class's column with its root divided out."""
    trans = 1 if transposed else 0
    columns = [
        solve_triangular(root, values[:, c], lower=True, trans=trans)
        for c, root in enumerate(roots)
    ]
    return np.stack(columns, axis=1)
