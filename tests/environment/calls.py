"""Tool calls drawn from what is offered, calls that are anything at all, and those that come to a
given decision.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, assert_never

from hypothesis import strategies as st

from engine.calls import CricketAction
from engine.cricket.choices import (
    BatterDecision,
    BowlerDecision,
    Decision,
    DecisionKind,
    DeliveryDecision,
    ShotDecision,
    TossDecision,
)
from engine.cricket.nodes import DecisionRequest
from engine.tools import TOOLS, ToolOffer
from tests.tables import Match

KINDS = list(DecisionKind)


def open_questions() -> st.SearchStrategy[Match]:
    """Matches that stand at a question of any kind, early or late."""
    return st.builds(
        lambda seed, kind, skip: Match(seed, overs=5).to(
            kind, skip=0 if kind is DecisionKind.TOSS else skip
        ),
        st.integers(0, 50),
        st.sampled_from(KINDS),
        st.integers(0, 3),
    )


def from_schema(about: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that an argument's schema allows."""
    if "enum" in about:
        return st.sampled_from(about["enum"])
    if about["type"] == "number":
        return st.floats(about["minimum"], about["maximum"], allow_nan=False)
    alphabet = st.characters(categories=["L", "N", "P", "Zs"])
    return st.text(alphabet, min_size=about.get("minLength", 0), max_size=20).filter(
        str.isprintable
    )


def offered_call(offer: ToolOffer) -> st.SearchStrategy[CricketAction]:
    """Calls of an offered tool that its schema allows."""
    properties = offer.parameters["properties"]
    required = offer.parameters["required"]
    fewest = offer.parameters.get("minProperties", 0)
    return (
        st.fixed_dictionaries(
            {name: from_schema(properties[name]) for name in required},
            optional={
                name: from_schema(about)
                for name, about in properties.items()
                if name not in required
            },
        )
        .filter(lambda arguments: len(arguments) >= fewest)
        .map(lambda arguments: CricketAction(tool=offer.name, arguments=arguments))
    )


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
ARGUMENT_NAMES = sorted({name for tool in TOOLS.values() for name in tool.arguments.model_fields})
LIKELY = st.sampled_from(
    ["bat", "slips", "spread", "yorker", "wrong_un", "swing", "loft", "attack", "Cass Lindqvist"]
)


def any_call() -> st.SearchStrategy[CricketAction]:
    """Calls that may be legal, illegal, malformed, unknown or late."""
    return st.builds(
        CricketAction,
        tool=st.sampled_from([*TOOLS, "bowl", ""]) | st.text(max_size=10),
        arguments=st.dictionaries(
            st.sampled_from(ARGUMENT_NAMES) | st.text(max_size=5), LIKELY | JUNK, max_size=4
        ),
        question=st.none() | st.integers(0, 60),
    )


def calls_of(decision: Decision, request: DecisionRequest) -> tuple[CricketAction, ...]:
    """The tool calls that come to `decision`; the last one commits."""
    squad = request.view.squads.of(request.seat)
    match decision:
        case TossDecision():
            return (_call("choose_toss", elect=decision.elect),)
        case BatterDecision():
            return (_call("select_batter", player=squad[decision.player].name),)
        case BowlerDecision():
            return (_call("choose_bowler", player=squad[decision.player].name),)
        case ShotDecision():
            return (_call("play_delivery", shot=decision.shot, aggression=decision.aggression),)
        case DeliveryDecision():
            ball = asdict(decision)
            field = _call("set_field", field=ball.pop("field"))
            may_choose = len(request.legal.fields) > 1
            return (*([field] if may_choose else []), _call("bowl_delivery", **ball))
        case _:
            assert_never(decision)


def _call(tool: str, **arguments: Any) -> CricketAction:
    return CricketAction(tool=tool, arguments=arguments)
