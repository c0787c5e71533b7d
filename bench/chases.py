"""Win probability against real chases: `python -m bench.chases DIR [--without SEASON=FILE …]`.

DIR holds the ball-by-ball files that the ball model is fitted to. At the state before each over of
the clean chases of T20 majors 2019-24, V is read between usual sides: who plays is known, how good
they are and what the day is like is not. What is not known (venue, day, innings, strengths) is a
normal shift of the score; the first innings alone says what it may be. The baseline is a logistic
regression fitted to the same states of the other seasons.

V sees no result of a chase: its coefficients are fitted to deliveries, and calibrated to outcomes
by over and to the spread of first innings. They saw the season's deliveries, unless `--without`
names those that did not (`python -m engine.chance.fit DIR --without SEASON --out FILE`).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from engine.chance import BallModel
from engine.chance.coefficients import digest_of, parse_coefficients, shipped_assumptions
from engine.chance.conditions import spreads_of_conditions
from engine.chance.design import T20_FAMILY
from engine.chance.fit import read_family
from engine.chance.fitting.reading import Deliveries
from engine.chance.solving import CHASE, FIRST, solved
from engine.chance.usual import Stage
from engine.chance.worth import worth_of
from engine.cricket.formats import BALLS_PER_OVER, T20
from engine.cricket.players import Game
from engine.cricket.state import ALL_OUT

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

SEASONS: Final = tuple(range(2019, 2025))
BINS: Final = 10
SURE: Final = 1e-3  # the log loss of a sure thing that fails is finite
# One standard deviation of what two drawn squads' players add to an innings, in runs: 300 of them.
STRENGTHS_RUNS: Final = 6.6
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
_ROUNDS: Final = 40
_RIDGE: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """Chases before each over. `won` 1, ½ tied or 0; `target` the score that wins."""

    season: Ints
    left: Ints
    lost: Ints
    needed: Ints
    target: Ints
    won: Floats

    def of(self, rows: npt.NDArray[np.bool_]) -> States:
        return States(**{name: getattr(self, name)[rows] for name in self.__slots__})


def states_of(d: Deliveries) -> States:
    """The chases of the seasons in `d`."""
    chase = d.take(np.flatnonzero((d.innings == 2) & np.isin(d.year, SEASONS)))
    new = np.r_[True, chase.match[1:] != chase.match[:-1]]
    starts = np.flatnonzero(new)
    ends = np.r_[starts[1:], len(chase)] - 1
    made = chase.bat + chase.wides + chase.no_balls + chase.byes + chase.leg_byes
    short = chase.target[ends] - chase.runs[ends] - made[ends]
    won = np.where(short <= 0, 1.0, np.where(short == 1, 0.5, 0.0))
    over = chase.legal // BALLS_PER_OVER
    begins = new | np.r_[True, over[1:] != over[:-1]]
    rows = np.flatnonzero(begins & (chase.legal % BALLS_PER_OVER == 0))
    return States(
        season=chase.year[rows],
        left=T20.max_balls - chase.legal[rows],
        lost=chase.wickets[rows],
        needed=(chase.target - chase.runs)[rows],
        target=chase.target[rows],
        won=np.repeat(won, ends - starts + 1)[rows],
    )


def value_of(at: States, season: int, model: BallModel) -> Floats:
    """V of each state between usual sides, what is not known averaged over."""
    stage = Stage(format=T20, era=season, game=Game.MEN)
    found = solved(stage, model, ALL_OUT)
    first, chase = (worth_of(stage, model, ALL_OUT, which) for which in (FIRST, CHASE))
    spreads = spreads_of_conditions(model.coefficients, stage.format, stage.game)
    unit, unit_first = chase.conditions[-1, 0], first.conditions[-1, 0]
    shared = spreads.venue**2 + spreads.day**2
    total = shared + spreads.innings**2 + (STRENGTHS_RUNS / unit) ** 2
    learnt = unit_first * shared / (unit_first**2 * total + first.variance[-1, 0])
    usual = found.cap - found.even(CHASE)[-1, 0]
    mean = learnt * (at.target - 1 - usual)
    deviation = np.sqrt(total - learnt * unit_first * shared)
    value = np.zeros(len(at.left))
    for node, weight in zip(_NODES, _WEIGHTS / _WEIGHTS.sum(), strict=True):
        shift = chase.in_conditions(at.left, at.lost, mean + node * deviation)
        place = np.clip(found.top - at.needed + shift, 0, found.top)
        low = np.minimum(place.astype(np.intp), found.top - 1)
        values = found.values[CHASE][at.left, at.lost]
        rows = np.arange(len(low))
        value += weight * (
            values[rows, low] * (low + 1 - place) + values[rows, low + 1] * (place - low)
        )
    return value


def logistic_of(at: States) -> Floats:
    """The chance by a logistic regression, for each season fitted to the others."""
    features = _features(at)
    chances = np.zeros(len(at.won))
    for season in SEASONS:
        there = at.season == season
        weights = _fitted(features[~there], at.won[~there])
        chances[there] = 1.0 / (1.0 + np.exp(-features[there] @ weights))
    return chances


def _features(at: States) -> Floats:
    """Balls left, wickets in hand, runs needed, required rate, their products, and bends."""
    left, needed = at.left / T20.max_balls, at.needed / 150.0
    hand = (ALL_OUT - at.lost) / ALL_OUT
    rate = np.minimum(at.needed * BALLS_PER_OVER / at.left, 36.0) / 10.0
    plain = [left, hand, needed, rate]
    products = [a * b for i, a in enumerate(plain) for b in plain[i:]]
    bends = [np.log(at.needed + 1.0), np.log(at.left), np.sqrt(left), hand**3, rate**3]
    columns = np.stack([*plain, *products, *bends], axis=1)
    scaled = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    return np.column_stack([np.ones(len(left)), scaled])


def _fitted(features: Floats, won: Floats) -> Floats:
    """Newton's method with a ridge."""
    weights = np.zeros(features.shape[1])
    for _ in range(_ROUNDS):
        chances = 1.0 / (1.0 + np.exp(-features @ weights))
        slope = features.T @ (chances - won) + _RIDGE * weights
        bend = (features * (chances * (1.0 - chances))[:, None]).T @ features
        weights -= np.linalg.solve(bend + _RIDGE * np.eye(len(weights)), slope)
    return weights


