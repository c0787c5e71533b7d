"""One captain's side of the table for a match: what he has declared, planned, set, and been
counted for.

Every answer of a captain passes through here, a tool call by `call`, a policy's decision by
`answer_of_policy`, so that both have the same legality check and the same counts. A refused call
changes nothing but the counts: it raises a `CallError` that says what is wrong and what is legal.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from engine import arguments as args
from engine import rewards
from engine.analysis import analyze
from engine.answers import decision_of
from engine.calls import CricketAction, check_offered, parse_action, parse_arguments, tool_named
from engine.captains.baseline import Baseline
from engine.chance.advice import Adviser
from engine.cricket import legality
from engine.cricket.choices import Decision, DecisionKind, Seat
from engine.cricket.distribution import WinModel
from engine.cricket.errors import IllegalDecision
from engine.cricket.nodes import BallBowled, DecisionRequest, Fact
from engine.cricket.state import MatchView
from engine.errors import CallError, IllegalCall, LateCall, MalformedCall
from engine.events import SeatCounts
from engine.making import maker
from engine.observation import CallLine, CricketObservation
from engine.observing import OwnSide, moment, observe, own_side
from engine.overhead import Overhead
from engine.preparation import Preparation
from engine.rewards import Rubrics
from engine.seeds import CaptainDraws
from engine.tally import Tally
from engine.tools import OwnTable, Tool

RECENT: Final = 5
NOTHING_ASKED: Final = -1
_own_table = maker(OwnTable)


class SeatSession:
    """`captain` is his name. `value` is the public win-probability model that he may consult,
    `adviser` what values plans by it.

    `prepared` is what he has declared, planned and set, `tally` how he has answered so far,
    `overhead` what his preparing has taken.
    `reply` is what the last accepted call gave back, `reason` the last decision's reason in his
    words. `refused_on_question` counts the unusable answers to the open question.
    """

    def __init__(
        self,
        seat: Seat,
        captain: str,
        *,
        value: WinModel | None = None,
        adviser: Adviser | None = None,
    ) -> None:
        self.seat, self.captain = seat, captain
        self.tally = Tally()
        self.reply: dict[str, Any] = {}
        self.reason: str | None = None
        self.prepared = Preparation()
        self.calls: deque[CallLine] = deque(maxlen=RECENT)
        self.balls: deque[BallBowled] = deque(maxlen=RECENT)
        self.overhead = Overhead(tally=self.tally)
        self.refused_on_question = 0
        self._value, self._adviser = value, adviser
        self._question = NOTHING_ASKED
        self._innings = 0
        self._over = (0, 0)
        self._is_asked_again = False
        self._coherence = 0.0
        self._discipline = 0.0

    # --- answering -----------------------------------------------------------------------------

    def call(
        self, action: CricketAction | Mapping[str, Any], request: DecisionRequest | None
    ) -> Decision | None:
        """Takes one tool call; the decision it commits to, None where it only prepares.

        `request` is the open question, None when the match is over. Raises `CallError`. A call
        while he is asked nothing is counted as late, and that is all.
        """
        try:
            asked = self._asked(request)
        except LateCall as error:
            self._log(action, error)
            self.tally.late += 1
            raise
        try:
            action = parse_action(action)  # so that a refused one is told as what it was
            decision = self._take(action, asked)
        except CallError as error:
            self._log(action, error)
            self._count_refusal(error)
            raise
        if decision is not None:
            self._decided(decision, asked)
        return decision

    def answer_of_policy(self, decision: Decision, request: DecisionRequest) -> Decision:
        """Counts a policy's decision. Raises `IllegalCall`, and then it is counted as refused."""
        try:
            legality.check(request, decision)
        except IllegalDecision as illegal:
            self._begin_answer(request)
            refused = IllegalCall(illegal.why, illegal.legal)
            self._count_refusal(refused)
            raise refused from None
        self._decided(decision, request)
        return decision

    def crashed(self, request: DecisionRequest) -> None:
        """Counts that the captain broke down over the question: as a malformed answer."""
        self.refused(MalformedCall("the captain broke down", "an answer"), request)

    def refused(self, error: CallError, request: DecisionRequest) -> None:
        """Counts an answer that was no call that could be taken."""
        self._begin_answer(request)
        self._count_refusal(error)

    def fall_back(self, request: DecisionRequest, draws: CaptainDraws) -> Decision:
        """What the baseline decides for a captain who gave no usable answer; counted as such."""
        self._notice(request)
        decision = Baseline().decide(request, draws)
        self._discipline -= rewards.FALLBACK_FINE
        self.reason = None
        self.tally.fallbacks += 1
        self._decided(decision, request)
        return decision

    def by_default(
        self, request: DecisionRequest, draws: CaptainDraws, repeated: Decision | None
    ) -> Decision:
        """What decides for a captain who let his time pass: `repeated`, else the baseline; counted
        as such.
        """
        self._notice(request)
        decision = repeated or Baseline().decide(request, draws)
        self.reason = None
        self.tally.timeouts += 1
        self._decided(decision, request)
        return decision

    def hear(self, fact: Fact) -> None:
        """Takes notice of what was published."""
        if isinstance(fact, BallBowled):
            self.balls.append(fact)

    # --- reading -------------------------------------------------------------------------------

    def observation(
        self,
        request: DecisionRequest | None,
        *,
        final: MatchView | None = None,
        error: str | None = None,
        rewards_now: Rubrics | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> CricketObservation:
        """What the captain sees now; `final` is the view to show when nothing is asked any more."""
        if request is not None:
            self._notice(request)
        now = moment(
            view=final if request is None else request.view,
            request=request,
            own=self._own_side(request),
            balls=tuple(self.balls),
        )
        return observe(now, error=error, rewards=rewards_now, metadata=metadata)

    def counts(self) -> SeatCounts:
        """The counts as a result reports them."""
        return self.tally.of(self.captain)

    def take_behaviour(self) -> tuple[float, float]:
        """Coherence and discipline gathered since this was last called."""
        gathered = self._coherence, self._discipline
        self._coherence = self._discipline = 0.0
        return gathered

    # --- taking a call -------------------------------------------------------------------------

    def _asked(self, request: DecisionRequest | None) -> DecisionRequest:
        if request is None:
            raise LateCall("the match is over", "reset")
        if request.seat is not self.seat:
            raise LateCall("the other captain is asked", "wait for your question")
        self._begin_answer(request)
        return request

    def _take(self, action: CricketAction, request: DecisionRequest) -> Decision | None:
        """What the call comes to. Changes nothing before everything has been checked."""
        if action.question is not None and action.question != request.number:
            raise LateCall(
                f"question {action.question} is not open", f"answer question {request.number}"
            )
        table = self._table()
        tool = tool_named(action.tool, request, table)
        check_offered(tool, request, table)
        given = parse_arguments(tool, action.arguments, request)
        if tool.commits is None:
            self._prepare(tool, given, request)
            self._log(action, None)
            return None
        decision = decision_of(given, request, self.prepared.standing_for(request))
        self._log(action, None)
        self.reply = {}
        self.reason = getattr(given, "reason", None)
        return decision

    def _prepare(self, tool: Tool, given: args.Arguments, request: DecisionRequest) -> None:
        """Carries out a call that does not commit, and books what it costs."""
        reply: dict[str, Any] = {"done": tool.name}
        self.prepared.take(given, request)
        if isinstance(given, args.AnalyzeSituation):
            reply = analyze(request, self._value, self._adviser)
        self.reply = reply
        self._discipline -= self.overhead.book(tool)

    # --- counting ------------------------------------------------------------------------------

    def _begin_answer(self, request: DecisionRequest) -> None:
        """An answer is due; after an unusable one to the same question it is a rethink."""
        self._notice(request)
        self.tally.rethinks += self._is_asked_again
        self._is_asked_again = False

    def _notice(self, request: DecisionRequest) -> None:
        """A new question, over or innings closes what belonged to the old one."""
        if request.number == self._question:
            return
        self._question = request.number
        self.refused_on_question = 0
        self._is_asked_again = False
        self.overhead.next_question()
        innings = request.view.innings
        if innings is None:
            return
        if innings.number != self._innings:
            self._innings = innings.number
            self.prepared.close_innings()
        if (innings.number, innings.over) != self._over:
            self._over = (innings.number, innings.over)
            self.overhead.next_over()

    def _decided(self, decision: Decision, request: DecisionRequest) -> None:
        self.tally.decisions += 1
        coherence = self.prepared.coherence_of(decision)
        self._coherence += coherence / (2 * request.view.format.max_balls)

    def _count_refusal(self, error: CallError) -> None:
        """An unusable answer to the open question, whatever was wrong with it."""
        self._discipline -= rewards.REFUSED_FINE
        self.tally.refuse(error)
        self.refused_on_question += 1
        self._is_asked_again = True

    def _log(self, action: CricketAction | Mapping[str, Any], error: CallError | None) -> None:
        self.calls.append(CallLine.of(action, None if error is None else str(error)))

    def _table(self) -> OwnTable:
        return _own_table(
            has_plan=bool(self.prepared.plan),
            may_prepare=self.overhead.may_prepare,
        )

    def _own_side(self, request: DecisionRequest | None) -> OwnSide:
        mine = self.prepared
        asked_to_bowl = request is not None and request.kind is DecisionKind.DELIVERY
        return own_side(
            seat=self.seat,
            captain=self.captain,
            plan=mine.plan,
            batting=mine.batting,
            bowling=mine.bowling,
            planned_delivery=mine.delivery,
            planned_shot=mine.shot,
            field=mine.field_for(request) if request is not None and asked_to_bowl else None,
            notes=tuple(mine.notes),
            calls=tuple(self.calls),
            reply=self.reply,
            overhead=self.overhead.this_over,
            fines=self.tally.fines,
            table=self._table(),
        )
