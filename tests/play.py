"""Random legal play for property tests: every decision and every draw comes from one
`random.Random`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from hypothesis import strategies as st

from engine.cricket.choices import (
    BatterDecision,
    BowlerDecision,
    Decision,
    DecisionKind,
    DeliveryDecision,
    Election,
    Length,
    Line,
    Seat,
    Shot,
    ShotDecision,
    TossDecision,
    variations_of,
)
from engine.cricket.formats import Format, format_of
from engine.cricket.legality import check
from engine.cricket.match import play_match
from engine.cricket.nodes import (
    Answer,
    BallBowled,
    ChanceNode,
    DecisionRequest,
    Draw,
    Fact,
    MatchResult,
    TossDraw,
)
from engine.cricket.outcomes import ALLOWED_ON_FREE_HIT, OUTCOMES, Outcome
from engine.cricket.players import Bowling, Hand, Player, Role, Squad
from engine.cricket.setup import MatchSetup
from engine.cricket.start import Start
from engine.cricket.state import Squads

COMMON = [
    o for o in OUTCOMES if o.key in ("0", "1", "2", "4", "6", "wd1", "nb1+1", "caught", "bowled")
]


def plain_squad(name: str) -> Squad:
    """Five batters, a keeper among them, and six who bowl, alternately pace and spin."""
    bowls = [Bowling.NONE] * 5 + [Bowling.RIGHT_FAST, Bowling.OFF_SPIN] * 3
    return Squad(
        name=name,
        players=tuple(
            Player(
                name=f"{name} {i + 1}",
                role=Role.KEEPER if i == 4 else Role.BATTER,
                bats=Hand.RIGHT,
                bowls=bowls[i],
            )
            for i in range(11)
        ),
    )


SQUADS = Squads(home=plain_squad("Home"), away=plain_squad("Away"))


@dataclass(kw_only=True)
class Played:
    """One match as it was told: its facts in order, the questions asked and the result."""

    facts: list[Fact] = field(default_factory=list)
    requests: list[tuple[DecisionRequest, Decision]] = field(default_factory=list)
    chances: list[tuple[ChanceNode, Draw]] = field(default_factory=list)
    result: MatchResult

    @property
    def balls(self) -> list[BallBowled]:
        return [fact for fact in self.facts if isinstance(fact, BallBowled)]


def formats() -> st.SearchStrategy[Format]:
    """Every format, the named ones and the awkward ones more often."""
    return st.sampled_from([1, 2, 5, 7, 10, 12, 20, 50]).map(format_of)


def random_matches() -> st.SearchStrategy[Played]:
    """Matches of random legal play: mostly likely outcomes, or the whole catalogue, or hardly ever
    a wicket.
    """
    return st.builds(
        lambda fmt, seed, catalogue: play_randomly(fmt, random.Random(seed), catalogue),
        formats(),
        st.integers(0, 2**32),
        st.sampled_from([COMMON, list(OUTCOMES), [*COMMON, *COMMON, *OUTCOMES]]),
    )


def play_randomly(
    fmt: Format, rng: random.Random, catalogue: list[Outcome], start: Start | None = None
) -> Played:
    match = play_match(MatchSetup(format=fmt, squads=SQUADS, start=start))
    played = Played(result=MatchResult.__new__(MatchResult))
    answer: Answer = None
    while True:
        try:
            node = match.send(answer)
        except StopIteration as finished:
            played.result = finished.value
            return played
        if isinstance(node, DecisionRequest):
            answer = random_decision(node, rng)
            check(node, answer)
            played.requests.append((node, answer))
        elif isinstance(node, ChanceNode):
            answer = random_draw(node, rng, catalogue)
            played.chances.append((node, answer))
        else:
            played.facts.append(node)
            answer = None


def random_decision(request: DecisionRequest, rng: random.Random) -> Decision:
    match request.kind:
        case DecisionKind.TOSS:
            return TossDecision(elect=rng.choice(list(Election)))
        case DecisionKind.BATTER:
            return BatterDecision(player=rng.choice(request.legal.players))
        case DecisionKind.BOWLER:
            return BowlerDecision(player=rng.choice(request.legal.players))
        case DecisionKind.DELIVERY:
            return _random_delivery(request, rng)
        case DecisionKind.SHOT:
            return ShotDecision(shot=rng.choice(list(Shot)), aggression=rng.random())


def _random_delivery(request: DecisionRequest, rng: random.Random) -> DeliveryDecision:
    innings = request.view.innings
    assert innings is not None
    assert innings.bowler is not None
    bowler = request.view.squads.of(request.seat)[innings.bowler]
    return DeliveryDecision(
        field=rng.choice(request.legal.fields),
        length=rng.choice(list(Length)),
        line=rng.choice(list(Line)),
        variation=rng.choice(variations_of(bowler.bowls)),
    )


def random_draw(node: ChanceNode, rng: random.Random, catalogue: list[Outcome]) -> Draw:
    if node.context is None:
        return TossDraw(winner=rng.choice(list(Seat)))
    free_hit = node.context.innings.free_hit
    return rng.choice(
        [
            o
            for o in catalogue
            if not (free_hit and o.dismissal and o.dismissal not in ALLOWED_ON_FREE_HIT)
        ]
    )
