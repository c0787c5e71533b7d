"""What the cockpit shows, as a fold over events: `fold(frame, event) -> frame`.

Pure, and mirrored line by line in `cockpit/reducer.js`; a test runs both over the same golden
events and compares. So nothing here rounds or formats: numbers stay as they came, words are made
where they are shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, assert_never

from engine.events import (
    AudioEvent,
    CommentaryEvent,
    DecisionEvent,
    DecisionMade,
    Delivery,
    DeliveryEvent,
    EpisodeEnded,
    EpisodeEndedEvent,
    EpisodeStarted,
    EpisodeStartedEvent,
    Event,
    InningsBefore,
    InningsEnd,
    InningsEndedEvent,
    InningsStart,
    InningsStartedEvent,
    OverCompletedEvent,
    Reasoning,
    ReasoningEvent,
    SideInfo,
    TossEvent,
    TournamentCrosstableEvent,
    TournamentEndedEvent,
    TournamentStandingsEvent,
    TournamentStartedEvent,
)
from spectator.balls import fell
from spectator.frame_parts import (
    Batter,
    Bowler,
    Decision,
    Frame,
    Innings,
    Result,
    Side,
    Thought,
    Toss,
    WinPoint,
)
from spectator.scorebook import BALLS_PER_OVER, over_completed, rate, scored, totals

KEPT_DECISIONS: Final = 40


EMPTY: Final = Frame()


def fold(frame: Frame, event: Event) -> Frame:
    """The frame after `event`, which follows the events of its stream in `frame`. How the streams
    of a match come between each other makes no difference.
    """
    beside = isinstance(event, ReasoningEvent | CommentaryEvent | AudioEvent)
    return _shown(frame if beside else replace(frame, seq=event.seq), event)


def _shown(frame: Frame, event: Event) -> Frame:
    match event:
        case EpisodeStartedEvent(data=started):
            frame = _started(frame, started)
        case TossEvent(data=toss):
            made = Toss(winner=toss.winner, elected=toss.elected)
            frame = replace(frame, phase="toss", toss=made)
        case InningsStartedEvent(data=innings):
            frame = _innings_started(frame, innings)
        case DecisionEvent(data=decided):
            frame = _decided(frame, decided)
        case DeliveryEvent(data=delivery):
            frame = _bowled(frame, delivery)
        case OverCompletedEvent(data=over):
            frame = _with_innings(frame, over_completed(frame.innings[-1], over))
        case InningsEndedEvent(data=ended):
            frame = _innings_ended(frame, ended)
        case EpisodeEndedEvent(data=result):
            frame = _ended(frame, result)
        case ReasoningEvent(data=thought):
            frame = _thought(frame, thought)
        case CommentaryEvent() | AudioEvent():
            pass
        case (
            TournamentStartedEvent()
            | TournamentStandingsEvent()
            | TournamentCrosstableEvent()
            | TournamentEndedEvent()
        ):
            pass
        case _:
            assert_never(event)
    return frame


def _decided(frame: Frame, data: DecisionMade) -> Frame:
    decision = Decision(**data.model_dump())
    thoughts = tuple(early for early in frame.thoughts if early.number != data.number)
    if len(thoughts) < len(frame.thoughts):
        (early,) = (early for early in frame.thoughts if early.number == data.number)
        decision = _with_thought(decision, early)
    decisions = (*frame.decisions, decision)[-KEPT_DECISIONS:]
    return replace(frame, decisions=decisions, thoughts=thoughts)


def _thought(frame: Frame, data: Reasoning) -> Frame:
    """What was thought joins its decision, waits for it, or comes for one that is not kept."""
    thought = Thought(
        number=data.number,
        reason=data.reason,
        errors=data.errors,
        calls=tuple(call.model_dump() for call in data.calls),
    )
    if not frame.decisions or frame.decisions[-1].number < thought.number:
        return replace(frame, thoughts=(*frame.thoughts, thought))
    decisions = tuple(
        _with_thought(decision, thought) if decision.number == thought.number else decision
        for decision in frame.decisions
    )
    return replace(frame, decisions=decisions)


def _with_thought(decision: Decision, thought: Thought) -> Decision:
    return replace(decision, reason=thought.reason, errors=thought.errors, calls=thought.calls)


def _started(frame: Frame, data: EpisodeStarted) -> Frame:
    return replace(
        frame,
        phase="waiting",
        format=data.format,
        max_overs=data.max_overs,
        home=_side(data.home),
        away=_side(data.away),
    )


def _side(info: SideInfo) -> Side:
    return Side(captain=info.captain, kind=info.kind, squad=info.squad, players=info.players)


def _innings_started(frame: Frame, data: InningsStart) -> Frame:
    overs = frame.max_overs if data.innings <= 2 else 1  # after the second come super overs
    innings = Innings(
        innings=data.innings,
        batting=data.batting,
        target=data.target,
        needed=data.target,
        max_balls=overs * BALLS_PER_OVER,
    )
    frame = replace(frame, phase="play", innings=(*frame.innings, innings))
    return frame if data.before is None else _found(frame, data, data.before)


def _found(frame: Frame, data: InningsStart, before: InningsBefore) -> Frame:
    """An innings that had begun before the match did, as it stood."""
    score, innings = before.score, frame.innings[-1]
    needed = None if data.target is None else max(0, data.target - score.runs)
    left = innings.max_balls - score.legal_balls
    found = replace(
        innings,
        **totals(score),
        extras=before.extras,
        needed=needed,
        run_rate=rate(score.runs, score.legal_balls),
        required_rate=None if needed is None else rate(needed, left),
        striker=before.striker,
        non_striker=before.non_striker,
        batters=tuple(Batter(**dict(batter)) for batter in before.batters),
        bowlers=tuple(Bowler(**dict(bowler)) for bowler in before.bowlers),
    )
    frame = _with_innings(frame, found)
    if data.win_probability is None:
        return frame
    point = WinPoint(
        innings=data.innings, balls=score.legal_balls, home=data.win_probability, wicket=False
    )
    return replace(frame, win_probability=(*frame.win_probability, point))


def _innings_ended(frame: Frame, data: InningsEnd) -> Frame:
    last = replace(frame.innings[-1], complete=True, all_out=data.all_out, **totals(data.score))
    return replace(_with_innings(frame, last), phase="break")


def _bowled(frame: Frame, data: Delivery) -> Frame:
    innings = scored(frame.innings[-1], data)
    point = WinPoint(
        innings=data.innings,
        balls=data.score.legal_balls,
        home=data.win_probability,
        wicket=fell(data),
    )
    return replace(
        _with_innings(frame, innings),
        phase="play",
        win_probability=(*frame.win_probability, point),
        luck=frame.luck + data.luck,
    )


def _ended(frame: Frame, data: EpisodeEnded) -> Frame:
    result = Result(
        end_reason=data.end_reason.value, winner=data.winner, text=data.result, luck=data.luck
    )
    return replace(frame, phase="ended", result=result)


def _with_innings(frame: Frame, last: Innings) -> Frame:
    return replace(frame, innings=(*frame.innings[:-1], last))
