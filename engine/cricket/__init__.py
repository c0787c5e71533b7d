"""The laws of cricket: formats, players, state, legality and the match as a generator. Pure."""

from engine.cricket.choices import Decision, DecisionKind, Election, Field, Seat, Shot
from engine.cricket.distribution import Distribution, OutcomeModel, WinModel
from engine.cricket.formats import Format, format_named, format_of
from engine.cricket.match import play_match
from engine.cricket.nodes import ChanceNode, DecisionRequest, MatchResult
from engine.cricket.outcomes import OUTCOMES, Outcome
from engine.cricket.players import Player, Skill, Squad
from engine.cricket.setup import MatchSetup
from engine.cricket.state import Conditions, Innings, MatchView, Squads

__all__ = [
    "OUTCOMES",
    "ChanceNode",
    "Conditions",
    "Decision",
    "DecisionKind",
    "DecisionRequest",
    "Distribution",
    "Election",
    "Field",
    "Format",
    "Innings",
    "MatchResult",
    "MatchSetup",
    "MatchView",
    "Outcome",
    "OutcomeModel",
    "Player",
    "Seat",
    "Shot",
    "Skill",
    "Squad",
    "Squads",
    "WinModel",
    "format_named",
    "format_of",
    "play_match",
]
