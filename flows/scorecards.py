"""Scorecards as markdown, for artifacts. Names are untrusted and escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from engine.cricket.choices import DecisionKind, Seat
from engine.cricket.scorecard import InningsCard
from engine.cricket.state import overs_notation
from engine.result import EpisodeResult
from flows.accounts import accounts_of_match
from flows.honesty import accounts_markdown, was_asked
from flows.markdown import table
from tournaments.report import markdown_name, markdown_text

_RESULTS: Final = ("episode", "home", "away", "score", "result")


def scorecard_markdown(result: EpisodeResult) -> str:
    """One match: its result, each innings with batters, extras, total and bowlers, and what the
    captains' decisions gave away; of captains who were waited for, what that took.
    """
    title = f"## {markdown_name(result.home)} v {markdown_name(result.away)}"
    about = f"{markdown_name(result.result)} · seed `{result.seed}` · `{result.episode_id}`"
    innings = (_innings(card, result.batting_captain(card.number)) for card in result.cards)
    return "\n\n".join([title, about, *innings, *_costs(result), *_accounts(result)])


def scorecards_markdown(title: str, results: Sequence[EpisodeResult]) -> str:
    """Matches that ended together: a list where they are several, and each one's scorecard."""
    listed = table(_RESULTS[1:], [cells_of(result)[1:] for result in results])
    several = [f"## {markdown_text(title)}", listed] if len(results) > 1 else []
    return "\n\n".join([*several, *map(scorecard_markdown, results)])


def cells_of(result: EpisodeResult) -> tuple[str, ...]:
    """One match as a line of `results_markdown`."""
    return (
        f"`{result.episode_id}`",
        markdown_name(result.home),
        markdown_name(result.away),
        _score(result),
        markdown_name(result.result),
    )


def results_markdown(title: str, rows: Iterable[Sequence[str]]) -> str:
    """Several matches, one line each, as `cells_of` gives them."""
    return f"## {markdown_text(title)}\n\n{table(_RESULTS, rows)}"


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
    return ["### Decisions", table(header, rows)] if rows else []


def _accounts(result: EpisodeResult) -> list[str]:
    told = accounts_of_match(result)
    return [accounts_markdown(told)] if any(was_asked(one) for one in told) else []


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
            table(["batter", "", "runs", "balls", "4s", "6s"], batting),
            total,
            table(["bowler", "overs", "maidens", "runs", "wickets"], bowling),
        ]
    )
