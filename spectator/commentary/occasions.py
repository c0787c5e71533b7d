"""What is said between the balls: of the match, of its innings, of each over. Pure, and mirrored in
`cockpit/commentary/occasions.js`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from engine.events import EndReason, EpisodeEnded, InningsStart, OverComplete, Toss
from spectator.commentary.moments import Course, figures
from spectator.commentary.state import Commentator, Sentences, Told, captain_in, squad_words
from spectator.commentary.words import (
    Weight,
    an_over,
    counted,
    overs_text,
    score_text,
    spelled,
)
from spectator.frame_parts import Bowler, Innings

BIG_OVER: Final = 15
TIGHT_OVER: Final = 3


def started(state: Commentator, seq: int) -> Told:
    speaker, frame = Sentences(state, seq), state.frame
    words = {
        "home": captain_in(state, "home"),
        "away": captain_in(state, "away"),
        "length": counted(frame.max_overs, "over"),
        **squad_words(state, "home", "home_squad"),
        **squad_words(state, "away", "away_squad"),
    }
    speaker.say("moments", "welcome", words)
    return speaker.told(Weight.WICKET)


def tossed(state: Commentator, data: Toss, seq: int) -> Told:
    speaker = Sentences(state, seq)
    words = {
        "winner": captain_in(state, data.winner),
        **squad_words(state, data.winner, "winner_squad"),
    }
    speaker.say("moments", f"toss_{data.elected}", words)
    return speaker.told(Weight.WICKET)


def innings_started(state: Commentator, data: InningsStart, seq: int) -> Told:
    innings = state.frame.innings[-1]
    joined = data.before is not None
    seen = Course(joined=True, stand=None) if joined else Course()
    state = replace(state, course=seen, said=())
    if joined and (innings.legal_balls >= innings.max_balls or innings.wickets >= 10):
        return Told(state=state, line=None)  # it ended before the match was taken up
    speaker = Sentences(state, seq)
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
        **squad_words(state, innings.batting),
        "length": overs_text(innings.max_balls),
        "overs": overs_text(innings.legal_balls),
        "total": str(innings.runs),
        "score": score_text(innings.runs, innings.wickets),
        "target": str(innings.target or 0),
        "needed": counted(innings.needed or 0, "run"),
        "left": counted(left, "ball"),
        "required": an_over(innings.needed or 0, left) if left else "",
    }


def innings_ended(state: Commentator, seq: int) -> Told:
    innings = state.frame.innings[-1]
    speaker = Sentences(state, seq)
    speaker.say("moments", _ending(innings), _innings_words(state, innings))
    told = speaker.told(Weight.WICKET, keep=False)
    return replace(told, state=replace(told.state, course=Course()))


def _ending(innings: Innings) -> str:
    if innings.needed == 0:
        left = innings.legal_balls < innings.max_balls
        return "innings_won" if left else "innings_won_last"
    return "all_out" if innings.all_out else "innings_over"


def ended(state: Commentator, data: EpisodeEnded, seq: int) -> Told:
    speaker = Sentences(state, seq)
    words = {"result": data.result, "reason": data.end_reason.value.replace("_", " ")}
    speaker.say("moments", _outcome(data), words)
    return speaker.told(Weight.WICKET)


def _outcome(data: EpisodeEnded) -> str:
    if data.end_reason is EndReason.COMPLETED:
        return "match_won" if data.winner is not None else "match_level"
    return "match_void" if data.end_reason.is_void else "match_forfeit"


def over_done(before: Commentator, after: Commentator, data: OverComplete, seq: int) -> Told:
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
    speaker = Sentences(after, seq)
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
