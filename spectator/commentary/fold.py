"""The commentary as a fold over events: `comment(state, event)` gives the next state and a line,
or none.

Pure, and the same for the same seed: `cockpit/commentary.js` mirrors this package over the same
templates, and a test compares. What was said in an over is not said again in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from engine.events import (
    Delivery,
    DeliveryEvent,
    EpisodeEndedEvent,
    EpisodeStartedEvent,
    Event,
    InningsEndedEvent,
    InningsStartedEvent,
    OverCompletedEvent,
    TossEvent,
)
from spectator.commentary.moments import Moment, course_after, lead_of, moment_words, tails_of
from spectator.commentary.occasions import (
    ended,
    innings_ended,
    innings_started,
    over_done,
    started,
    tossed,
)
from spectator.commentary.state import Commentator, Line, Sentences, Told, squad_words
from spectator.commentary.words import filled, kind_of, said_choices, templates, weight_of
from spectator.frames import fold

MOST_TAILS: Final = 2
SILENT: Final = Commentator()


def comment(state: Commentator, event: Event) -> Told:
    """The line on `event`, which follows the events in `state`. Never changes `state`."""
    after = replace(state, frame=fold(state.frame, event))
    match event:
        case EpisodeStartedEvent(data=data):
            return started(replace(after, seed=data.seed), event.seq)
        case TossEvent(data=data):
            return tossed(after, data, event.seq)
        case InningsStartedEvent(data=data):
            return innings_started(after, data, event.seq)
        case DeliveryEvent(data=data):
            return _bowled(state, after, data, event.seq)
        case OverCompletedEvent(data=data):
            return over_done(state, after, data, event.seq)
        case InningsEndedEvent():
            return innings_ended(after, event.seq)
        case EpisodeEndedEvent(data=data):
            return ended(after, data, event.seq)
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


def _bowled(before: Commentator, after: Commentator, data: Delivery, seq: int) -> Told:
    moment = Moment(
        data=data,
        before=before.frame.innings[-1],
        after=after.frame.innings[-1],
        course=before.course,
        course_after=course_after(before.course, data),
        max_overs=after.frame.max_overs,
        squad=squad_words(after, data.batting),
    )
    after = replace(after, course=moment.course_after)
    speaker, words = Sentences(after, seq), moment_words(moment)
    if lead := lead_of(moment):
        speaker.say("leads", lead, words)
    _say_ball(speaker, data, words)
    said = 0
    for tail in tails_of(moment):
        if said < MOST_TAILS:
            said += speaker.say("tails", tail, words)
    return speaker.told(weight_of(data))


def _say_ball(speaker: Sentences, data: Delivery, words: Mapping[str, str]) -> None:
    """`Khan to Rao: ` and what became of it. An over that is long enough runs out of templates;
    then the number of the ball makes the difference.
    """
    kind, to = kind_of(data), f"{data.bowler} to {data.striker}: "
    if speaker.say_one(said_choices(data), words, kind, to):
        return
    what = templates()["what"].get(kind, templates()["out_again"])
    speaker.add(filled(templates()["again"], {**words, "what": filled(what, words)}), to)
