"""A match as a generator: it asks and is told, and calls nobody.

`play_match` yields a `DecisionRequest` and is sent a legal `Decision` (the driver has it pass
`legality.check` first); yields a `ChanceNode` and is sent the draw; yields a `Fact` and is sent
None; returns the `MatchResult`.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Final, cast

from engine.cricket import laws, legality
from engine.cricket.choices import (
    BatterDecision,
    BowlerDecision,
    DecisionKind,
    DeliveryDecision,
    Election,
    Field,
    Seat,
    ShotDecision,
    TossDecision,
)
from engine.cricket.formats import SUPER_OVER
from engine.cricket.nodes import (
    Answer,
    BallBowled,
    ChanceNode,
    DecisionRequest,
    DeliveryContext,
    InningsEnded,
    InningsStarted,
    Legal,
    MatchResult,
    Node,
    OverCompleted,
    Purpose,
    ResultKind,
    TossDraw,
    TossMade,
)
from engine.cricket.outcomes import Outcome
from engine.cricket.players import PlayerIndex
from engine.cricket.setup import MatchSetup
from engine.cricket.state import ALL_OUT, Innings, MatchView
from engine.making import maker

_NOTHING_TO_LIST: Final = Legal()
_view, _request = maker(MatchView), maker(DecisionRequest)
_context, _chance, _bowled = maker(DeliveryContext), maker(ChanceNode), maker(BallBowled)


def play_match(setup: MatchSetup) -> Generator[Node, Answer, MatchResult]:
    """One match from the toss, or from its start, to the result (Law 16)."""
    table = _Table(setup)
    innings = yield from table.beginning()
    while True:
        yield from table.play(innings)
        result = table.result()
        if result is not None:
            return result
        innings = table.next_innings()


class _Table:
    """The scorer's table: what has been played, and the next question's number."""

    def __init__(self, setup: MatchSetup) -> None:
        self._setup = setup
        self._finished: tuple[Innings, ...] = ()
        self._asked = 0

    def view(self, innings: Innings | None) -> MatchView:
        setup = self._setup
        conditions = setup.conditions
        return _view(
            format=setup.format,
            squads=setup.squads,
            venue=conditions.venue,
            era=conditions.era,
            finished=self._finished,
            innings=innings,
        )

    def result(self) -> MatchResult | None:
        """Law 16, once the side that bats second has batted; None where play goes on."""
        played = self._finished
        if len(played) % 2:
            return None
        first, second = played[-2:]
        if first.runs != second.runs:
            return replace(_decided(first, second), innings=played)
        super_overs = len(played) // 2 - 1
        if super_overs < self._setup.max_super_overs:
            return None
        return MatchResult(winner=None, kind=ResultKind.TIE, margin=None, innings=played)

    def beginning(self) -> Generator[Node, Answer, Innings]:
        """The innings that is played first: after the toss, or where the match starts."""
        start = self._setup.start
        if start is None:
            return self._opening_state((yield from self._toss()), None)
        for innings in start.finished:
            yield InningsStarted(innings=innings)
            self._finished = (*self._finished, innings)
            yield InningsEnded(innings=innings)
        return start.innings

    def next_innings(self) -> Innings:
        """The innings after the last: a chase, or a super over in which the side that batted second
        bats first.
        """
        last = self._finished[-1]
        chasing = len(self._finished) % 2 == 1
        batting = last.batting.other if chasing else last.batting
        target = last.runs + 1 if chasing else None
        if len(self._finished) < 2:
            return self._opening_state(batting, target)
        return self._super_over_state(batting, target)

    def _request(
        self,
        seat: Seat,
        kind: DecisionKind,
        view: MatchView,
        legal: Legal = _NOTHING_TO_LIST,
        field: Field | None = None,
    ) -> DecisionRequest:
        number = self._asked
        self._asked = number + 1
        return _request(number=number, seat=seat, kind=kind, legal=legal, view=view, field=field)

    def _toss(self) -> Generator[Node, Answer, Seat]:
        """Law 13.4 and 13.5; returns the side that bats first."""
        view = self.view(None)
        node = ChanceNode(purpose=Purpose.TOSS, innings=0, legal_ball=0, repeat=0, view=view)
        winner = cast("TossDraw", (yield node)).winner
        decision = cast("TossDecision", (yield self._request(winner, DecisionKind.TOSS, view)))
        yield TossMade(winner=winner, elected=decision.elect)
        return winner if decision.elect is Election.BAT else winner.other

    def _opening_state(self, batting: Seat, target: int | None) -> Innings:
        return laws.start_innings(
            number=len(self._finished) + 1,
            batting=batting,
            format_=self._setup.format,
            target=target,
        )

    def play(self, innings: Innings) -> Generator[Node, Answer, None]:
        """One innings to its end, from wherever it stands."""
        yield InningsStarted(innings=innings)
        innings = yield from self._fill_the_crease(innings, leaving=None)
        while not innings.is_complete:
            if innings.bowler is None:
                innings = yield from self._choose_bowler(innings)
            innings = yield from self._bowl(innings)
            if innings.is_over_complete:
                yield OverCompleted(innings=innings)
        self._finished = (*self._finished, innings)
        yield InningsEnded(innings=innings)

    def _fill_the_crease(
        self, innings: Innings, leaving: PlayerIndex | None
    ) -> Generator[Node, Answer, Innings]:
        """Law 25.2: a batter for every vacant end, unless the innings is over."""
        while (innings.striker is None or innings.non_striker is None) and not innings.is_complete:
            available = laws.available_batters(innings, leaving=leaving)
            if not available:
                return laws.close(innings)
            request = self._request(
                innings.batting,
                DecisionKind.BATTER,
                self.view(innings),
                Legal(players=available),
            )
            innings = laws.send_in(innings, cast("BatterDecision", (yield request)).player)
        return innings

    def _choose_bowler(self, innings: Innings) -> Generator[Node, Answer, Innings]:
        fielding = innings.fielding
        legal = Legal(players=legality.legal_bowlers(innings, self._setup.squads.of(fielding)))
        request = self._request(fielding, DecisionKind.BOWLER, self.view(innings), legal)
        return laws.begin_over(innings, cast("BowlerDecision", (yield request)).player)

    def _bowl(self, innings: Innings) -> Generator[Node, Answer, Innings]:
        """One ball: the field is seen, delivery and shot are chosen blind, then chance."""
        view, batting = self.view(innings), innings.batting
        fields = legality.legal_to_field(innings)
        request = self._request(batting.other, DecisionKind.DELIVERY, view, fields)
        delivery = cast("DeliveryDecision", (yield request))
        request = self._request(batting, DecisionKind.SHOT, view, _NOTHING_TO_LIST, delivery.field)
        shot = cast("ShotDecision", (yield request))
        drawn = cast("Outcome", (yield self._chance(view, innings, delivery, shot)))
        outcome = laws.as_scored(innings, drawn)
        leaver = laws.player_out(innings, outcome)
        after = laws.after_delivery(innings, outcome, delivery.field)
        yield _bowled(
            before=innings,
            after=after,
            delivery=delivery,
            shot=shot,
            outcome=outcome,
            player_out=leaver,
        )
        if leaver is None:
            return after
        return (yield from self._fill_the_crease(after, leaving=leaver))

    def _chance(
        self, view: MatchView, innings: Innings, delivery: DeliveryDecision, shot: ShotDecision
    ) -> ChanceNode:
        striker, bowler = innings.striker, innings.bowler
        assert striker is not None
        assert bowler is not None
        squads, batting = self._setup.squads, innings.batting
        context = _context(
            innings=innings,
            striker=squads.of(batting)[striker],
            striker_order=striker + 1,
            balls_faced=innings.batters[striker].balls,
            bowler=squads.of(batting.other)[bowler],
            conditions=self._setup.conditions,
            delivery=delivery,
            shot=shot,
        )
        return _chance(
            purpose=Purpose.DELIVERY,
            innings=innings.number,
            legal_ball=innings.legal_balls,
            repeat=innings.repeat,
            view=view,
            context=context,
        )

    def _super_over_state(self, batting: Seat, target: int | None) -> Innings:
        """ICC super over clauses 5 and 9: batters once dismissed may not bat again, nor a bowler
        bowl twice running.
        """
        earlier = [i for i in self._finished if i.is_super_over]
        barred = frozenset(
            PlayerIndex(index)
            for past in earlier
            if past.batting is batting
            for index, line in enumerate(past.batters)
            if line.is_out
        )
        bowled = [
            i.bowler if i.last_bowler is None else i.last_bowler
            for i in earlier
            if i.fielding is batting.other
        ]
        return Innings(
            number=len(self._finished) + 1,
            batting=batting,
            format=SUPER_OVER,
            target=target,
            max_wickets=laws.SUPER_OVER_WICKETS,
            barred_batters=barred,
            barred_bowler=bowled[-1] if bowled else None,
        )


def _decided(first: Innings, second: Innings) -> MatchResult:
    """Law 16.1 and 16.8: by runs, or by the wickets the chasing side had left; a super over has no
    margin.
    """
    won = second if second.runs > first.runs else first
    if won.is_super_over:
        kind, margin = ResultKind.SUPER_OVER, None
    elif won is second:
        kind, margin = ResultKind.WICKETS, ALL_OUT - second.wickets
    else:
        kind, margin = ResultKind.RUNS, first.runs - second.runs
    return MatchResult(winner=won.batting, kind=kind, margin=margin, innings=())
