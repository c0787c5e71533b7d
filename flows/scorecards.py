"""Scorecards as markdown, for artifacts. Names are untrusted and escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.cricket.choices import DecisionKind, Seat
from engine.cricket.scorecard import InningsCard
from engine.cricket.state import overs_notation
from engine.result import EpisodeResult
from tournaments.report import markdown_name


def scorecard_markdown(result: EpisodeResult) -> str:
    """One match: its result, each innings with batters, extras, total and bowlers, and what the
    captains' decisions gave away.
    """
    title = f"## {markdown_name(result.home)} v {markdown_name(result.away)}"
    about = f"{markdown_name(result.result)} · seed `{result.seed}` · `{result.episode_id}`"
    innings = (_innings(card, result.batting_captain(card.number)) for card in result.cards)
    return "\n\n".join([title, about, *innings, *_costs(result)])


def results_markdown(title: str, results: Iterable[EpisodeResult]) -> str:
    """Several matches, one line each."""
    rows = [
        [
            f"`{result.episode_id}`",
            markdown_name(result.home),
            markdown_name(result.away),
            _score(result),
            markdown_name(result.result),
        ]
        for result in results
    ]
    header = ["episode", "home", "away", "score", "result"]
    return f"## {markdown_name(title)}\n\n{_table(header, rows)}"


def _score(result: EpisodeResult) -> str:
    return ", ".join(
        f"{line.batting} {line.runs}/{line.wickets} ({overs_notation(line.legal_balls)})"
        for line in result.innings
    )


def _costs(result: EpisodeResult) -> list[str]:
    """A line a captain: win probability given away, in points, in all and by kind; none where
    nothing was priced.
    """
    rows = []
    for seat, name in ((Seat.HOME, result.home), (Seat.AWAY, result.away)):
        costs = result.counts[seat].costs
        given = [costs[kind].total if kind in costs else 0.0 for kind in DecisionKind]
        if costs:
            rows.append([markdown_name(name), *(f"{100 * g:.1f}" for g in (sum(given), *given))])
    header = ["win probability given away, points", "in all", *DecisionKind]
    return ["### Decisions", _table(header, rows)] if rows else []


def _innings(card: InningsCard, captain: str) -> str:
    batting = [
        [
            markdown_name(row.name),
            markdown_name(row.how_out),
            str(row.line.runs),
            str(row.line.balls),
            str(row.line.fours),
            str(row.line.sixes),
        ]
        for row in card.batters
    ]
    bowling = [
        [
            markdown_name(row.name),
            overs_notation(row.line.balls),
            str(row.line.maidens),
            str(row.line.runs),
            str(row.line.wickets),
        ]
        for row in card.bowlers
    ]
    overs = overs_notation(card.legal_balls)
    total = f"extras {card.extras.total}, total **{card.runs}/{card.wickets}** in {overs} overs"
    return "\n\n".join(
        [
            f"### {card.number}. {markdown_name(captain)} bats for {markdown_name(card.team)}",
            _table(["batter", "", "runs", "balls", "4s", "6s"], batting),
            total,
            _table(["bowler", "overs", "maidens", "runs", "wickets"], bowling),
        ]
    )


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---"] * len(header)
    return "\n".join(f"| {' | '.join(row)} |" for row in [header, rule, *rows])
