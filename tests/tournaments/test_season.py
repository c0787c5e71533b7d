"""A season that is asked again and again how it goes says what one would say that was told all at
once.
"""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.events import EndReason
from tests.tournaments.seasons import DIGEST, FORMATS, by_chance, cup, ended, season
from tests.tournaments.stopping import RULES, mostly, stopped_by
from tournaments import EpisodeOutcome, Season, TournamentSpec, course_of, plan_tournament
from tournaments.pairs import pair_of_outcomes

seeds = st.integers(0, 10_000)


def in_turn(spec: TournamentSpec, told: list[EpisodeOutcome], seed: int) -> None:
    """Tell them one by one; asked now and then, it goes as for one who is told all of them."""
    drawn, going = Random(seed), Season(spec, DIGEST)
    for number, outcome in enumerate(told, 1):
        going.add(outcome)
        if drawn.random() < 0.3 or number == len(told):
            assert going.course() == course_of(spec, DIGEST, "1", told[:number])


@settings(deadline=None, max_examples=40)
@given(form=st.sampled_from(FORMATS), seed=seeds)
def test_a_season_goes_as_if_all_were_told_at_once(form: str, seed: int) -> None:
    spec = cup(form)
    every = season(spec, by_chance(seed))
    in_turn(spec, Random(seed).sample(every, len(every)), seed)


@settings(deadline=None, max_examples=25)
@given(rule=st.sampled_from(RULES), seed=seeds, shared=st.booleans())
def test_so_does_one_that_a_rule_stops(rule: str, seed: int, *, shared: bool) -> None:
    spec = stopped_by(rule, shared=shared)
    every = season(spec, mostly(0.4 + seed % 5 / 10, seed))
    in_turn(spec, Random(seed).sample(every, len(every)), seed)


@settings(deadline=None, max_examples=40)
@given(form=st.sampled_from(FORMATS), seed=seeds)
def test_so_does_one_of_void_matches_and_of_such_that_are_told_again(form: str, seed: int) -> None:
    spec, drawn = cup(form, pairs=1), Random(seed)
    every = season(spec, by_chance(seed))
    wins, losses = by_chance(seed), by_chance(seed + 1)
    planned = list(plan_tournament(spec, DIGEST, "1", every).episodes())
    void = [ended(one, None, EndReason.TRANSPORT) for one in drawn.sample(planned, 2)]
    again = [
        ended(one, rule(one), attempt=attempt)
        for one in drawn.sample(planned, 3)
        for attempt, rule in ((1, wins), (2, losses))
    ]
    told = [*every, *void, *again]
    in_turn(spec, drawn.sample(told, len(told)), seed)


def test_its_pairs_are_those_of_which_both_legs_count() -> None:
    spec = cup("{kind: round_robin}", captains=3)
    plan, going = plan_tournament(spec, DIGEST), Season(spec, DIGEST)
    legs = [ended(episode, None, luck=0.1) for episode in plan.episodes()]
    for outcome in legs[1:]:
        going.add(outcome)
    assert list(going.pairs()) == [
        pair_of_outcomes(episode.seed, one, other)
        for episode, one, other in zip(
            list(plan.episodes())[2::2], legs[2::2], legs[3::2], strict=True
        )
    ]
