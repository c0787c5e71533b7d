"""How scripted captains share out the bowling."""

import random
from collections import Counter
from statistics import mean

import pytest

from engine.captains import Baseline, Policy
from engine.captains.heuristic import Heuristic
from engine.cricket.choices import BowlerDecision
from engine.cricket.formats import T5, T20, Format, format_of
from engine.cricket.match import play_match
from engine.cricket.nodes import Answer, ChanceNode, DecisionRequest
from engine.cricket.players import Player, Role, Squad
from engine.cricket.setup import MatchSetup
from engine.cricket.state import Squads
from engine.phases import Part, death_balls, part_of
from engine.seeds import Streams, captain_draws
from tests.play import COMMON, random_draw
from tests.tables import SQUADS

DRAWS = captain_draws(Streams(1), seat="home", kind="x", innings=1, ball=0, repeat=0)


def overs_of(fmt: Format, captain: Policy, squad: Squad = SQUADS.away) -> list[tuple[int, Player]]:
    """The overs that the captain has `squad` bowl in a first innings: (over, bowler)."""
    match = play_match(MatchSetup(format=fmt, squads=Squads(home=squad, away=squad)))
    rng = random.Random(3)
    dots = [outcome for outcome in COMMON if outcome.key in ("0", "1", "wd1")]
    bowled: list[tuple[int, Player]] = []
    answer: Answer = None
    while True:
        node = match.send(answer)
        answer = None
        if isinstance(node, DecisionRequest):
            if node.view.finished:
                return bowled
            answer = decided = captain.decide(node, DRAWS)
            innings = node.view.innings
            if isinstance(decided, BowlerDecision) and innings is not None:
                squad = node.view.squads.of(node.seat)
                bowled.append((innings.over, squad[decided.player]))
        elif isinstance(node, ChanceNode):
            answer = random_draw(node, rng, dots)


def spin_shares(captain: Policy) -> dict[Part, float]:
    overs = overs_of(T20, captain)
    return {
        part: mean(b.bowls.is_spin for over, b in overs if part_of(T20, over * 6) is part)
        for part in Part
    }


@pytest.mark.parametrize("captain", [Baseline(), Heuristic()])
def test_spinners_bowl_in_the_middle_more_than_before_or_after(captain: Policy) -> None:
    spin = spin_shares(captain)
    assert spin[Part.MIDDLE] > spin[Part.POWERPLAY]
    assert spin[Part.MIDDLE] > spin[Part.DEATH]


def test_the_heuristic_bowls_his_best_out_and_leaves_part_timers_out() -> None:
    overs = Counter(bowler.name for _, bowler in overs_of(T20, Heuristic(), SQUADS.home))
    part_timers = {p.name for p in SQUADS.home.players if p.role is Role.BATTER}
    assert sorted(overs.values(), reverse=True)[:2] == [4, 4]
    assert not part_timers & overs.keys()


@pytest.mark.parametrize("overs", [6, 7, 8, 9, 12, 13, 14, 19])
@pytest.mark.parametrize("squad", [SQUADS.home, SQUADS.away], ids=lambda squad: squad.name)
def test_overs_beyond_a_fifth_are_given_to_the_best(overs: int, squad: Squad) -> None:
    fmt = format_of(overs)
    bowled = Counter(bowler.name for _, bowler in overs_of(fmt, Heuristic(), squad))
    most = {name for name, each in bowled.items() if each > fmt.quota}
    best = sorted((squad[i] for i in squad.bowlers), key=worth_at_the_death, reverse=True)
    assert most <= {player.name for player in best[: fmt.bowlers_with_extra_over]}
    assert bowled[best[0].name] == fmt.quota + 1


def worth_at_the_death(player: Player) -> float:
    """As a specialist or an all-rounder, whatever he bowls."""
    role = {Role.BOWLER: 0.25, Role.ALL_ROUNDER: 0.1}.get(player.role, -1.0)
    return role + 0.3 * player.skill.strike + 0.7 * player.skill.economy


@pytest.mark.parametrize("fmt", [T5, T20, format_of(7), format_of(50)])
def test_every_over_has_a_bowler(fmt: Format) -> None:
    assert [over for over, _ in overs_of(fmt, Baseline())] == list(range(fmt.max_overs))


LAST_FIFTH = [(format_of(1), 1), (format_of(2), 1), (T5, 1), (T20, 4), (format_of(50), 10)]


@pytest.mark.parametrize(("fmt", "overs"), LAST_FIFTH)
def test_the_death_is_the_last_fifth_or_the_last_over(fmt: Format, overs: int) -> None:
    assert death_balls(fmt) == overs * 6
    assert part_of(fmt, fmt.max_balls - 1) is Part.DEATH
