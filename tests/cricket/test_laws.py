"""Single rules, each by the ball that shows it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from engine.cricket import laws, legality
from engine.cricket.choices import DecisionKind, Field, Seat, ShotDecision
from engine.cricket.errors import BadSquad, IllegalDecision, IllegalDraw
from engine.cricket.formats import T20, format_of
from engine.cricket.nodes import DecisionRequest, Legal
from engine.cricket.outcomes import OUTCOME_INDEX, OUTCOMES, Outcome
from engine.cricket.players import Bowling, PlayerIndex, Role, Squad
from engine.cricket.state import Innings, MatchView
from tests.play import SQUADS, plain_squad, play_randomly

ONE, TWO, BOWLER = PlayerIndex(0), PlayerIndex(1), PlayerIndex(6)


def outcome(key: str) -> Outcome:
    return OUTCOMES[OUTCOME_INDEX[key]]


def innings(**changes: object) -> Innings:
    start = laws.start_innings(number=2, batting=Seat.HOME, format_=T20, target=150)
    ready = laws.begin_over(laws.send_in(laws.send_in(start, ONE), TWO), BOWLER)
    return replace(ready, **changes)  # type: ignore[arg-type]


def after(key: str, **changes: object) -> Innings:
    before = innings(**changes)
    return laws.after_delivery(before, laws.as_scored(before, outcome(key)))


@pytest.mark.parametrize(
    ("key", "striker", "non_striker"),
    [
        ("0", ONE, TWO),
        ("1", TWO, ONE),
        ("4", ONE, TWO),
        ("3", TWO, ONE),
        ("wd1", ONE, TWO),
        ("wd2", TWO, ONE),
        ("nb1+1", TWO, ONE),
        ("lb1", TWO, ONE),
        ("b4", ONE, TWO),
        ("bowled", None, TWO),
        ("run out+1/striker's end", None, TWO),
        ("run out+1/bowler's end", TWO, None),
        ("run out/non-striker/bowler's end", ONE, None),
    ],
)
def test_who_faces_next(key: str, striker: int | None, non_striker: int | None) -> None:
    state = after(key)
    assert (state.striker, state.non_striker) == (striker, non_striker)


def test_the_ends_change_after_the_sixth_ball() -> None:
    state = after("1", legal_balls=5)
    assert (state.striker, state.bowler, state.last_bowler) == (ONE, None, BOWLER)


def test_a_wide_is_not_faced_and_a_no_ball_is() -> None:
    assert after("wd1").batters[ONE].balls == 0
    assert after("nb1").batters[ONE].balls == 1


def test_byes_are_not_the_bowlers() -> None:
    state = after("b4")
    assert (state.runs, state.bowlers[BOWLER].runs, state.extras.byes) == (4, 0, 4)


def test_a_maiden_allows_leg_byes() -> None:
    assert after("lb1", legal_balls=5).bowlers[BOWLER].maidens == 1


def test_a_maiden_does_not_allow_a_wide() -> None:
    state = after("0", legal_balls=5, over_charged=1)
    assert state.bowlers[BOWLER].maidens == 0


@pytest.mark.parametrize(
    ("key", "needed", "runs"),
    [("3", 2, 2), ("4", 1, 4), ("6", 1, 6), ("wd3", 1, 1), ("nb1+6", 1, 1), ("nb1+4", 2, 5)],
)
def test_what_counts_of_the_winning_hit(key: str, needed: int, runs: int) -> None:
    """Law 16.6: nothing after the winning run, except a boundary's allowance."""
    assert after(key, runs=150 - needed).runs == 150 - needed + runs


def test_a_stumping_off_the_winning_wide_does_not_count() -> None:
    assert after("stumped+wd1", runs=149).wickets == 0


def test_a_run_out_after_the_winning_run_does_not_count() -> None:
    state = after("run out+1/striker's end", runs=149)
    assert (state.runs, state.wickets) == (150, 0)


def test_a_free_hit_forbids_bowled() -> None:
    with pytest.raises(IllegalDraw):
        after("bowled", free_hit=True)


