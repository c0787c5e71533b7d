"""How they played: the parts of a report's page about decisions, turning points, home and toss."""

from __future__ import annotations

from collections.abc import Sequence

from engine.cricket.choices import DecisionKind
from engine.cricket.outcomes import OUTCOME_INDEX, OUTCOMES
from engine.phases import Part
from flows.report.charts import (
    columns_figure,
)
from flows.report.content import Quality, Report, Share, Spent, TurningPoint
from flows.report.markup import (
    DASH,
    name,
    percent,
    section,
    signed,
    table,
    tile,
    tiles,
    told,
)
from tournaments.ratings import Effect


def quality(report: Report) -> str:
    """What decisions gave away, by phase and by kind."""
    if not report.quality:
        return ""
    best_first = sorted(report.quality, key=lambda one: one.a_match)
    lead = (
        "Points of win probability (of 100) that a decision gives away on average against the best "
        "legal one, on what the captain knew. Less is better; luck plays no part."
    )
    return section(
        "How well they decided",
        lead,
        _costs("By phase", best_first, [part.value for part in Part], "phases"),
        _costs("By kind of decision", best_first, [kind.value for kind in DecisionKind], "kinds"),
        at="quality",
    )


def _costs(caption: str, each: Sequence[Quality], names: Sequence[str], of: str) -> str:
    most = max((s.mean for one in each for s in getattr(one, of).values()), default=0.0)
    heavy = max((one.a_match for one in each), default=0.0)
    rows = [
        [
            name(one.captain),
            *(_barred(getattr(one, of).get(n), most) for n in names),
            _bar(f"{100 * one.a_match:.1f}", one.a_match, heavy),
        ]
        for one in each
    ]
    return table(caption, [told(caption), *map(told, names), "a match, in all"], rows, "bars")


def _barred(spent: Spent | None, most: float) -> str:
    if spent is None:
        return DASH
    return _bar(f"{100 * spent.mean:.2f}", spent.mean, most)


def _bar(text: str, value: float, most: float) -> str:
    width = 100 * max(value, 0.0) / most if most else 0.0
    return f'<td>{text}<i style="width:{width:.0f}%"></i></td>'


def turning(report: Report, cockpit: str) -> str:
    """Where matches turned, over by over, and the balls that did it most."""
    if not report.turning:
        return ""
    most = max((at.matches for at in report.turned), default=0)
    overs = max((at.over for at in report.turned), default=0)
    shown = [_over_by_over(report, innings, overs, most) for innings in (1, 2) if overs]
    rows = [_turning_row(point, cockpit) for point in report.turning]
    head = ["ball", "match", "turned to", "chance", "of it luck", "what happened", "result"]
    lead = (
        "Of each match the ball that moved the win probability most. A ball links to the match as "
        "it stood then, on the page of <code>captains up</code> once <code>captains publish</code> "
        "has put the run there."
    )
    return section(
        "Where matches turned",
        lead,
        f'<div class="grid-2">{"".join(shown)}</div>',
        table("Turning points", head, rows, "words"),
        at="turning",
    )


def _over_by_over(report: Report, innings: int, overs: int, most: int) -> str:
    found = {at.over: at.matches for at in report.turned if at.innings == innings}
    title = "First innings" if innings == 1 else "Second innings"
    values = [found.get(over, 0) for over in range(1, overs + 1)]
    drawn = columns_figure(title, values, most=most)
    caption = f"{title}<small>matches that turned most in this over, by 10 points or more</small>"
    return f"<figure><figcaption>{caption}</figcaption>{drawn}</figure>"


def _turning_row(point: TurningPoint, cockpit: str) -> list[str]:
    address = f"{cockpit.rstrip('/')}/match/{point.episode_id}/{point.attempt}#{point.place}"
    ball = f'<a href="{told(address)}">{told(point.place)}</a>'
    what = f"{told(point.bowler)} to {told(point.striker)}: {outcome_words(point.outcome)}"
    return [
        ball,
        f"{name(point.home)} v {name(point.away)}",
        name(point.gained),
        f"{percent(point.before)} → <b>{percent(point.after)}</b>",
        signed(100 * point.luck),
        f"{what}, {told(point.score)}",
        told(point.result),
    ]


def outcome_words(key: str) -> str:
    """An outcome of the catalogue as people say it."""
    index = OUTCOME_INDEX.get(key)
    if index is None:
        return told(key)
    outcome = OUTCOMES[index]
    if outcome.dismissal is not None:
        return told(outcome.dismissal.value)
    kinds = {"wide": outcome.wides, "no-ball": outcome.no_balls}
    kinds |= {"bye": outcome.byes, "leg-bye": outcome.leg_byes, "penalty": outcome.penalty}
    extra = next((word for word, runs in kinds.items() if runs), None)
    if extra is not None:
        return extra if outcome.runs == 1 else f"{extra}, {outcome.runs} runs"
    if outcome.boundary:
        return "six" if outcome.bat == 6 else "four"
    return {0: "no run", 1: "a single"}.get(outcome.bat, f"{outcome.bat} runs")


def sides(report: Report) -> str:
    """What home, batting first and the toss were worth."""
    of, raw = report.sides, report.ratings.raw
    each = [
        _share("home sides won", of.home, raw.side if raw else None),
        _share("who batted first won", of.batting_first, None),
        _share("who won the toss won", of.toss, raw.toss if raw else None),
        *(_share(f"who chose to {choice} won", s, None) for choice, s in of.elected.items()),
    ]
    lead = (
        "Every pair is played twice with the seats swapped, so none of this favours a captain; it "
        "tells of the matches."
    )
    return section("Home, innings and toss", lead, tiles(filter(None, each)), at="sides")


def _share(words: str, share: Share, effect: Effect | None) -> str:
    if not share.decided:
        return ""
    more = f"{share.won} of {share.decided} decided"
    if effect is not None:
        ends = f"{signed(effect.low)} to {signed(effect.high)}"
        more += f"<br>worth {signed(effect.elo)} Elo ({ends})"
    return tile(words, percent(share.won / share.decided), more)
