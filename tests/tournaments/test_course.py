"""The plan that grows: what is played, whatever the order in which results come."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.events import EndReason
from tests.tournaments.seasons import (
    DIGEST,
    FORMATS,
    better,
    by_chance,
    cup,
    ended,
    level,
    played,
    season,
)
from tests.tournaments.support import spec_of
from tournaments import (
    EpisodeOutcome,
    EpisodePlan,
    Table,
    Tally,
    TournamentSpec,
    course_of,
    plan_tournament,
)

forms = st.sampled_from(FORMATS)
seeds = st.integers(0, 10_000)


def some_of(outcomes: list[EpisodeOutcome], seed: int) -> list[EpisodeOutcome]:
    """A part of them in another order."""
    drawn = Random(seed)
    return drawn.sample(outcomes, drawn.randint(0, len(outcomes)))


# --- laws of every format ------------------------------------------------------------------------


@settings(deadline=None, max_examples=30)
@given(form=forms, seed=seeds)
def test_the_same_results_give_the_same_plan_in_whatever_order_they_came(
    form: str, seed: int
) -> None:
    spec = cup(form)
    part = some_of(season(spec, by_chance(seed)), seed)
    turned = sorted(part, key=lambda outcome: outcome.episode_id, reverse=True)
    assert course_of(spec, DIGEST, "1", part) == course_of(spec, DIGEST, "1", turned)


@settings(deadline=None, max_examples=30)
@given(form=forms, seed=seeds)
def test_more_results_only_add_to_the_plan(form: str, seed: int) -> None:
    spec = cup(form)
    every = season(spec, by_chance(seed))
    before = plan_tournament(spec, DIGEST, "1", some_of(every, seed))
    after = plan_tournament(spec, DIGEST, "1", every)
    ids = [episode.episode_id for episode in after.episodes()]
    had = [episode.episode_id for episode in before.episodes()]
    added = [episode.episode_id for episode in after.added_since(before)]
    assert [name for name in ids if name in set(had)] == had
    assert [name for name in ids if name not in set(had)] == added


@settings(deadline=None, max_examples=30)
@given(form=forms, seed=seeds)
def test_nobody_plays_one_seed_twice_against_the_same_captain(form: str, seed: int) -> None:
    plan = played(cup(form), by_chance(seed)).plan
    met = Counter((e.home, e.away, e.seed) for e in plan.episodes())
    assert set(met.values()) == {1}


@settings(deadline=None, max_examples=30)
@given(form=forms, seed=seeds)
def test_the_episodes_are_as_many_as_was_said(form: str, seed: int) -> None:
    spec = cup(form)
    first = plan_tournament(spec, DIGEST)
    last = played(spec, by_chance(seed)).plan
    assert first.at_least <= last.total_episodes <= first.at_most
    assert last.at_least == last.at_most == last.total_episodes
    assert not last.grows


@pytest.mark.parametrize("form", FORMATS)
def test_rounds_are_played_in_their_order(form: str) -> None:
    rounds = [fixture.round for fixture in played(cup(form)).plan.fixtures]
    assert rounds == sorted(rounds)
    assert set(rounds) == set(range(1, max(rounds) + 1))


@settings(deadline=None, max_examples=30)
@given(form=forms, seed=seeds)
def test_nobody_plays_two_fixtures_of_a_round(form: str, seed: int) -> None:
    plan = played(cup(form), by_chance(seed)).plan
    seats = Counter((f.round, name) for f in plan.fixtures for name in (f.first, f.second))
    assert set(seats.values()) == {1}


@pytest.mark.parametrize("form", FORMATS)
def test_a_void_match_holds_up_what_depends_on_it_and_nothing_else(form: str) -> None:
    spec = cup(form)
    first = plan_tournament(spec, DIGEST)
    one, *others = [ended(episode, better(episode)) for episode in first.episodes()]
    void = ended(next(first.episodes()), None, EndReason.TRANSPORT)
    missing = plan_tournament(spec, DIGEST, "1", others)
    assert plan_tournament(spec, DIGEST, "1", [void, *others]) == missing
    assert plan_tournament(spec, DIGEST, "1", [void, one, *others]) == plan_tournament(
        spec, DIGEST, "1", [one, *others]
    )


@pytest.mark.parametrize("form", FORMATS)
def test_the_best_captain_wins_who_always_wins(form: str) -> None:
    expected = None if "round_robin" in form else "c1"
    assert played(cup(form)).champion == expected


@pytest.mark.parametrize("form", FORMATS)
def test_a_tournament_in_which_nobody_wins_ends_all_the_same(form: str) -> None:
    course = played(cup(form), level)
    assert all(stage.is_over for stage in course.stages)


@pytest.mark.parametrize("form", FORMATS)
def test_another_occasion_has_other_matches(form: str) -> None:
    spec = cup(form)
    nights = [{e.seed for e in played(spec, better, night).plan.episodes()} for night in "12"]
    assert not nights[0] & nights[1]


@pytest.mark.parametrize("captains", range(2, 65))
def test_a_knockout_of_any_size_is_played_out(captains: int) -> None:
    course = played(cup("{kind: knockout, best_of: 1}", captains, pairs=1))
    assert (course.champion, len(course.plan.fixtures)) == ("c1", captains - 1)


@pytest.mark.parametrize("captains", [2, 3, 4, 5, 8, 9, 16, 33])
def test_a_swiss_of_any_size_is_played_out(captains: int) -> None:
    course = played(cup("{kind: swiss}", captains, pairs=1))
    met = Counter(frozenset((f.first, f.second)) for f in course.plan.fixtures)
    assert set(met.values()) == {1}
    assert course.champion == "c1"


# --- what each format does -----------------------------------------------------------------------


def fixtures(spec: TournamentSpec, *, stage: str = "") -> list[str]:
    plan = played(spec).plan
    return [
        f"{f.round} {f.first}-{f.second} {f.name}".strip()
        for f in plan.fixtures
        if stage in ("", f.stage)
    ]


def test_a_knockout_goes_from_round_to_round() -> None:
    assert fixtures(cup("{kind: knockout, third_place: true}", 5)) == [
        "1 c4-c5 Quarter-final 1",
        "2 c1-c4 Semi-final 1",
        "2 c2-c3 Semi-final 2",
        "3 c4-c3 Third place",
        "3 c1-c2 Final",
    ]


def test_the_page_playoffs_follow_the_table() -> None:
    spec = cup("{kind: league_playoffs, best_of: 1}", 5)
    assert fixtures(spec, stage="Play-offs") == [
        "6 c1-c2 Qualifier 1",
        "6 c3-c4 Eliminator",
        "7 c2-c3 Qualifier 2",
        "8 c1-c2 Final",
    ]


def test_the_winners_of_groups_meet_the_seconds_of_others() -> None:
    spec = cup("{kind: groups, best_of: 1}", 8)
    assert fixtures(spec, stage="Knockout")[:2] == [
        "4 c1-c3 Semi-final 1",
        "4 c2-c4 Semi-final 2",
    ]


def test_a_rematch_in_the_playoffs_plays_seeds_of_its_own() -> None:
    plan = played(cup("{kind: league_playoffs, best_of: 1}", 4, shared_seeds="true")).plan
    met = [f for f in plan.fixtures if {f.first, f.second} == {"c1", "c2"}]
    assert [(f.stage, f.first_pair, f.pairs) for f in met] == [
        ("League", 1, 2),
        ("Play-offs", 3, 1),
        ("Play-offs", 5, 1),  # the one before might have gone to two
    ]


def test_a_league_that_is_not_over_has_no_playoffs() -> None:
    spec = cup("{kind: league_playoffs}", 4)
    every = [ended(e, better(e)) for e in plan_tournament(spec, DIGEST).episodes()]
    assert {f.stage for f in plan_tournament(spec, DIGEST, "1", every[:-1]).fixtures} == {"League"}
    assert len(plan_tournament(spec, DIGEST, "1", every).fixtures) == 6 + 2


def test_half_of_a_bracket_goes_on_before_the_other() -> None:
    spec = cup("{kind: knockout, best_of: 1}", 8)
    plan = plan_tournament(spec, DIGEST)
    upper = [ended(e, better(e)) for e in plan.episodes() if e.home in ("c1", "c8", "c4", "c5")]
    new = plan_tournament(spec, DIGEST, "1", upper).added_since(plan)
    assert {(e.home, e.away) for e in new} == {("c1", "c4"), ("c4", "c1")}


def test_a_level_encounter_goes_on_pair_by_pair_to_its_cap() -> None:
    spec = cup("{kind: knockout, best_of: 3, extend_to: 5}", 2)
    (fixture,) = played(spec, level).plan.fixtures
    assert fixture.pairs == fixture.at_most == 5


def test_an_encounter_that_is_decided_is_not_extended() -> None:
    (fixture,) = played(cup("{kind: knockout, best_of: 3, extend_to: 5}", 2)).plan.fixtures
    assert fixture.pairs == 3


def test_the_ladder_keeps_its_order_where_nobody_wins() -> None:
    course = played(cup("{kind: ladder, challengers: 2}", 4), level)
    assert course.stages[-1].rungs == ("c1", "c2", "c3", "c4")


def test_a_challenger_who_wins_goes_to_the_top() -> None:
    course = played(cup("{kind: ladder}", 4), lambda e: max(e.home, e.away))
    assert course.stages[-1].rungs == ("c4", "c1", "c2", "c3")
    assert [(f.first, f.second) for f in course.plan.fixtures] == [
        ("c4", "c3"),
        ("c4", "c2"),
        ("c4", "c1"),
    ]


def test_who_rests_in_a_swiss_round_is_not_put_back_for_it() -> None:
    """Level on what they played, so the one who played less stands no lower for that."""
    course = played(cup("{kind: swiss, rounds: 1}", 3), level)
    assert {row.points for row in course.stages[0].standings} == {0, 4}
    assert all(row.by_lot for row in course.stages[0].standings)


def test_a_draw_is_another_on_another_occasion() -> None:
    spec = cup("{kind: knockout, seeding: draw}", 8)
    nights = [plan_tournament(spec, DIGEST, str(n)).fixtures for n in range(8)]
    assert len({tuple((f.first, f.second) for f in night) for night in nights}) > 1


@pytest.mark.parametrize(
    "form", ["{kind: round_robin}", "{kind: knockout, tie_break: lot}", "{kind: swiss}"]
)
def test_a_lot_among_the_level_is_another_on_another_occasion_and_the_same_on_the_same(
    form: str,
) -> None:
    spec, nights = cup(form, 4), [str(night) for night in range(8)]
    first, again = ([played(spec, level, night).stages for night in nights] for _ in range(2))
    assert first == again
    last = [stages[-1] for stages in first]
    assert len({one.standings or one.encounters[-1].winner for one in last}) > 1


# --- how a level encounter is decided ------------------------------------------------------------


def decided(tie_break: str, *, runs: tuple[int, int] = (50, 50), luck: float = 0.0) -> list[str]:
    """Winner of c1 v c2 where every match is level, and by what; `runs` by c1 and c2."""
    form = f"{{kind: knockout, best_of: 1, extend_to: 1, tie_break: {tie_break}}}"
    spec = cup(form, 2)
    outcomes = [
        ended(e, None, runs=runs, luck=luck)
        if e.home == "c1"
        else ended(e, None, runs=runs[::-1], luck=-luck)
        for e in plan_tournament(spec, DIGEST).episodes()
    ]
    (encounter,) = course_of(spec, DIGEST, "1", outcomes).stages[0].encounters
    return [str(encounter.winner), str(encounter.by)]


def test_by_the_net_run_rate() -> None:
    assert decided("net_run_rate", runs=(50, 60)) == ["c2", "net_run_rate"]


def test_by_the_luck_that_was_not_needed() -> None:
    assert decided("luck_adjusted", luck=0.2) == ["c2", "luck_adjusted"]


@pytest.mark.parametrize("tie_break", ["net_run_rate", "luck_adjusted", "higher_seed"])
def test_by_the_seed_where_nothing_else_tells(tie_break: str) -> None:
    assert decided(tie_break) == ["c1", "higher_seed"]


def test_by_lot() -> None:
    assert decided("lot")[1] == "lot"


def test_a_swiss_counts_every_fixture_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table made anew each round would make a long Swiss slow."""
    spec = cup("{kind: swiss, rounds: 5}")
    outcomes, counted, gather = season(spec), Counter[frozenset[str]](), Table.gather

    def counting(table: Table, one: str, other: str, ours: Tally, theirs: Tally) -> None:
        counted[frozenset((one, other))] += 1
        gather(table, one, other, ours, theirs)

    monkeypatch.setattr(Table, "gather", counting)
    fixtures = course_of(spec, DIGEST, outcomes=outcomes).plan.fixtures
    assert counted == Counter(frozenset((met.first, met.second)) for met in fixtures)


