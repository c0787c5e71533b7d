"""The ball model: what a delivery comes to, given everything that is known and everything that was
chosen.

A multinomial logit over the classes of `engine.chance.classes`, fitted to real deliveries, whose
predictor is a sum of rows: time × wickets, balls faced, natural place in the order, required rate,
skills, conditions, and the shifts of both captains' choices. The chance of a class is then split
over the outcomes of the catalogue. A pure function of the context; every chance is finite, and that
of every class above zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from engine.chance.aggression import natural_aggression, overreaching, pressing
from engine.chance.classes import CLASS_OF, Floats
from engine.chance.coefficients import (
    Assumptions,
    Coefficients,
    shipped_assumptions,
    shipped_coefficients,
    shipped_digest,
)
from engine.chance.design import FACED_BINS, FACED_STARTS, WICKETS
from engine.chance.matchups import Matchups
from engine.chance.tables import FormatTables, build_tables, in_season, rate_index
from engine.cricket.distribution import Distribution
from engine.cricket.formats import Format
from engine.cricket.nodes import DeliveryContext
from engine.cricket.players import Game, Player
from engine.cricket.state import Conditions
from engine.eras import CURRENT_ERA

_BIN_OF = tuple(sum(start <= n for start in FACED_STARTS) for n in range(FACED_STARTS[-1] + 1))


_MOST_PAIRS: Final = 1024  # of a batter and a bowler; a match has some hundred, in two views


@dataclass(frozen=True, slots=True, kw_only=True)
class _Between:
    """The effect of two players on each other, and what it was worked out for: it is found again by
    identity, as comparing players would cost more than it saves.
    """

    striker: Player
    bowler: Player
    conditions: Conditions
    tables: FormatTables
    effect: Floats


class BallModel:
    """Prices deliveries. Implements `engine.cricket.distribution.OutcomeModel`.

    `assumption_scale` multiplies every assumed match-up (0.5, 1, 1.5 for a sensitivity analysis).
    """

    __slots__ = (
        "_any_era",
        "_between",
        "_digest",
        "_last",
        "_matchups",
        "_tables",
        "coefficients",
    )

    def __init__(
        self,
        coefficients: Coefficients,
        assumptions: Assumptions,
        *,
        digest: str,
        assumption_scale: float = 1.0,
    ) -> None:
        self.coefficients = coefficients
        self._digest = digest
        self._matchups = Matchups(assumptions, assumption_scale)
        self._between: dict[tuple[int, int, int, int], _Between] = {}
        self._tables: dict[tuple[Format, Game, int], FormatTables] = {}
        self._any_era: dict[tuple[Format, Game], FormatTables] = {}
        self._last: tuple[Format, int, Game, FormatTables] | None = None

    @classmethod
    def shipped(cls, assumption_scale: float = 1.0) -> BallModel:
        """The model that ships with the project; the same object every time."""
        return _shipped(assumption_scale)

    @property
    def digest(self) -> str:
        """Changes when any coefficient or assumption does."""
        return self._digest

    @property
    def matchups(self) -> Matchups:
        return self._matchups

    def tables(self, fmt: Format, era: int = CURRENT_ERA, game: Game = Game.MEN) -> FormatTables:
        """The coefficients expanded for a format, a season and a game; computed once. Raises
        `UnknownFormat` for what is not played (women, more than 20 overs).
        """
        last = self._last
        if last is not None and last[0] is fmt and last[1] == era and last[2] is game:
            return last[3]  # hashing a format costs as much as half a price
        found = self._tables.get((fmt, game, era))
        if found is None:
            found = self._tables[fmt, game, era] = self._expand(fmt, era, game)
        self._last = (fmt, era, game, found)
        return found

    def _expand(self, fmt: Format, era: int, game: Game) -> FormatTables:
        known = self._any_era.get((fmt, game))
        if known is None:
            known = self._any_era[fmt, game] = build_tables(self.coefficients, fmt, era, game)
        return in_season(known, era)

    def price(self, context: DeliveryContext) -> Distribution:
        """The chance of every outcome of the catalogue."""
        innings = context.innings
        conditions = context.conditions
        tables = self.tables(innings.format, conditions.era, conditions.game)
        ball = min(innings.legal_balls, tables.balls - 1)
        chances = np.exp(self._predictor(context, tables, ball))
        split = tables.split[int(innings.free_hit), tables.phase.item(ball)]
        return Distribution(chances[CLASS_OF] * split)

    def log_odds(self, context: DeliveryContext) -> Floats:
        """The log-odds of the classes, (class), up to a constant."""
        innings = context.innings
        conditions = context.conditions
        tables = self.tables(innings.format, conditions.era, conditions.game)
        return self._predictor(context, tables, min(innings.legal_balls, tables.balls - 1))

    def _predictor(self, context: DeliveryContext, tables: FormatTables, ball: int) -> Floats:
        """The log-odds of the classes, up to a constant."""
        innings, shot = context.innings, context.shot
        chasing, wickets = innings.target is not None, min(innings.wickets, WICKETS - 1)
        predictor: Floats = (
            tables.base[int(chasing), ball, wickets]
            + tables.crease[ball, _bin(context.balls_faced), context.striker_order - 1]
        )
        predictor += self._effect(context, tables)
        if innings.target is not None:
            left = max(1, innings.balls_left)
            predictor += tables.rate[ball, rate_index(innings.needed or 0, left)]
        if innings.free_hit:
            predictor += tables.free_hit
        if shot.aggression is not None:
            natural = natural_aggression(innings, context.balls_faced)
            predictor += (pressing(shot.aggression) - pressing(natural)) * tables.press
            beyond = overreaching(shot.aggression) - overreaching(natural)
            if beyond:
                predictor += beyond * tables.overreach
        predictor += self._matchups.effect(
            context.delivery,
            shot.shot,
            context.bowler.bowls,
            context.striker.bats,
            tables.phase.item(ball),
        )
        return predictor

    def _effect(self, context: DeliveryContext, tables: FormatTables) -> Floats:
        """What players and conditions add, (class); the same for every ball between two players."""
        striker, bowler = context.striker, context.bowler
        key = id(striker), id(bowler), id(context.conditions), context.innings.number
        known = self._between.get(key)
        if (
            known is None
            or known.striker is not striker
            or known.bowler is not bowler
            or known.conditions is not context.conditions
            or known.tables is not tables
        ):
            if len(self._between) >= _MOST_PAIRS:
                self._between.clear()
            known = self._between[key] = _Between(
                striker=striker,
                bowler=bowler,
                conditions=context.conditions,
                tables=tables,
                effect=np.dot(_effects(context), tables.effects),
            )
        return known.effect


def _bin(faced: int) -> int:
    return _BIN_OF[faced] if faced < FACED_STARTS[-1] else FACED_BINS - 1


def _effects(context: DeliveryContext) -> tuple[float, float, float, float]:
    """How far players and conditions lie from average, in the order of `FormatTables.effects`."""
    bat, bowl = context.striker.skill, context.bowler.skill
    return (
        bat.scoring,
        bowl.economy,
        bowl.strike - bat.survival,
        towards_runs(context.conditions, context.innings.number),
    )


def towards_runs(conditions: Conditions, innings_number: int) -> float:
    """What venue, day and innings add; a super over takes the first innings' effect."""
    own = conditions.innings[1 if innings_number == 2 else 0]
    return conditions.venue + conditions.day + own


@cache
def _shipped(assumption_scale: float) -> BallModel:
    return BallModel(
        shipped_coefficients(),
        shipped_assumptions(),
        digest=shipped_digest(assumption_scale),
        assumption_scale=assumption_scale,
    )
