"""Cells and fixtures tell what the table tells, divided up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.cricket.choices import Seat
from engine.events import EndReason
from engine.result import EpisodeResult
from flows.outcomes import outcome_of
from tests.tournaments.results import leg
from tests.tournaments.support import spec_of
from tournaments import EpisodePlan, FileDigest, Table, plan_tournament
from tournaments.crosstable import cells, fixture_scores, ratings
from tournaments.pairs import pairs_of

PLAN = plan_tournament(
    spec_of("name: cup\nmatch: {overs: 5, pairs: 2}\nformat: {kind: round_robin, legs: 2}\n"
            "captains: [heuristic, random, cautious]\n"),
    FileDigest("d"),
)  # fmt: skip
ENDINGS = st.tuples(
    st.sampled_from([EndReason.COMPLETED, EndReason.FORFEIT, EndReason.TRANSPORT]),
    st.sampled_from([Seat.HOME, Seat.AWAY, None]),
    st.floats(-1.5, 1.5),
)


def result(
    episode: EpisodePlan, reason: EndReason, winner: Seat | None, luck: float
) -> EpisodeResult:
    if reason is EndReason.FORFEIT:
        winner = winner or Seat.HOME
    made = leg(episode.home, episode.away, winner=winner, luck=luck, reason=reason)
    return replace(made, episode_id=episode.episode_id, seed=episode.seed)


@st.composite
def partly_played(draw: st.DrawFn) -> list[EpisodeResult]:
    episodes = draw(st.lists(st.sampled_from(list(PLAN.episodes())), unique_by=id))
    return [result(episode, *draw(ENDINGS)) for episode in episodes]


def table_of(results: Sequence[EpisodeResult]) -> Table:
    table = Table(PLAN.captains)
    for one in results:
        table.add(outcome_of(one, 5))
    return table


@given(results=partly_played())
def test_the_cells_of_a_captain_add_up_to_his_row(results: list[EpisodeResult]) -> None:
    table = table_of(results)
    crosstable = cells(table, pairs_of(results))
    for row in table.standings():
        ours = [cell for cell in crosstable if cell.first == row.captain]
        theirs = [cell for cell in crosstable if cell.second == row.captain]
        assert row.played == sum(cell.played for cell in ours + theirs)
        assert row.void == sum(cell.void for cell in ours + theirs)
        assert row.tied == sum(cell.tied for cell in ours + theirs)
        assert row.won == sum(c.won for c in ours) + sum(c.lost for c in theirs)
        assert row.points == sum(c.points for c in ours) + sum(c.points_against for c in theirs)


@given(results=partly_played())
def test_fixtures_of_two_captains_add_up_to_their_cell(results: list[EpisodeResult]) -> None:
    crosstable = cells(table_of(results), ())
    scores = fixture_scores(PLAN, table_of(results).outcomes())
    for cell in crosstable:
        meetings = [
            score if fixture.first == cell.first else replace(
                score, first=score.second, second=score.first
            )
            for fixture, score in zip(PLAN.fixtures, scores, strict=True)
            if {fixture.first, fixture.second} == {cell.first, cell.second}
        ]  # fmt: skip
        assert cell.won == sum(score.first for score in meetings)
        assert cell.lost == sum(score.second for score in meetings)
        assert (cell.tied, cell.void) == (
            sum(score.tied for score in meetings),
            sum(score.void for score in meetings),
        )


@given(results=partly_played())
def test_a_share_is_what_was_won_of_what_could_be(results: list[EpisodeResult]) -> None:
    table = table_of(results)
    for rating in ratings(table, pairs_of(results)):
        tally = table.total(rating.captain)
        assert (rating.share is None) == (tally.played == 0)
        assert rating.share is None or rating.share == tally.points(table.points) / (
            2 * tally.played
        )


@given(results=partly_played())
def test_adjusted_scores_of_two_add_up_to_one(results: list[EpisodeResult]) -> None:
    whole = pairs_of(results)
    assert all(
        abs(one.adjusted_of(one.first) + one.adjusted_of(one.second) - 1) < 1e-12 for one in whole
    )
    assert all(cell.adjusted is None or cell.adjusted.pairs >= 1 for cell in cells(
        table_of(results), whole
    ))  # fmt: skip
