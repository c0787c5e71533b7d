"""The commentary as a fold over events: `comment(state, event)` gives the next state and a line,
or none.

Pure, and the same for the same seed: `cockpit/commentary.js` mirrors this package over the same
templates, and a test compares. What was said in an over is not said again in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from engine.events import (
    Delivery,
    DeliveryEvent,
    EndReason,
    EpisodeEnded,
    EpisodeEndedEvent,
    EpisodeStartedEvent,
    Event,
    InningsEndedEvent,
    InningsStart,
    InningsStartedEvent,
    OverComplete,
    OverCompletedEvent,
    TossEvent,
)
from spectator.commentary.moments import (
    Course,
    Moment,
    course_after,
    figures,
    lead_of,
    moment_words,
    tails_of,
)
from spectator.commentary.words import (
    Weight,
    an_over,
    choose,
    counted,
    filled,
    kind_of,
    overs_text,
    said_choices,
    score_text,
    spelled,
    templates,
    weight_of,
)
from spectator.frame_parts import Bowler, Frame, Innings
from spectator.frames import EMPTY, fold

MOST_TAILS: Final = 2
BIG_OVER: Final = 15
TIGHT_OVER: Final = 3
Seat = Literal["home", "away"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is said of event `of`."""

    of: int
    text: str
    weight: Weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Commentator:
    """What the commentator knows. `said` are the templates of this over."""

    frame: Frame = EMPTY
    seed: int = 0
    course: Course = field(default_factory=Course)
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The state after an event, and the line on it; None where nothing is said."""

    state: Commentator
    line: Line | None


SILENT: Final = Commentator()


def comment(state: Commentator, event: Event) -> Told:
    """The line on `event`, which follows the events in `state`. Never changes `state`."""
    after = replace(state, frame=fold(state.frame, event))
    match event:
        case EpisodeStartedEvent(data=data):
            return _started(replace(after, seed=data.seed), event.seq)
        case TossEvent(data=data):
            speaker = _Speaker(after, event.seq)
            words = {"winner": _captain(after, data.winner)} | {
                "winner_squad": _squad(after, data.winner)
            }
            speaker.say("moments", f"toss_{data.elected}", words)
            return speaker.told(Weight.WICKET)
        case InningsStartedEvent(data=data):
            return _innings_started(after, data, event.seq)
        case DeliveryEvent(data=data):
            return _bowled(state, after, data, event.seq)
        case OverCompletedEvent(data=data):
            return _over(state, after, data, event.seq)
        case InningsEndedEvent():
            return _innings_ended(after, event.seq)
        case EpisodeEndedEvent(data=data):
            return _ended(after, data, event.seq)
        case _:
            return Told(state=after, line=None)


def commentary_of(events: Iterable[Event]) -> Iterator[Line]:
    """Every line on a match's events."""
    state = SILENT
    for event in events:
        told = comment(state, event)
        state = told.state
        if told.line is not None:
            yield told.line


class _Speaker:
    """Puts one line together, sentence by sentence."""

    def __init__(self, state: Commentator, seq: int) -> None:
        self._state, self._seq = state, seq
        self._said, self._parts = list(state.said), list[str]()

    def say(self, group: str, name: str, words: Mapping[str, str]) -> bool:
        """From a list of the templates; False where all of it was said in this over."""
        return self.say_one(templates()[group][name], words, name)

    def say_one(
        self, choices: Sequence[str], words: Mapping[str, str], salt: str, before: str = ""
    ) -> bool:
        found = choose(choices, self._said, self._state.seed, self._seq, salt)
        if found is None:
            return False
        self._said.append(found)
        self.add(before + filled(found, words))
        return True

    def add(self, sentence: str) -> None:
        self._parts.append(sentence)

    def told(self, weight: Weight, *, keep: bool = True) -> Told:
        """`keep` False: what was said may be said again."""
        line = Line(of=self._seq, text=" ".join(self._parts), weight=weight)
        said = tuple(self._said) if keep else ()
        return Told(state=replace(self._state, said=said), line=line)


# --- the match ---------------------------------------------------------------------------------


def _started(state: Commentator, seq: int) -> Told:
    speaker, frame = _Speaker(state, seq), state.frame
    words = {
        "home": _captain(state, "home"),
        "away": _captain(state, "away"),
        "home_squad": _squad(state, "home"),
        "away_squad": _squad(state, "away"),
        "length": counted(frame.max_overs, "over"),
    }
    speaker.say("moments", "welcome", words)
    return speaker.told(Weight.WICKET)


def _innings_started(state: Commentator, data: InningsStart, seq: int) -> Told:
    innings = state.frame.innings[-1]
    joined = data.before is not None
    seen = Course(joined=True, stand=None) if joined else Course()
    state = replace(state, course=seen, said=())
    if joined and (innings.legal_balls >= innings.max_balls or innings.wickets >= 10):
        return Told(state=state, line=None)  # it ended before the match was taken up
    speaker = _Speaker(state, seq)
    speaker.say("moments", _beginning(data), _innings_words(state, innings))
    return speaker.told(Weight.WICKET)


def _beginning(data: InningsStart) -> str:
    chase = data.target is not None
    if data.before is not None:
        return "joined_chase" if chase else "joined"
    if data.innings > 2:
        return "innings_super_chase" if chase else "innings_super"
    return "innings_chase" if chase else "innings_first"


