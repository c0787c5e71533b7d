"""What is worth saying beside the ball itself: before it as a lead, after it as a tail.

Both are names of lists in the templates, the most important first. Pure, and mirrored in
`cockpit/commentary/moments.js`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from engine.events import Delivery
from spectator.balls import extras_of, fell
from spectator.commentary.words import (
    ball_words,
    counted,
    number,
    overs_text,
    score_text,
    templates,
)
from spectator.frame_parts import Batter, Bowler, Innings

COLLAPSE: Final = 3  # wickets
COLLAPSE_BALLS: Final = 12
CLOSE_RUNS: Final = 20  # a chase with as little left is told after each ball
CLOSE_BALLS: Final = 12
MARK: Final = 50
RETIRED_OUT: Final = "retired out"
_BALLS_PER_OVER: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How an innings has gone, as far as the frame does not say: deliveries bowled, in all and in
    this over; at which of them wickets `falls`; the partnership's runs (None where its beginning
    was not seen); wickets that a bowler took with successive deliveries.
    """

    delivered: int = 0
    in_over: int = 0
    legal_in_over: int = 0
    falls: tuple[int, ...] = ()
    stand: int | None = 0
    running: tuple[tuple[str, int], ...] = ()
    joined: bool = False

    def running_of(self, bowler: str) -> int:
        return dict(self.running).get(bowler, 0)