def test_the_field_is_held_for_a_free_hit_to_the_same_striker() -> None:
    before = innings()
    state = laws.after_delivery(before, outcome("nb1"), Field.SPREAD)
    assert legality.legal_fields(state) == (Field.SPREAD,)


def test_the_field_may_change_for_a_free_hit_to_the_other_batter() -> None:
    before = innings()
    state = laws.after_delivery(before, outcome("nb1+1"), Field.SPREAD)
    assert len(legality.legal_fields(state)) > 1


def test_the_field_stays_held_over_a_wide_on_the_free_hit() -> None:
    state = laws.after_delivery(innings(), outcome("nb1"), Field.SPREAD)
    state = laws.after_delivery(state, outcome("wd1"), Field.SPREAD)
    assert (state.free_hit, legality.legal_fields(state)) == (True, (Field.SPREAD,))


def test_a_batter_retired_hurt_is_not_out_and_may_come_back() -> None:
    state = after("retired hurt")
    assert (state.wickets, state.striker) == (0, None)
    assert ONE not in laws.available_batters(state, leaving=ONE)
    assert ONE in laws.available_batters(state)


def test_a_returning_batter_keeps_runs_and_position() -> None:
    before = innings()
    scored = laws.after_delivery(before, outcome("2"))
    retired = laws.after_delivery(scored, outcome("retired hurt"))
    back = laws.send_in(retired, ONE)
    assert (back.batters[ONE].runs, back.batters[ONE].position) == (2, 1)
    assert back.batters[ONE].dismissal is None


def test_an_innings_closes_when_nobody_can_come_in() -> None:
    state = laws.close(after("retired hurt"))
    assert state.is_all_out
    assert state.is_complete


def test_the_last_overs_bowler_may_not_bowl_the_next() -> None:
    state = after("0", legal_balls=5)
    assert BOWLER not in legality.legal_bowlers(state, SQUADS.away)


def test_catalogue_keys_are_unique_and_ordered_from_the_bowlers_best() -> None:
    assert len(OUTCOME_INDEX) == len(OUTCOMES)
    assert OUTCOMES[0].is_wicket
    assert OUTCOMES[-1].runs == 7


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda p: p[:10], "needs 11 players, has 10"),
        (lambda p: (*p[:10], p[0]), "two players have the same name"),
        (lambda p: (*p[:4], replace(p[4], role=Role.BATTER), *p[5:]), "one wicket-keeper, has 0"),
        (lambda p: (*p[:5], replace(p[5], bowls=Bowling.NONE), *p[6:]), "6 players who bowl"),
    ],
)
def test_a_squad_that_cannot_take_the_field_is_refused(change: object, rule: str) -> None:
    players = plain_squad("X").players
    with pytest.raises(BadSquad, match=rule):
        Squad(name="X", players=change(players))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("decision", "why"),
    [
        (ShotDecision(aggression=float("nan")), "aggression nan"),
        (ShotDecision(aggression=1.01), "aggression 1.01"),
        (ShotDecision(aggression="x"), "aggression 'x'"),  # type: ignore[arg-type]
        (ShotDecision(aggression=True), "aggression True"),
        (ShotDecision(shot="hoick"), "'hoick' is no shot"),  # type: ignore[arg-type]
    ],
)
def test_whatever_a_captain_puts_into_a_shot_is_checked(decision: ShotDecision, why: str) -> None:
    view = MatchView(format=T20, squads=SQUADS, venue=0.0, innings=innings())
    request = DecisionRequest(
        number=0, seat=Seat.HOME, kind=DecisionKind.SHOT, legal=Legal(), view=view
    )
    with pytest.raises(IllegalDecision, match=why):
        legality.check(request, decision)


def test_the_bowler_of_the_last_super_over_may_not_bowl_the_next() -> None:
    """ICC super over clause 9. Six singles a side are level until the cap is reached."""
    match = play_randomly(format_of(1), random.Random(4), [outcome("1")])
    overs = [i for i in match.result.innings if i.is_super_over]
    assert len(overs) == 6
    for index, later in enumerate(overs):
        earlier = [i for i in overs[:index] if i.fielding is later.fielding]
        assert later.barred_bowler == (earlier[-1].last_bowler if earlier else None)
        assert later.last_bowler is None or later.last_bowler != later.barred_bowler
