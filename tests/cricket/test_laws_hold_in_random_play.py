"""The laws as properties over random legal play in every format."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given

from engine.cricket.choices import OUTSIDE, Seat
from engine.cricket.formats import BALLS_PER_OVER
from engine.cricket.laws import after_delivery
from engine.cricket.nodes import BallBowled, InningsEnded, InningsStarted, OverCompleted, ResultKind
from engine.cricket.outcomes import ALLOWED_ON_FREE_HIT, Dismissal
from engine.cricket.state import Innings
from tests.play import Played, random_matches


def ended(played: Played) -> list[Innings]:
    return [fact.innings for fact in played.facts if isinstance(fact, InningsEnded)]


def balls_of(played: Played, innings: Innings) -> list[BallBowled]:
    return [ball for ball in played.balls if ball.before.number == innings.number]


@given(random_matches())
def test_total_is_the_sum_of_its_balls(played: Played) -> None:
    for innings in ended(played):
        assert innings.runs == sum(ball.outcome.runs for ball in balls_of(played, innings))


@given(random_matches())
def test_total_is_batters_plus_extras(played: Played) -> None:
    for innings in ended(played):
        assert innings.runs == sum(b.runs for b in innings.batters) + innings.extras.total


@given(random_matches())
def test_total_is_bowlers_plus_byes_and_penalties(played: Played) -> None:
    for innings in ended(played):
        extras = innings.extras
        not_charged = extras.byes + extras.leg_byes + extras.penalty
        assert innings.runs == sum(b.runs for b in innings.bowlers) + not_charged


@given(random_matches())
def test_wickets_are_the_batters_out_and_the_bowlers_plus_the_rest(played: Played) -> None:
    for innings in ended(played):
        assert innings.wickets == sum(b.is_out for b in innings.batters) <= innings.max_wickets
        uncredited = sum(
            ball.outcome.is_wicket and ball.after.batters[ball.player_out or 0].bowler is None
            for ball in balls_of(played, innings)
        )
        assert innings.wickets == sum(b.wickets for b in innings.bowlers) + uncredited


@given(random_matches())
def test_a_completed_over_has_six_legal_balls(played: Played) -> None:
    for fact in played.facts:
        if isinstance(fact, OverCompleted):
            balls = [
                ball
                for ball in balls_of(played, fact.innings)
                if ball.before.over == fact.innings.over - 1
            ]
            assert sum(ball.outcome.is_legal for ball in balls) == BALLS_PER_OVER
            assert len({ball.before.bowler for ball in balls}) == 1


@given(random_matches())
def test_nobody_bowls_two_overs_in_a_row(played: Played) -> None:
    for innings in ended(played):
        by_over = {ball.before.over: ball.before.bowler for ball in balls_of(played, innings)}
        assert all(by_over[a] != by_over[b] for a, b in pairwise(sorted(by_over)))


@given(random_matches())
def test_nobody_bowls_over_the_quota(played: Played) -> None:
    for innings in ended(played):
        overs = sorted((line.overs for line in innings.bowlers), reverse=True)
        fmt = innings.format
        longest = fmt.bowlers_with_extra_over
        assert all(o <= fmt.quota + 1 for o in overs[:longest])
        assert all(o <= fmt.quota for o in overs[longest:])


@given(random_matches())
def test_bowlers_balls_add_up_to_the_innings(played: Played) -> None:
    for innings in ended(played):
        assert sum(b.balls for b in innings.bowlers) == innings.legal_balls
        assert innings.legal_balls <= innings.format.max_balls


@given(random_matches())
def test_the_striker_changes_with_odd_runs_and_at_the_end_of_an_over(played: Played) -> None:
    for ball in played.balls:
        if ball.player_out is None:
            over_ended = ball.outcome.is_legal and ball.after.legal_balls % BALLS_PER_OVER == 0
            crossed = ball.outcome.run_between % 2 == 1
            stays = crossed == over_ended
            assert ball.after.striker == (ball.before.striker if stays else ball.before.non_striker)


@given(random_matches())
def test_the_new_batter_faces_after_a_catch(played: Played) -> None:
    """Law 18.11, 2022: wherever the batters had got to."""
    for ball in played.balls:
        if ball.outcome.dismissal in (Dismissal.CAUGHT, Dismissal.CAUGHT_AND_BOWLED):
            over_ended = ball.after.legal_balls % BALLS_PER_OVER == 0
            vacant = ball.after.non_striker if over_ended else ball.after.striker
            assert vacant is None


@given(random_matches())
def test_two_different_batters_are_in_for_every_ball(played: Played) -> None:
    for ball in played.balls:
        before = ball.before
        assert before.striker is not None
        assert before.non_striker is not None
        assert before.striker != before.non_striker
        assert not before.batters[before.striker].is_out
        assert not before.batters[before.non_striker].is_out


@given(random_matches())
def test_a_free_hit_follows_every_no_ball_and_outlives_wides(played: Played) -> None:
    for innings in ended(played):
        for ball, following in pairwise(balls_of(played, innings)):
            owed = bool(ball.outcome.no_balls) or (
                ball.before.free_hit and bool(ball.outcome.wides)
            )
            assert following.before.free_hit == owed


@given(random_matches())
def test_nobody_is_out_to_the_bowler_off_a_free_hit(played: Played) -> None:
    for ball in played.balls:
        if ball.before.free_hit and ball.outcome.dismissal:
            assert ball.outcome.dismissal in ALLOWED_ON_FREE_HIT


@given(random_matches())
def test_the_chase_ends_on_the_ball_that_wins(played: Played) -> None:
    for ball in played.balls:
        assert ball.before.target is None or ball.before.runs < ball.before.target
    for innings in ended(played):
        if innings.target is not None and innings.runs > innings.target:
            last = balls_of(played, innings)[-1].outcome
            assert last.boundary or last.penalty


@given(random_matches())
def test_an_innings_ends_only_for_a_stated_reason(played: Played) -> None:
    for innings in ended(played):
        won = innings.target is not None and innings.runs >= innings.target
        assert won or innings.is_all_out or innings.legal_balls == innings.format.max_balls


@given(random_matches())
def test_the_winner_made_more_runs(played: Played) -> None:
    result = played.result
    first, second = result.innings[:2]
    match result.kind:
        case ResultKind.RUNS:
            assert result.winner == first.batting
            assert result.margin == first.runs - second.runs > 0
        case ResultKind.WICKETS:
            assert result.winner == second.batting
            assert second.runs > first.runs
            assert result.margin == 10 - second.wickets
        case _:
            assert first.runs == second.runs


@given(random_matches())
def test_a_tie_goes_to_super_overs_led_by_the_side_that_batted_second(played: Played) -> None:
    starts = [f.innings for f in played.facts if isinstance(f, InningsStarted)]
    sides = [innings.batting for innings in starts]
    assert sides[0] != sides[1]
    assert all(a != b for a, b in zip(sides[2::2], sides[3::2], strict=True))
    assert sides[2:3] in ([], [sides[1]])
    assert all(innings.max_wickets == 2 for innings in starts[2:])


@given(random_matches())
def test_fields_keep_to_the_restrictions(played: Played) -> None:
    for ball in played.balls:
        held = ball.before.held_field
        allowed = ball.before.format.max_outside(ball.before.legal_balls)
        assert OUTSIDE[ball.delivery.field] <= allowed or ball.delivery.field is held


@given(random_matches())
def test_replaying_the_outcomes_gives_the_same_states(played: Played) -> None:
    for ball in played.balls:
        assert after_delivery(ball.before, ball.outcome, ball.delivery.field) == ball.after


@given(random_matches())
def test_every_chance_node_has_its_own_key(played: Played) -> None:
    keys = [(n.purpose, n.innings, n.legal_ball, n.repeat) for n, _ in played.chances]
    assert len(keys) == len(set(keys))


@given(random_matches())
def test_questions_go_to_the_side_they_belong_to(played: Played) -> None:
    for request, _ in played.requests:
        innings = request.view.innings
        if innings is not None:
            batting = request.kind in ("batter", "shot")
            assert request.seat is (innings.batting if batting else innings.fielding)
        assert request.seat in Seat
