"""The table: what counts, in which order, and that the order of arrival does not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import EndReason
from tests.tournaments.support import NAMES, seasons
from tournaments import EpisodeOutcome, InningsOutcome, Table


def table(season: list[EpisodeOutcome], captains: tuple[str, ...] = NAMES) -> Table:
    made = Table(captains)
    for outcome in season:
        made.add(outcome)
    return made


def innings(batting: str, runs: int, balls: int = 30, *, all_out: bool = False) -> InningsOutcome:
    return InningsOutcome(
        batting=batting, runs=runs, wickets=0, balls=balls, all_out=all_out, max_balls=30
    )


def match(number: int, home: str, away: str, winner: str | None = None) -> EpisodeOutcome:
    return EpisodeOutcome(
        episode_id=str(number),
        home=home,
        away=away,
        winner=winner,
        end_reason=EndReason.COMPLETED,
        innings=(innings(home, 50), innings(away, 50)),
    )


@given(season=seasons(), data=st.data())
def test_the_order_of_arrival_does_not_matter(
    season: list[EpisodeOutcome], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(season))
    assert table(shuffled).standings() == table(season).standings()


@given(season=seasons())
def test_reporting_everything_twice_changes_nothing(season: list[EpisodeOutcome]) -> None:
    assert table(season + season).standings() == table(season).standings()


@given(season=seasons())
def test_every_counted_episode_has_two_sides(season: list[EpisodeOutcome]) -> None:
    rows = table(season).standings()
    counted = [outcome for outcome in season if not outcome.end_reason.is_void]
    assert sum(row.played for row in rows) == 2 * len(counted)
    assert all(row.won + row.lost + row.tied == row.played for row in rows)
    assert all(row.points == 2 * row.won + row.tied for row in rows)


@given(season=seasons())
def test_what_one_scores_the_other_concedes(season: list[EpisodeOutcome]) -> None:
    made = table(season)
    for a in NAMES:
        for b in set(NAMES) - {a}:
            ours, theirs = made.against(a, b), made.against(b, a)
            assert (ours.runs_for, ours.balls_for) == (theirs.runs_against, theirs.balls_against)
            assert (ours.won, ours.tied) <= (theirs.lost, theirs.tied)


@given(season=seasons())
def test_swapping_two_names_swaps_their_rows(season: list[EpisodeOutcome]) -> None:
    swap = {"ann": "bob", "bob": "ann", "cy": "cy", None: None}
    swapped = [
        replace(
            outcome,
            home=swap[outcome.home] or "",
            away=swap[outcome.away] or "",
            winner=swap[outcome.winner],
            innings=tuple(replace(i, batting=swap[i.batting] or "") for i in outcome.innings),
        )
        for outcome in season
    ]
    assert table(season).total("ann") == table(swapped).total("bob")


@given(season=seasons())
def test_a_void_episode_counts_for_nobody(season: list[EpisodeOutcome]) -> None:
    void = replace(match(99, "ann", "bob"), end_reason=EndReason.TRANSPORT)
    before, after = table(season).total("ann"), table([*season, void]).total("ann")
    assert after == replace(before, void=before.void + 1)


def test_a_forfeit_is_a_loss_outside_the_run_rate() -> None:
    forfeit = replace(match(1, "ann", "bob", "bob"), end_reason=EndReason.FORFEIT)
    bob, ann, _ = table([forfeit]).standings()
    assert (bob.won, bob.points, ann.lost, ann.forfeits) == (1, 2, 1, 1)
    assert ann.balls_for == ann.balls_against == 0


def test_a_side_all_out_has_faced_its_full_quota() -> None:
    outcome = replace(
        match(1, "ann", "bob", "ann"),
        innings=(innings("ann", 60), innings("bob", 40, balls=12, all_out=True)),
    )
    assert table([outcome]).standings()[0].nrr == pytest.approx(60 / 5 - 40 / 5)


def test_a_chase_won_early_counts_the_balls_it_took() -> None:
    outcome = replace(
        match(1, "ann", "bob", "bob"), innings=(innings("ann", 40), innings("bob", 41, balls=18))
    )
    assert table([outcome]).standings()[0].nrr == pytest.approx(41 / 3 - 40 / 5)


def test_a_super_over_decides_but_stays_out_of_the_run_rate() -> None:
    extra = replace(innings("ann", 15, balls=6), super_over=True)
    tied = match(1, "ann", "bob", "ann")
    outcome = replace(tied, innings=(*tied.innings, extra))
    assert table([outcome]).standings()[0].nrr == 0


def test_level_on_all_else_the_meeting_of_the_two_decides() -> None:
    won = [("ann", "bob", "bob"), ("ann", "cy", "ann"), ("bob", "dee", "dee"), ("cy", "dee", "cy")]
    season = [match(number, *played) for number, played in enumerate(won)]
    rows = table(season, ("ann", "bob", "cy", "dee")).standings()
    among = [row.captain for row in rows]
    assert {row.points for row in rows} == {2}
    assert all(row.by_lot for row in rows), "four in a ring stay level"
    late = table([match(1, "ann", "bob", "bob"), match(2, "bob", "cy", "cy")], ("ann", "bob", "cy"))
    assert [row.captain for row in late.standings()] != among


def test_head_to_head_comes_before_the_lot() -> None:
    season = [
        match(1, "ann", "bob", "bob"),
        match(2, "ann", "cy", "ann"),
        match(3, "bob", "dee", "dee"),
        match(4, "cy", "dee"),
    ]
    rows = table(season, ("ann", "bob", "cy", "dee")).standings()
    assert [row.captain for row in rows] == ["dee", "bob", "ann", "cy"]
    assert not any(row.by_lot for row in rows)


def test_who_never_played_is_placed_by_lot_and_the_lot_is_its_seeds() -> None:
    orders = {tuple(row.captain for row in Table(NAMES, lot=s).standings()) for s in range(40)}
    assert len(orders) == 6


@pytest.mark.parametrize(
    ("has_rests", "order"), [(False, ["ann", "bob", "cy"]), (True, ["ann", "cy", "bob"])]
)
def test_by_shares_who_has_not_played_is_last_unless_he_rested(
    has_rests: bool, order: list[str]
) -> None:
    made = Table(NAMES, by_share=True, has_rests=has_rests)
    made.add(match(1, "ann", "bob", "ann"))
    made.add(replace(match(2, "ann", "cy"), end_reason=EndReason.TRANSPORT))
    assert [row.captain for row in made.standings()] == order


def test_the_latest_attempt_of_an_episode_counts() -> None:
    void = replace(match(1, "ann", "bob"), end_reason=EndReason.TRANSPORT)
    again = replace(match(1, "ann", "bob", "ann"), attempt=2)
    for season in ([void, again], [again, void]):
        total = table(season).total("ann")
        assert (total.won, total.void) == (1, 0)


def test_a_void_attempt_never_replaces_one_that_counts() -> None:
    counted = match(1, "ann", "bob", "ann")
    void = replace(match(1, "ann", "bob"), end_reason=EndReason.CANCELLED, attempt=2)
    for season in ([counted, void], [void, counted]):
        total = table(season).total("ann")
        assert (total.won, total.void) == (1, 0)


def test_an_attempt_that_ended_in_two_ways_is_a_bug() -> None:
    with pytest.raises(ValueError, match="attempt 1 ended twice"):
        table([match(1, "ann", "bob", "ann"), match(1, "ann", "bob", "bob")])


def test_a_winner_who_did_not_play_is_a_bug() -> None:
    with pytest.raises(ValueError, match="'cy' of"):
        match(1, "ann", "bob", "cy")