def scores(chances: Floats, won: Floats) -> dict[str, float]:
    sure = np.clip(chances, SURE, 1.0 - SURE)
    loss = -(won * np.log(sure) + (1.0 - won) * np.log(1.0 - sure)).mean()
    return {"brier": float(((chances - won) ** 2).mean()), "log_loss": float(loss)}


def table(chances: Floats, won: Floats) -> list[dict[str, float]]:
    """Ten bins of the stated chance, each with its mean and with what came."""
    place = np.minimum((chances * BINS).astype(np.intp), BINS - 1)
    return [
        {
            "from": k / BINS,
            "states": int((place == k).sum()),
            "stated": float(chances[place == k].mean()),
            "came": float(won[place == k].mean()),
        }
        for k in range(BINS)
    ]


def measured(at: States, models: Mapping[int, BallModel]) -> dict[str, Any]:
    """Everything that is reported; `models` by season."""
    value = np.zeros(len(at.won))
    for season in SEASONS:
        there = at.season == season
        value[there] = value_of(at.of(there), season, models[season])
    logistic = logistic_of(at)
    return {
        "states": len(at.won),
        "value": {**scores(value, at.won), "bins": table(value, at.won)},
        "logistic": {**scores(logistic, at.won), "bins": table(logistic, at.won)},
        "by_season": {
            str(season): {
                "value": scores(value[at.season == season], at.won[at.season == season])["brier"],
                "logistic": scores(logistic[at.season == season], at.won[at.season == season])[
                    "brier"
                ],
            }
            for season in SEASONS
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.chases", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("directory", metavar="DIR", type=Path)
    parser.add_argument("--without", metavar="SEASON=FILE", nargs="*", default=[])
    parser.add_argument("--out", metavar="FILE", type=Path)
    given = parser.parse_args()
    apart = _apart(given.without)
    models = {season: apart.get(season, BallModel.shipped()) for season in SEASONS}
    found = {
        "data": "T20 men, major, clean chases before each over, Cricsheet (ODC-By 1.0)",
        "seasons": list(SEASONS),
        "seasons_that_the_value_did_not_see": sorted(apart),
        "coefficients": {str(season): model.digest for season, model in models.items()},
        **measured(states_of(read_family(given.directory, T20_FAMILY)), models),
    }
    text = json.dumps(found, indent=1) + "\n"
    if given.out is not None:
        given.out.write_text(text)
    print(text)


def _apart(named: Sequence[str]) -> dict[int, BallModel]:
    """Models of coefficients that were fitted without a season, by that season."""
    found = {}
    for text in named:
        season, _, path = text.partition("=")
        content = Path(path).read_bytes()
        found[int(season)] = BallModel(
            parse_coefficients(content), shipped_assumptions(), digest=digest_of(content)
        )
    return found


if __name__ == "__main__":
    main()
