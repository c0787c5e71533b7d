"""A stopping rule: the same pairs give the same verdict, and the plan grows to it, no further."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.events import EndReason
from tests.tournaments.results import pair_with
from tests.tournaments.seasons import DIGEST, better, ended, played, season
from tests.tournaments.stopping import RULES, mostly, stopped_by
from tests.tournaments.support import KNOWN, spec_of
from tournaments import (
    Course,
    EpisodeOutcome,
    EpisodePlan,
    Stopping,
    StopState,
    TournamentSpec,
    course_of,
    file_digest,
    plan_tournament,
    rule_text,
    stopping_data,
    verdict_text,
)
from tournaments.growing import growing
from tournaments.pairs import Outcome, Pair
from tournaments.season import Season
from tournaments.stop_spec import SprtTest
from tournaments.stopped import elo_after_stop, lean_text
from tournaments.stopping import Look

rules = st.sampled_from(RULES)
seeds = st.integers(0, 1_000)


def verdict(course: Course) -> Stopping:
    assert course.stopping is not None
    return course.stopping


def drawn(spec: TournamentSpec, seed: int) -> list[EpisodeOutcome]:
    return season(spec, mostly(0.4 + seed % 5 / 10, seed))


@dataclass
class Counted(Mapping[int, Pair]):
    """The first `whole` pairs of two captains, of which one wins by turns; how often each is
    `asked` for.
    """

    met: tuple[str, str]
    whole: int = 0
    asked: Counter[int] = field(default_factory=Counter)

    def __getitem__(self, number: int) -> Pair:
        self.asked[number] += 1
        outcome = Outcome.WIN if number % 3 else Outcome.LOSS
        first, second = self.met
        return pair_with(seed=number, first=first, second=second, outcomes=(outcome, outcome))

    def __contains__(self, number: object) -> bool:
        return number in range(1, self.whole + 1)

    def __iter__(self) -> Iterator[int]:
        return iter(range(1, self.whole + 1))

    def __len__(self) -> int:
        return self.whole


# --- laws ----------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=25)
@given(rule=rules, seed=seeds, shared=st.booleans())
def test_the_same_results_give_the_same_verdict_in_whatever_order_they_came(
    rule: str, seed: int, shared: bool
) -> None:
    spec, mixed = stopped_by(rule, shared=shared), Random(seed)
    every = drawn(spec, seed)
    part = mixed.sample(every, mixed.randint(0, len(every)))
    turned = mixed.sample(part, len(part))
    assert course_of(spec, DIGEST, "1", part) == course_of(spec, DIGEST, "1", turned)


@settings(deadline=None, max_examples=25)
@given(rule=rules, seed=seeds)
def test_more_results_only_add_to_the_plan_and_to_the_looks(rule: str, seed: int) -> None:
    spec, mixed = stopped_by(rule), Random(seed)
    every = drawn(spec, seed)
    before = course_of(spec, DIGEST, "1", mixed.sample(every, mixed.randint(0, len(every))))
    after = course_of(spec, DIGEST, "1", every)
    had = verdict(before).looks
    assert verdict(after).looks[: len(had)] == had
    for fixture, grown in zip(before.plan.fixtures, after.plan.fixtures, strict=True):
        assert fixture.pairs <= grown.pairs


@settings(deadline=None, max_examples=25)
@given(rule=rules, seed=seeds)
def test_it_ends_decided_or_at_its_cap_within_what_was_said(rule: str, seed: int) -> None:
    spec = stopped_by(rule)
    first, last = plan_tournament(spec, DIGEST), course_of(spec, DIGEST, "1", drawn(spec, seed))
    assert first.at_least <= last.plan.total_episodes <= first.at_most
    assert not last.plan.grows
    state, pairs = verdict(last).state, verdict(last).pairs
    assert (state is StopState.INCONCLUSIVE) <= (pairs == verdict(last).planned[-1])
    assert state is not StopState.CONTINUE


@settings(deadline=None, max_examples=25)
@given(rule=rules, seed=seeds)
def test_half_a_pair_is_not_looked_at(rule: str, seed: int) -> None:
    spec = stopped_by(rule)
    every = drawn(spec, seed)
    tested = {"c1", "c2"} if "c1, c3" not in rule else {"c1", "c3"}
    last = max(
        (one for one in every if {one.home, one.away} == tested), key=lambda one: one.episode_id
    )
    void = replace(last, winner=None, end_reason=EndReason.TRANSPORT)
    rest = [one for one in every if one is not last]
    whole = verdict(course_of(spec, DIGEST, "1", every))
    short = verdict(course_of(spec, DIGEST, "1", [*rest, void]))
    assert short == verdict(course_of(spec, DIGEST, "1", rest))
    assert short.looks == whole.looks[: len(short.looks)] != whole.looks


@pytest.mark.parametrize("rule", RULES)
def test_result_by_result_it_comes_to_the_same_as_all_at_once(rule: str) -> None:
    spec, so_far = stopped_by(rule), list[EpisodeOutcome]()
    one_by_one = Season(spec, DIGEST)
    for outcome in Random(3).sample(every := drawn(spec, 4), len(every)):
        one_by_one.add(outcome)
        so_far.append(outcome)
        assert one_by_one.course() == course_of(spec, DIGEST, "1", so_far)


@pytest.mark.parametrize("rule", RULES)
def test_a_pair_is_looked_at_once(rule: str) -> None:
    stop = stopped_by(rule).stop
    assert stop is not None
    pairings = [("c1", "c2"), ("c1", "c3"), ("c2", "c3")]
    played = {met: Counted(met) for met in pairings}
    grown, growth = growing(stop, 4, pairings), None
    for whole in range(1, 40):
        for pairs in played.values():
            pairs.whole = whole
        growth = grown.after(played)
    assert growth is not None
    assert growth.stopping.looks
    assert {count for one in played.values() for count in one.asked.values()} == {1}


# --- what stops when -----------------------------------------------------------------------------


def test_a_clear_test_stops_at_its_first_look_beyond_a_bound() -> None:
    course = played(stopped_by(RULES[3]), mostly(0.95))
    found = verdict(course)
    assert found.state is StopState.ACCEPT_H0
    *before, last = found.looks
    assert last.lower is not None
    assert last.value <= last.lower < min(look.value for look in before)


def test_a_test_grows_its_own_pairing_alone() -> None:
    spec = stopped_by("{sprt: {pair: [c3, c1], elo0: -50, elo1: 50}}")
    fixtures = played(spec, mostly(0.6)).plan.fixtures
    grown = {frozenset((f.first, f.second)) for f in fixtures if f.pairs > 4}
    assert grown == {frozenset(("c1", "c3"))}


def test_a_test_of_two_equals_is_undecided_at_its_cap() -> None:
    spec = stopped_by("{sprt: {pair: [c1, c2], elo0: 0, elo1: 5, max_pairs: 9}}", captains=2)
    found = verdict(played(spec, mostly(0.5)))
    assert (found.state, found.pairs) == (StopState.INCONCLUSIVE, 8)


def test_a_league_stops_when_every_gap_is_told() -> None:
    found = verdict(played(stopped_by("{when: ranked, max_pairs: 100}"), mostly(0.85)))
    assert found.state is StopState.RANKED
    assert found.pairs < 100
    assert found.looks[-1].value == 0


def test_captains_who_are_alike_are_tied_within_the_margin() -> None:
    spec = stopped_by("{when: ranked, max_pairs: 60, margin_elo: 400}")
    found = verdict(played(spec, mostly(0.5)))
    assert {gap.state for gap in found.gaps} == {"tied"}


def test_pairs_go_where_the_order_is_least_certain_and_are_as_many() -> None:
    def one_level(episode: EpisodePlan) -> str | None:
        is_level = {episode.home, episode.away} == {"c1", "c2"}
        return mostly(0.5)(episode) if is_level else mostly(0.9)(episode)

    spec = stopped_by("{when: ranked, max_pairs: 40, allocate: adaptive, margin_elo: 5}")
    fixtures = played(spec, one_level).plan.fixtures
    pairs = {frozenset((f.first, f.second)): f.pairs for f in fixtures}
    assert max(pairs, key=lambda met: pairs[met]) == {"c1", "c2"}
    assert sum(pairs.values()) == 40 * 3


def test_a_gauntlet_is_stopped_too() -> None:
    spec = spec_of(
        "name: g\nmatch: {overs: 5, pairs: 5}\nformat: {kind: gauntlet}\n"
        "stop: {when: ranked, max_pairs: 50}\ncaptains: [heuristic]\nopponents: [random, cautious]"
    )
    course = played(spec, lambda e: min(e.home, e.away))
    assert verdict(course).state is not StopState.CONTINUE
    assert len({f.pairs for f in course.plan.fixtures}) == 1


# --- what was promised ---------------------------------------------------------------------------


def digest(stop: str) -> str:
    return file_digest(stopped_by(stop), KNOWN, coefficients_digest="c", engine_version="1")


TEST = "{sprt: {pair: [c1, c2], elo0: 0, elo1: 50, max_pairs: 20}}"
RANKED = "{when: ranked, max_pairs: 20}"


def test_a_higher_cap_of_a_test_is_the_same_promise() -> None:
    assert digest(TEST) == digest(TEST.replace("max_pairs: 20", "max_pairs: 40"))


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (TEST, TEST.replace("elo1: 50", "elo1: 40")),
        (TEST, TEST.replace("[c1, c2]", "[c2, c1]")),
        (TEST, TEST.replace("max_pairs", "every: 5, max_pairs")),
        (TEST, RANKED),
        (RANKED, RANKED.replace("20", "40")),
        (RANKED, RANKED.replace("max_pairs", "margin_elo: 9, max_pairs")),
    ],
)
def test_what_changes_the_promise_changes_the_digest(was: str, now: str) -> None:
    assert digest(was) != digest(now)


def test_raising_the_cap_keeps_all_that_was_seen() -> None:
    spec = stopped_by(TEST)
    every = season(spec, mostly(0.5))
    higher = stopped_by(TEST.replace("max_pairs: 20", "max_pairs: 40"))
    before, after = (course_of(one, DIGEST, "1", every) for one in (spec, higher))
    assert verdict(before).state is StopState.INCONCLUSIVE
    assert (verdict(after).state, verdict(after).looks) == ("continue", verdict(before).looks)
    assert {e.episode_id for e in after.plan.episodes()} > {o.episode_id for o in every}


# --- in words ------------------------------------------------------------------------------------


def test_a_verdict_is_a_sentence() -> None:
    test = stopped_by("{sprt: {pair: [c1, c2], elo0: 0, elo1: 100}}", captains=2)
    assert verdict_text(verdict(played(test, better))).startswith(
        "c1 over c2: 100 or more rather than 0 normalized Elo, H1 accepted after "
    )
    first = verdict(course_of(test, DIGEST))
    assert verdict_text(first) == "undecided: it looks first after 4 pairs"
    assert "at most 1,000 pairs" in rule_text(first)


def test_what_has_no_interval_is_told_without() -> None:
    rule = SprtTest(pair=("c1", "c2"), elo0=0, elo1=50)
    looks = (Look(pairs=2, value=3.0),)
    accepted = Stopping(
        rule=rule, planned=(2,), state=StopState.ACCEPT_H1, looks=looks, scored=(1.0, 0.75)
    )
    assert lean_text(accepted).endswith("c1 is +338 Elo (no interval) ahead of c2")


@pytest.mark.parametrize(
    ("pairs", "said"),
    [(4, "nothing tells how far apart c2 and c1 are"), (12, "c2 is at least +133 Elo ahead of c1")],
)
def test_who_turned_out_to_be_behind_is_not_told_to_be_ahead(pairs: int, said: str) -> None:
    rule = SprtTest(pair=("c1", "c2"), elo0=0, elo1=50)
    looks = (Look(pairs=pairs, value=-3.0),)
    accepted = Stopping(
        rule=rule, planned=(pairs,), state=StopState.ACCEPT_H0, looks=looks, scored=pairs * (0.0,)
    )
    assert lean_text(accepted).endswith(f"without that, {said}")


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_all_that_was_won_or_lost_has_no_elo_after_a_test(score: float) -> None:
    rule = SprtTest(pair=("c1", "c2"), elo0=0, elo1=50)
    looks = (Look(pairs=8, value=3.0),)
    ended_ = Stopping(
        rule=rule, planned=(8,), state=StopState.ACCEPT_H1, looks=looks, scored=8 * (score,)
    )
    found = elo_after_stop(ended_)
    assert found is not None
    assert found.mean is None


def test_open_gaps_are_named() -> None:
    found = verdict(played(stopped_by(RANKED), mostly(0.5)))
    text = verdict_text(found)
    assert text.startswith("not ranked after 20 pairs, the most allowed, of every pairing; open: ")
    assert text.count(" v ") == sum(gap.state == "open" for gap in found.gaps)


@pytest.mark.parametrize("rule", RULES)
def test_the_data_has_the_rule_the_state_and_every_look(rule: str) -> None:
    found = verdict(played(stopped_by(rule), mostly(0.7)))
    data = stopping_data(found)
    assert data is not None
    assert data["state"] == found.state.value
    assert [look["pairs"] for look in data["track"]] == [look.pairs for look in found.looks]


def test_nothing_is_said_without_a_rule() -> None:
    assert stopping_data(None) is None


def test_one_outcome_more_than_planned_changes_nothing() -> None:
    spec = stopped_by(TEST)
    every = season(spec, better)
    extra = [
        ended(e, better(e))
        for e in plan_tournament(stopped_by(TEST, pairs=9), DIGEST).episodes()
        if e.episode_id not in {one.episode_id for one in every}
    ]
    assert extra
    assert course_of(spec, DIGEST, "1", [*every, *extra]) == course_of(spec, DIGEST, "1", every)