def test_an_opponent_of_many_is_not_first_for_having_played_more() -> None:
    """He wins four matches of eight, each of the two who beat him both of theirs."""
    names = "".join(f"  - {{name: c{n}, kind: heuristic}}\n" for n in range(1, 5))
    text = "name: g\nmatch: {overs: 5, pairs: 1}\nformat: {kind: gauntlet}\n"
    spec = spec_of(f"{text}opponents: [{{name: met, kind: heuristic}}]\ncaptains:\n{names}")

    def wins(episode: EpisodePlan) -> str:
        return next(iter({"c1", "c2"} & {episode.home, episode.away}), "met")

    rows = played(spec, wins).stages[0].standings
    assert rows[2].captain == "met"
    assert (rows[0].points, rows[2].points) == (4, 8)
    assert all(row.by_share for row in rows)


@pytest.mark.parametrize(
    "more",
    [
        "format: {kind: gauntlet}\nopponents: [{name: c5, kind: heuristic}]\n",
        "stop: {when: ranked, max_pairs: 4, margin_elo: 25}\n",
    ],
    ids=["gauntlet", "stop"],
)
def test_who_has_no_match_that_counts_stands_last(more: str) -> None:
    names = "".join(f"  - {{name: c{n}, kind: heuristic}}\n" for n in range(1, 5))
    spec = spec_of(f"name: g\nmatch: {{overs: 5, pairs: 2}}\n{more}captains:\n{names}")
    ends = {True: EndReason.TRANSPORT, False: EndReason.COMPLETED}
    outcomes = [
        ended(e, better(e), ends["c1" in (e.home, e.away)])
        for e in plan_tournament(spec, DIGEST).episodes()
    ]
    rows = course_of(spec, DIGEST, outcomes=outcomes).stages[0].standings
    assert (rows[-1].captain, rows[-1].played) == ("c1", 0)
