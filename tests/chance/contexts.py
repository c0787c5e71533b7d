"""Situations to price, plain ones and Hypothesis strategies, for the tests of this room."""

from dataclasses import replace
from functools import cache
from typing import Any, Final

import numpy as np
from hypothesis import strategies as st

from engine.chance import BallModel, WinProbability
from engine.chance.classes import CLASS_OF, BallClass, Floats
from engine.cricket.choices import (
    DeliveryDecision,
    Field,
    Length,
    Line,
    Seat,
    Shot,
    ShotDecision,
    Variation,
)
from engine.cricket.formats import SUPER_OVER, format_of
from engine.cricket.nodes import DeliveryContext
from engine.cricket.players import Bowling, Hand, Player, Role, Skill
from engine.cricket.setup import MatchSetup
from engine.cricket.state import Conditions, Innings, Squads
from engine.squads.average import average_squad

MODEL = BallModel.shipped()
AVERAGE = Squads(home=average_squad(), away=average_squad(name="As average"))


@cache
def average_value(overs: int) -> WinProbability:
    """The win probability of a match between two average squads, neutral venue, average day."""
    return WinProbability.of_match(MatchSetup(format=format_of(overs), squads=AVERAGE), MODEL)


def new_uneven_value(overs: int) -> WinProbability:
    """Of a match in which each batter is worth less than the one before him."""
    home = average_squad()
    players = tuple(
        replace(one, skill=replace(one.skill, scoring=0.3 - 0.08 * i, survival=0.4 - 0.1 * i))
        for i, one in enumerate(home.players)
    )
    squads = replace(AVERAGE, home=replace(home, players=players))
    return WinProbability.of_match(MatchSetup(format=format_of(overs), squads=squads), MODEL)


def player(bowls: Bowling = Bowling.RIGHT_FAST, **skill: float) -> Player:
    return Player(
        name="A Player", role=Role.BATTER, bats=Hand.RIGHT, bowls=bowls, skill=Skill(**skill)
    )


def chase(overs: int = 20, **state: Any) -> Innings:
    """An innings of `overs`; `target` among `state` makes it a chase."""
    innings = Innings(number=1, batting=Seat.HOME, format=format_of(overs), target=None)
    return replace(innings, number=2 if "target" in state else 1, **state)


def context(innings: Innings | None = None, **changes: Any) -> DeliveryContext:
    """The reference choices between average players at the start of a T20, changed as told."""
    plain = DeliveryContext(
        innings=innings or chase(),
        striker=player(),
        striker_order=1,
        balls_faced=0,
        bowler=player(),
        conditions=Conditions(),
        delivery=DeliveryDecision(),
        shot=ShotDecision(),
    )
    return replace(plain, **changes)


def by_class(at: DeliveryContext, model: BallModel = MODEL) -> Floats:
    """The chance of each `BallClass`."""
    chances = model.price(at).probabilities
    return np.asarray(np.bincount(CLASS_OF, np.array(chances), minlength=len(BallClass)))


_ANY_LENGTH: Final = st.integers(1, 50)


@st.composite
def innings_states(draw: st.DrawFn, lengths: st.SearchStrategy[int] = _ANY_LENGTH) -> Innings:
    """Any moment of an innings of one of these lengths, super overs too."""
    if draw(st.booleans()) and draw(st.booleans()):
        return replace(chase(), number=3, format=SUPER_OVER, max_wickets=2)
    overs = draw(lengths)
    legal = draw(st.integers(0, overs * 6 - 1))
    state: dict[str, Any] = {
        "legal_balls": legal,
        "wickets": draw(st.integers(0, 9)),
        "runs": draw(st.integers(0, 6 * legal)),
        "free_hit": draw(st.booleans()),
    }
    if draw(st.booleans()):
        state["target"] = state["runs"] + draw(st.integers(1, 500))
    return chase(overs, **state)


@st.composite
def contexts(
    draw: st.DrawFn, largest_skill: float = 2.0, lengths: st.SearchStrategy[int] = _ANY_LENGTH
) -> DeliveryContext:
    """Anything that can be priced, with skills up to `largest_skill`, conditions up to a quarter of
    it (a season's largest are .4).
    """
    weather = st.floats(-largest_skill / 4, largest_skill / 4)
    skills = st.floats(-largest_skill, largest_skill)
    skill = {name: draw(skills) for name in ("scoring", "survival", "economy", "strike")}
    return context(
        draw(innings_states(lengths)),
        striker=replace(player(), skill=Skill(**skill), bats=draw(st.sampled_from(Hand))),
        striker_order=draw(st.integers(1, 11)),
        balls_faced=draw(st.integers(0, 150)),
        bowler=player(draw(st.sampled_from(Bowling)), **skill),
        conditions=Conditions(venue=draw(weather), day=draw(weather), innings=(0.1, -0.1)),
        delivery=DeliveryDecision(
            field=draw(st.sampled_from(Field)),
            length=draw(st.sampled_from(Length)),
            line=draw(st.sampled_from(Line)),
            variation=draw(st.sampled_from(Variation)),
        ),
        shot=ShotDecision(
            shot=draw(st.sampled_from(Shot)),
            aggression=draw(st.none() | st.floats(0.0, 1.0)),
        ),
    )
