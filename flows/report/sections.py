"""The parts of a report's page, each from the part of the report that it draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from engine.cricket.choices import DecisionKind
from engine.cricket.outcomes import OUTCOME_INDEX, OUTCOMES
from engine.phases import Part
from flows.accounts import CaptainAccount
from flows.honesty import figures, was_asked
from flows.report.charts import (
    columns_figure,
    interval,
    ratings_figure,
    rows_of,
    stopping_figure,
)
from flows.report.content import Quality, Report, Share, Spent, TurningPoint
from flows.report.markup import (
    DASH,
    listing,
    name,
    percent,
    section,
    signed,
    table,
    tile,
    tiles,
    told,
)
from tournaments.crosstable import Cell
from tournaments.ratings import Effect
from tournaments.stats.scale import score_at

SHADES: Final = 9  # of the crosstable, from all lost to all won
_ANSWERED: Final = ("decisions", "coverage", "fallbacks", "illegal", "malformed", "rethinks")
_ASKED: Final = (
    *("timeouts", "p50", "p95", "calls", "from cache", "tokens in", "tokens out", "cost", "model"),
)
_KEY: Final = (
    '<p class="key"><span><svg viewBox="0 0 34 16" aria-hidden="true"><g class="adjusted">'
    '<line x1="2" x2="32" y1="8" y2="8"/><circle cx="17" cy="8" r="5"/></g></svg>luck taken out'
    '</span><span><svg viewBox="0 0 34 16" aria-hidden="true"><g class="raw"><line x1="2" x2="32" '
    'y1="8" y2="8"/><circle cx="17" cy="8" r="3.6"/></g></svg>results as they were</span></p>'
)


def ratings(report: Report) -> str:
    """Who is better, by how much, how sure."""
    rows = rows_of(report.ratings)
    luck = {one.captain: one for one in report.luck}
    worth = report.ratings.worth
    more = f" One match tells as much as {worth:.0f} raw ones." if worth and worth >= 2 else ""
    lead = f"A line is a 95 % interval: where the lines of two overlap little, they differ.{more}"
    body = [
        [
            name(row.captain),
            f"<b>{signed(row.adjusted.elo)}</b>",
            interval(row.adjusted),
            DASH if row.raw is None else f"{signed(row.raw.elo)} ({interval(row.raw)})",
            _span(row.adjusted.place_low, row.adjusted.place_high),
            percent(row.adjusted.p_best),
            percent(luck[row.captain].score) if row.captain in luck else DASH,
            signed(100 * luck[row.captain].luck, 1) if row.captain in luck else DASH,
        ]
        for row in rows
    ]
    head = ["", "Elo", "95 % interval", "raw Elo", "place", "P(best)", "won", "luck"]
    figure = ratings_figure(report.ratings)
    told_apart = listing(_tied(report))
    notes = (
        '<p class="quiet note">“won” counts a tie as half; “luck” is how many points of 100 '
        "chance gave on average, and is taken out of the Elo on the left.</p>"
    )
    return section(
        "Who is better",
        lead,
        f"<figure>{_KEY}{figure}</figure>" if figure else "",
        table("Ratings", head, body),
        notes if body else "",
        told_apart,
        at="ratings",
    )


def _tied(report: Report) -> Iterator[str]:
    ranking = report.ratings.adjusted
    for gap in ranking.gaps if ranking else ():
        if gap.is_resolved:
            share = f"{100 * score_at(gap.elo):.0f} of 100 matches"
            yield (
                f"{name(gap.better)} is better than {name(gap.worse)} by {signed(gap.elo)} Elo "
                f"({signed(gap.low)} to {signed(gap.high)}): {share}."
            )
    for group in ranking.tied if ranking else ():
        names = ", ".join(map(name, group))
        yield f"Statistically tied, each with the next: {names}."
    yield from (f"Note: {told(warning)}." for warning in report.warnings)


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}–{high}"


def crosstable(report: Report) -> str:
    """The heat map: who did how against whom."""
    order = [row.captain for row in rows_of(report.ratings)]
    order += [captain for captain in report.captains if captain not in order]
    place = {captain: number for number, captain in enumerate(order, start=1)}
    found = {(cell.first, cell.second): cell for cell in report.crosstable}
    rows = [
        [
            f'<span class="place">{place[one]}</span> {name(one)}',
            *(_heat(found, one, other) for other in order),
        ]
        for one in order
    ]
    head = ["", *(f'<abbr title="{told(n)}">{place[n]}</abbr>' for n in order)]
    lead = (
        "Read along a row: the share of 100 that its captain scores against the captain of the "
        "column, luck taken out; below it won–lost–tied as they were."
    )
    return section(
        "Against whom", lead, table("Crosstable", head, rows, "heat") if found else "", at="cross"
    )


def _heat(found: dict[tuple[str, str], Cell], one: str, other: str) -> str:
    if one == other:
        return '<td class="self">·</td>'
    cell, turned = found.get((one, other)), found.get((other, one))
    if cell is not None:
        return _shaded(cell.adjusted.mean if cell.adjusted else None, cell.won, cell.lost, cell)
    if turned is not None:
        score = None if turned.adjusted is None else 1 - turned.adjusted.mean
        return _shaded(score, turned.lost, turned.won, turned)
    return "<td></td>"


def _shaded(score: float | None, won: int, lost: int, cell: Cell) -> str:
    record = f"<small>{won}–{lost}–{cell.tied}</small>"
    if score is None:
        return f"<td>{record}</td>"
    shade = min(SHADES - 1, max(0, int(score * SHADES)))
    return f'<td class="h{shade}">{100 * score:.0f}{record}</td>'


def standings(report: Report) -> str:
    """The table by points."""
    names = ("played", "won", "lost", "tied", "points")
    rows = [
        [name(row["captain"]), *(str(row[n]) for n in names), signed(row["nrr"], 3)]
        for row in report.standings
    ]
    return section(
        "The table",
        "By points and net run rate, as in any league; it knows nothing of luck.",
        table("Standings", ["", *names, "net run rate"], rows),
        at="table",
    )


def stopping(report: Report) -> str:
    """How the rule that was to end the run stood."""
    track = report.stopping
    if track is None:
        return ""
    figure = f"<figure>{stopping_figure(track)}</figure>"
    return section("When to stop", f"{told(track.rule)}: {told(track.decided)}", figure, at="stop")


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


def honesty(report: Report) -> str:
    """Who decided for each captain, and what that took."""
    asked = any(was_asked(one) for one in report.honesty)
    names = [*_ANSWERED, *(_ASKED if asked else ())]
    rows = [_account(one, names) for one in report.honesty]
    lead = (
        "Coverage is the share of decisions that a captain made himself; what a fallback decided "
        "for him is not his cricket."
    )
    quiet = "" if asked else " Nobody had to be waited for: no calls, no tokens, no cost."
    head = ["", *map(told, names), "forfeits", "void"]
    return section(
        "How the decisions were come by",
        lead + quiet,
        table("Honesty", head, rows),
        at="honesty",
    )


def _account(one: CaptainAccount, names: Sequence[str]) -> list[str]:
    cells = figures(one)
    return [name(one.captain), *(told(cells[n]) for n in names), str(one.forfeits), str(one.void)]


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


def doubts(report: Report) -> str:
    """What may be wrong with one number a captain, and with these seeds."""
    return section(
        "How far to trust the order",
        "",
        listing([*_circles(report), *_seeds(report)]),
        at="doubts",
    )


def _circles(report: Report) -> Iterator[str]:
    sure = [cycle for cycle in report.cycles if cycle.is_sure]
    if not report.cycles:
        yield "No circles: nobody beats another who beats a third who beats the first."
        return
    for cycle in sure or report.cycles[:1]:
        names = ", ".join(map(name, cycle.captains))
        verdict = "beyond doubt" if cycle.is_sure else "which may be chance"
        yield f"A circle, {verdict}: {names}, each ahead of the next and the last of the first."
    others = len(report.cycles) - len(sure or report.cycles[:1])
    if others:
        circle = "circle" if others == 1 else "circles"
        yield f"{others} more {circle} of three that may be chance."


def _seeds(report: Report) -> Iterator[str]:
    found = report.seeds
    if found is None:
        yield "Too few seeds to tell how much the order hangs on single ones."
        return
    if not found.others:
        yield (
            f"{name(found.first)} has the best score whichever one of the {found.seeds} seeds is "
            "left out."
        )
    for other, seeds in found.others.items():
        words = "one seed" if len(seeds) == 1 else f"any one of {len(seeds)} seeds"
        yield f"Without {words} of {found.seeds}, {name(other)} would have the best score."
    if found.order is not None:
        yield (
            f"Two halves of the seeds order the captains with a rank correlation of "
            f"{signed(found.order, 2)} (1 is the same order)."
        )


def voided(report: Report) -> str:
    """What counts for nobody, and why."""
    rows = [
        [told(one.reason), str(one.episodes), told(one.error) or DASH, told(one.example)]
        for one in report.voided
    ]
    nothing = '<p class="quiet">Nothing was void.</p>' if not rows else ""
    return section(
        "What does not count",
        "",
        nothing or table("Void", ["reason", "matches", "why", "for example"], rows, "words"),
        at="void",
    )


def reproduce(report: Report) -> str:
    """The command that plays it again, and what decides the matches."""
    how = report.reproduce
    facts = {
        "seed": how.seed,
        "file": how.file_digest,
        "captains": how.version,
        "engine": how.engine_version,
        "ball model": how.coefficients_digest,
    }
    listed = "".join(f"<dt>{told(k)}</dt><dd>{told(v)}</dd>" for k, v in facts.items() if v != "")
    lead = (
        "The same file, occasion, engine and ball model give the same matches ball by ball; a live "
        "language model may answer differently."
    )
    command = f'<pre tabindex="0"><code>{told(how.command)}</code></pre>'
    return section("Play it again", lead, command, f"<dl>{listed}</dl>", at="again")