def course_after(course: Course, data: Delivery) -> Course:
    extras = extras_of(data.outcome)
    legal = "wd" not in extras and "nb" not in extras
    credited = data.wicket is not None and data.wicket.credited_to_bowler
    running = dict(course.running)
    running[data.bowler] = running.get(data.bowler, 0) + 1 if credited else 0
    delivered = course.delivered + 1
    stand = None if course.stand is None else course.stand + data.bat + data.extras
    return Course(
        delivered=delivered,
        in_over=course.in_over + 1,
        legal_in_over=course.legal_in_over + int(legal),
        falls=(*course.falls, delivered) if fell(data) else course.falls,
        stand=stand if data.wicket is None else 0,
        running=tuple(running.items()),
        joined=course.joined,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One delivery, with the innings and its course before it and after it."""

    data: Delivery
    before: Innings
    after: Innings
    course: Course
    course_after: Course
    max_overs: int
    squad: Mapping[str, str]

    @property
    def left(self) -> int:
        """Legal balls left after it."""
        return self.after.max_balls - self.after.legal_balls

    @property
    def starts_over(self) -> bool:
        return self.course.in_over == 0 and self.before.legal_balls % _BALLS_PER_OVER == 0


def lead_of(moment: Moment) -> str:
    """The list to lead in from; empty where the ball needs no lead."""
    data, before, course = moment.data, moment.before, moment.course
    chase = "" if before.needed is None else "_chase"
    left = before.max_balls - before.legal_balls
    if left == 1:
        return f"last_ball{chase}"
    if course.running_of(data.bowler) == 2:
        return "hat_trick_ball"
    if data.free_hit:
        return "free_hit"
    if course.delivered == 0 and not course.joined:
        return "opening"
    if moment.starts_over and left == _BALLS_PER_OVER:
        return f"last_over{chase}"
    if _has_come_in(before, data.striker):
        return "new_batter"
    if moment.starts_over:
        return "over_again" if _bowler(before, data.bowler).balls else "over"
    return ""


def tails_of(moment: Moment) -> Iterator[str]:
    """The lists to go on from, the most important first."""
    data = moment.data
    if data.needed == 0:
        yield "won"
    if data.wicket is not None:
        yield from _wicket(moment)
    yield from _striker(moment)
    if data.wicket is None:
        yield from _stand(moment)
    if moment.before.runs // MARK < moment.after.runs // MARK:
        yield "total"
    if _ends_powerplay(moment):
        yield "powerplay"
    yield from _chase(moment)
    if "nb" in extras_of(data.outcome) and data.needed != 0 and data.wicket is None:
        yield "free_hit"


def _wicket(moment: Moment) -> Iterator[str]:
    data, course = moment.data, moment.course_after
    assert data.wicket is not None
    if data.bat + data.extras:
        yield "wicket_runs"
    if not fell(data):
        return
    if data.wicket.credited_to_bowler:
        if course.running_of(data.bowler) == 3:
            yield "hat_trick"
        if _bowler(moment.after, data.bowler).wickets == 5:
            yield "five_wickets"
    if len(_recent(course)) >= COLLAPSE:
        yield "collapse"
    if course.running_of(data.bowler) == 2:
        yield "two_in_two"
    gone = _batter(moment.after, data.wicket.player_out)
    if gone.runs:
        yield "out_score"
    elif gone.balls == 1 and gone.name == data.striker and data.wicket.kind != RETIRED_OUT:
        yield "first_ball"
    else:
        yield "duck"
    if stand_ended(moment) >= MARK // 2:
        yield "stand_over"


def _recent(course: Course) -> list[int]:
    return [fall for fall in course.falls if fall > course.delivered - COLLAPSE_BALLS]


def stand_ended(moment: Moment) -> int:
    """What the partnership was worth that ends with this ball; 0 where nobody knows."""
    begun = moment.course.stand
    return 0 if begun is None else begun + moment.data.bat + moment.data.extras


def _striker(moment: Moment) -> Iterator[str]:
    before = _batter(moment.before, moment.data.striker).runs
    after = _batter(moment.after, moment.data.striker).runs
    if before < 100 <= after:
        yield "hundred"
    elif before < 50 <= after:
        yield "fifty"


def _stand(moment: Moment) -> Iterator[str]:
    before, after = moment.course.stand, moment.course_after.stand
    if before is None or after is None:
        return
    if before < 100 <= after:
        yield "stand_hundred"
    elif before < 50 <= after:
        yield "stand_fifty"


def _ends_powerplay(moment: Moment) -> bool:
    after = moment.after
    if after.innings > 2 or after.legal_balls == moment.before.legal_balls:
        return False
    lasts: int = templates()["powerplay_balls"][moment.max_overs]
    return after.legal_balls == lasts < after.max_balls


def _chase(moment: Moment) -> Iterator[str]:
    needed, left, after = moment.data.needed, moment.left, moment.after
    if needed is None or needed == 0:
        return
    if left == 0:
        yield "tied" if needed == 1 else "short"
        return
    if after.wickets >= (10 if after.innings <= 2 else 2):
        return
    if needed == 1:
        yield "level"
    elif needed <= CLOSE_RUNS or left <= CLOSE_BALLS:
        yield "chase"


# --- its words ---------------------------------------------------------------------------------


def moment_words(moment: Moment) -> dict[str, str]:
    data, before, after = moment.data, moment.before, moment.after
    course = moment.course_after
    recent = _recent(course)
    out = _batter(after, data.wicket.player_out) if data.wicket else Batter(name="")
    striker = _batter(after, data.striker)
    return ball_words(data) | {
        **moment.squad,
        "count": str(course.in_over),
        "over_number": str(data.over + 1),
        "overs": overs_text(after.legal_balls),
        "score_before": score_text(before.runs, before.wickets),
        "figures": figures(_bowler(after, data.bowler)),
        "figures_before": figures(_bowler(before, data.bowler)),
        "striker_runs": str(striker.runs),
        "striker_balls": counted(striker.balls, "ball"),
        "out_made": f"{out.runs} off {counted(out.balls, 'ball')}",
        "stand": str(stand_ended(moment)),
        "falls": number(len(recent)),
        "span": str(course.delivered - recent[0] + 1) if recent else "",
        "mark": str(after.runs // MARK * MARK),
        "needed": counted(data.needed or 0, "run"),
        "needed_before": counted(before.needed or 0, "run"),
        "left": counted(moment.left, "ball"),
    }


def figures(bowler: Bowler) -> str:
    """`2 for 14`."""
    return f"{bowler.wickets} for {bowler.runs}"


def _batter(innings: Innings, name: str) -> Batter:
    return next((each for each in innings.batters if each.name == name), Batter(name=name))


def _bowler(innings: Innings, name: str) -> Bowler:
    return next((each for each in innings.bowlers if each.name == name), Bowler(name=name))


def _has_come_in(innings: Innings, name: str) -> bool:
    """Whether he faces for the first time, and did not open the innings."""
    batter, known = _batter(innings, name), {each.name for each in innings.batters}
    return not batter.balls and not batter.runs and len(known | {name}) > 2