def _innings_words(state: Commentator, innings: Innings) -> dict[str, str]:
    left = innings.max_balls - innings.legal_balls
    return {
        "squad": _squad(state, innings.batting),
        "length": overs_text(innings.max_balls),
        "overs": overs_text(innings.legal_balls),
        "total": str(innings.runs),
        "score": score_text(innings.runs, innings.wickets),
        "target": str(innings.target or 0),
        "needed": counted(innings.needed or 0, "run"),
        "left": counted(left, "ball"),
        "required": an_over(innings.needed or 0, left) if left else "",
    }


def _innings_ended(state: Commentator, seq: int) -> Told:
    innings = state.frame.innings[-1]
    speaker = _Speaker(state, seq)
    speaker.say("moments", _ending(innings), _innings_words(state, innings))
    told = speaker.told(Weight.WICKET, keep=False)
    return replace(told, state=replace(told.state, course=Course()))


def _ending(innings: Innings) -> str:
    if innings.needed == 0:
        left = innings.legal_balls < innings.max_balls
        return "innings_won" if left else "innings_won_last"
    return "all_out" if innings.all_out else "innings_over"


def _ended(state: Commentator, data: EpisodeEnded, seq: int) -> Told:
    speaker = _Speaker(state, seq)
    words = {"result": data.result, "reason": data.end_reason.value.replace("_", " ")}
    speaker.say("moments", _outcome(data), words)
    return speaker.told(Weight.WICKET)


def _outcome(data: EpisodeEnded) -> str:
    if data.end_reason is EndReason.COMPLETED:
        return "match_won" if data.winner is not None else "match_level"
    return "match_void" if data.end_reason.is_void else "match_forfeit"


# --- a ball ------------------------------------------------------------------------------------


def _bowled(before: Commentator, after: Commentator, data: Delivery, seq: int) -> Told:
    moment = Moment(
        data=data,
        before=before.frame.innings[-1],
        after=after.frame.innings[-1],
        course=before.course,
        course_after=course_after(before.course, data),
        max_overs=after.frame.max_overs,
        squad=_squad(after, data.batting),
    )
    after = replace(after, course=moment.course_after)
    speaker, words = _Speaker(after, seq), moment_words(moment)
    if lead := lead_of(moment):
        speaker.say("leads", lead, words)
    _say_ball(speaker, data, words)
    said = 0
    for tail in tails_of(moment):
        if said < MOST_TAILS:
            said += speaker.say("tails", tail, words)
    return speaker.told(weight_of(data))


def _say_ball(speaker: _Speaker, data: Delivery, words: Mapping[str, str]) -> None:
    """`Khan to Rao: ` and what became of it. An over that is long enough runs out of templates;
    then the number of the ball makes the difference.
    """
    kind, to = kind_of(data), f"{data.bowler} to {data.striker}: "
    if speaker.say_one(said_choices(data), words, kind, to):
        return
    what = templates()["what"].get(kind, templates()["out_again"])
    speaker.add(to + filled(templates()["again"], {**words, "what": filled(what, words)}))


def _over(before: Commentator, after: Commentator, data: OverComplete, seq: int) -> Told:
    innings, charged = after.frame.innings[-1], before.frame.innings[-1].over_charged
    bowler = next((b for b in innings.bowlers if b.name == data.bowler), Bowler(name=data.bowler))
    words = _innings_words(after, innings) | {
        "bowler": data.bowler,
        "over_number": str(data.over + 1),
        "over_runs": spelled(data.runs, "run"),
        "over_wickets": spelled(data.wickets, "wicket"),
        "score": score_text(data.score.runs, data.score.wickets),
        "figures": figures(bowler),
        "bowler_overs": overs_text(bowler.balls),
        "rate": an_over(innings.runs, innings.legal_balls) if innings.legal_balls else "",
    }
    after = replace(after, course=replace(after.course, in_over=0, legal_in_over=0))
    speaker = _Speaker(after, seq)
    whole = before.course.legal_in_over == 6
    speaker.say("overs", _sort_of_over(data, maiden=whole and charged == 0), words)
    if tail := _over_tail(innings, seq):
        speaker.say("over_tails", tail, words)
    return speaker.told(Weight.OVER, keep=False)


def _sort_of_over(data: OverComplete, *, maiden: bool) -> str:
    if maiden:
        return "wicket_maiden" if data.wickets else "maiden"
    if data.wickets >= 2:
        return "wickets"
    if data.runs >= BIG_OVER:
        return "big"
    return "tight" if 1 <= data.runs <= TIGHT_OVER else "plain"


def _over_tail(innings: Innings, seq: int) -> str:
    """A chase is told after each over, the rest in turn."""
    left = innings.max_balls - innings.legal_balls
    if innings.needed is not None:
        return "chase" if innings.needed and left else ""
    return ("figures", "rate", "")[seq % 3] if left else "figures"


def _captain(state: Commentator, seat: Seat) -> str:
    side = state.frame.home if seat == "home" else state.frame.away
    return side.captain if side is not None else seat


def _squad(state: Commentator, seat: Seat) -> str:
    side = state.frame.home if seat == "home" else state.frame.away
    return side.squad if side is not None else seat
