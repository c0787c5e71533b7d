"""`CricketEnvironment`: one seat's match through reset, step and state."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calls import CricketAction
from engine.captains import PRESETS, resolve
from engine.environment import CricketEnvironment
from engine.episode import play_episode
from engine.errors import BadOptions, LateCall
from engine.models import Models
from engine.observation import CricketObservation
from engine.packs import load_pack
from engine.rewards import WEIGHTS, Rubrics
from engine.spec import EpisodeSpec
from tests.doubles import FlatModel, RunsValue
from tests.environment.calls import any_call
from tests.hostile import MANY_DIGITS, nested

MODELS = Models(ball=FlatModel(), value_for=lambda _: RunsValue(), public_for=lambda _: RunsValue())
SQUADS = ("saltmarsh", "redstone")
NONSENSE = CricketAction(tool="nonsense")
UNSAYABLE: list[Any] = [
    *(None, 5, [], {"tool": MANY_DIGITS}, {"question": MANY_DIGITS}, {"tool": nested()}),
    {"tool": "choose_toss", "question": MANY_DIGITS},
    {"tool": "choose_toss", "arguments": {"elect": MANY_DIGITS}},
    {"tool": "choose_toss", "arguments": {"elect": nested()}},
    {"tool": "choose_toss", "arguments": {MANY_DIGITS: 1}},
    {"tool": "\ud800", "arguments": {"\ud800": "\ud800"}},
]


def started(seed: int = 1, **options: Any) -> tuple[CricketEnvironment, CricketObservation]:
    env = CricketEnvironment(models=MODELS)
    return env, env.reset(seed, "test", {"max_overs": 1, "squads": SQUADS} | options)


def answer(seen: CricketObservation) -> CricketAction:
    """The first thing that answers the open question."""
    offer = next(tool for tool in seen.available_tools if tool.commits)
    properties = offer.parameters["properties"]
    arguments = {name: properties[name]["enum"][0] for name in offer.parameters["required"]}
    return CricketAction(tool=offer.name, arguments=arguments)


def played(env: CricketEnvironment, seen: CricketObservation) -> list[CricketObservation]:
    looks = [seen]
    while not looks[-1].done:
        looks.append(env.step(answer(looks[-1])))
    return looks


@pytest.mark.parametrize("seat", ["home", "away"])
def test_only_this_seats_questions_are_asked(seat: str) -> None:
    looks = played(*started(seat=seat))
    assert {seen.seat for seen in looks} == {seat}
    assert all(seen.available_tools for seen in looks[:-1])


def test_the_same_seed_and_calls_give_the_same_match() -> None:
    assert played(*started(seed=5)) == played(*started(seed=5))
    assert played(*started(seed=5)) != played(*started(seed=6))


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_an_opponent(name: str) -> None:
    env, seen = started(opponent=name)
    played(env, seen)
    assert env.state.opponent == name
    assert env.state.match_over


def test_an_opponent_may_be_described_in_place() -> None:
    env, _ = started(opponent={"name": "wild", "preset": "heuristic", "boldness": 0.4})
    assert env.state.opponent == "wild"


@given(st.integers(0, 500), st.sampled_from(["home", "away"]))
@settings(max_examples=20)
def test_rewards_are_named_and_add_up_to_the_match(seed: int, seat: str) -> None:
    env, seen = started(seed=seed, seat=seat)
    before = env.state
    looks = played(env, seen)
    after, rubrics = env.state, [look.rewards for look in looks[1:]]
    assert seen.reward is None
    assert all(look.reward is not None and look.rewards is not None for look in looks[1:])
    total = sum((r for r in rubrics if r is not None), start=Rubrics())
    assert total == after.rewards
    won = {None: 0.0, seat: 1.0}.get(after.winner, -1.0)
    assert total.result == won
    gained = (after.win_probability - after.luck) - (before.win_probability - before.luck)
    assert total.cricket == pytest.approx(gained)


def test_the_reward_is_the_weighted_sum_of_the_rubrics() -> None:
    env, seen = started()
    seen = env.step(NONSENSE)
    assert seen.rewards is not None
    assert seen.reward == pytest.approx(
        sum(weight * getattr(seen.rewards, name) for name, weight in WEIGHTS.items())
    )
    assert seen.reward == pytest.approx(-0.04)


def test_a_refused_call_changes_nothing_and_says_why() -> None:
    env, first = started()
    before, seen = env.state, env.step(NONSENSE)
    assert seen.question == first.question
    assert seen.error is not None
    assert "there is no tool 'nonsense'; legal: " in seen.error
    changed = {"step_count": 1, "rewards": seen.rewards}
    assert env.state == before.model_copy(update=changed)


def test_after_max_rethinks_the_fallback_decides() -> None:
    env, first = started(max_rethinks=2)
    for _ in range(2):
        assert env.step(NONSENSE).question == first.question
    seen = env.step(NONSENSE)
    assert seen.question != first.question
    assert seen.error is not None
    assert seen.error.endswith("the fallback decided")
    assert (env.state.decisions, env.state.fallbacks) == (1, 1)


def test_calls_for_an_old_question_bring_the_fallback_too() -> None:
    env, seen = started(max_rethinks=2)
    env.step(answer(seen))
    before = env.state.fallbacks
    for _ in range(6):
        env.step(CricketAction(tool="play_delivery", question=0))
    assert env.state.fallbacks == before + 2


def test_after_the_end_no_call_changes_the_reward() -> None:
    env, seen = started()
    played(env, seen)
    before = env.state.rewards
    for action in (NONSENSE, CricketAction(tool="play_delivery", question=3), {"tool": 5}):
        assert env.step(action).reward == 0.0
    assert env.state.rewards == before


def test_a_late_call_changes_nothing_and_says_so() -> None:
    env, seen = started()
    last = played(env, seen)[-1]
    before, after = env.state, env.step(CricketAction(tool="play_delivery"))
    assert after.done
    assert after.error == "the match is over; legal: reset"
    assert after.scorecards == last.scorecards
    assert after.rewards is not None
    assert (after.rewards.result, after.rewards.cricket) == (0.0, 0.0)
    assert env.state.deliveries == before.deliveries


def test_a_step_before_the_reset_is_late() -> None:
    env = CricketEnvironment(models=MODELS)
    with pytest.raises(LateCall, match="no episode has begun; legal: reset"):
        env.step(NONSENSE)


@given(st.lists(any_call(), max_size=30), st.integers(0, 20))
@settings(max_examples=30)
def test_no_call_whatever_breaks_the_match(actions: list[CricketAction], seed: int) -> None:
    env, seen = started(seed=seed, max_rethinks=1)
    for action in actions:
        if not seen.done:
            seen = env.step(answer(seen))
        seen = env.step(action)
    assert played(env, seen)[-1].done


@pytest.mark.parametrize("action", UNSAYABLE, ids=range(len(UNSAYABLE)))
def test_a_call_that_cannot_be_shown_is_refused_like_any_other(action: Any) -> None:
    env, _ = started()
    error = env.step(action).error
    assert error is not None
    assert "legal: " in error
    assert len(error) < 500


NO_TAPE = {"opponent": {"name": "tape", "kind": "recorded", "record": "none.jsonl"}}
EMPTY_TAPE = {"opponent": {"name": "tape", "kind": "recorded", "decisions": []}}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"overs": 5}, "unknown option 'overs'; allowed: format, max_overs, opponent, seat, pack"),
        ({"format": "T20", "max_overs": 20}, "either 'format' or 'max_overs'"),
        ({"format": "Test"}, "unknown format 'Test'; allowed: format: T5, T10, T20, ODI"),
        ({"max_overs": 0}, "max_overs 0: .* greater than or equal to 1"),
        ({"max_overs": 51}, "max_overs 51: .* less than or equal to 50"),
        ({"max_overs": "5"}, "max_overs '5': input should be a valid integer"),
        ({"opponent": "nobody"}, "unknown captain 'nobody'; known: .*heuristic"),
        ({"opponent": {"name": "x", "kind": "heuristic", "bold": 1}}, "unknown setting 'bold'"),
        ({"seat": "left"}, "seat 'left': .*'home' or 'away'"),
        (
            {"pack": "chase", "max_overs": 1},
            "pack 'chase' is of 20 overs, not 1; allowed: max_overs: 20, or neither",
        ),
        ({"pack": "chase", "entry": "x"}, "unknown entry 'x' of pack chase; kn"),
        ({"pack": "gone.yaml"}, "gone.yaml:1: cannot be read"),
        ({"pack": "chases"}, "unknown pack 'chases'; known: chase, collapse"),
        ({"squads": ["saltmarsh", "gotham"]}, "'gotham': no squad of that name; known: saltmarsh"),
        ({"era": 2013}, "era 2013: .* greater than or equal to 2014"),
        ({"squads": "india"}, "squads 'india': allowed: a list of values"),
        ({"squads": ["drawn-women", "drawn"]}, "men cannot play women"),
        ({"format": "ODI", "squads": ["drawn-women"] * 2}, "women play 1 to 20 overs"),
        ({"random_start": "yes"}, "random_start 'yes'"),
        ({"max_rethinks": -1}, "max_rethinks -1"),
        (5, "options 5; allowed: a mapping of format, max_overs"),
        ([], r"options \[\]; allowed: a mapping"),
        ("abc", "options 'abc'; allowed: a mapping"),
        ({"max_overs": MANY_DIGITS}, "max_overs a value of type int that cannot be shown"),
        ({"seat": nested()}, "nested too deep"),
        ({"opponent": {"name": MANY_DIGITS}}, "a captain's name is"),
        ({"squads": ["a\0.yaml", "redstone"]}, "not a path"),
        (NO_TAPE, "opponent: none.jsonl: No such file"),
        (EMPTY_TAPE, "opponent: the list of decisions: does not fit question"),
    ],
    ids=lambda value: ascii(value)[:30] if isinstance(value, str) else None,
)
def test_bad_options_are_refused_with_what_is_allowed(options: Any, message: str) -> None:
    with pytest.raises(BadOptions, match=message) as caught:
        CricketEnvironment(models=MODELS).reset(1, options=options)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5, "1", True])
def test_a_bad_seed_is_refused(seed: Any) -> None:
    with pytest.raises(BadOptions, match="allowed: a whole number from 0"):
        CricketEnvironment(models=MODELS).reset(seed)


@pytest.mark.parametrize("options", [{"max_overs": 99}, NO_TAPE, EMPTY_TAPE], ids=range(3))
def test_a_failed_reset_leaves_the_match_in_progress(options: dict[str, Any]) -> None:
    env, seen = started()
    before = env.state
    with pytest.raises(BadOptions):
        env.reset(1, options=options)
    assert env.state == before
    assert env.step(answer(seen)).error is None


def test_without_a_seed_each_match_is_another_and_can_be_replayed() -> None:
    env = CricketEnvironment(models=MODELS)
    env.reset()
    first = env.state
    env.reset()
    assert env.state.seed != first.seed
    assert env.state.episode_id != first.episode_id


def test_plain_steps_work_while_an_event_loop_runs() -> None:
    async def main() -> bool:
        return played(*started())[-1].done

    assert asyncio.run(main())


async def test_waiting_and_not_waiting_are_the_same_match() -> None:
    env, seen = started()
    looks = [seen]
    while not looks[-1].done:
        looks.append(await env.step_async(answer(looks[-1])))
    assert looks == played(*started())


def test_a_random_start_is_reached_by_play_and_is_the_seeds_own() -> None:
    starts = {seed: started(seed=seed, max_overs=5, random_start=True) for seed in range(12)}
    games = [seen.game for _, seen in starts.values()]
    assert len({(game.innings, game.overs) for game in games if game is not None}) > 6
    assert {env.state.deliveries for env, _ in starts.values()} == {0}
    assert started(seed=3, max_overs=5, random_start=True)[1] == starts[3][1]
    assert all(not seen.done and seen.asked in ("delivery", "shot") for _, seen in starts.values())


@pytest.mark.parametrize("option", ["pack", "squads"])
def test_all_mistakes_of_a_file_are_told_in_one_line(tmp_path: Path, option: str) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("name: 1\ncolour: red\nentries: 2\nplayers: 3\n", encoding="utf-8")
    given = str(file) if option == "pack" else [str(file), str(file)]
    with pytest.raises(BadOptions) as caught:
        CricketEnvironment().reset(seed=1, options={option: given})
    assert str(caught.value).count("; ") >= 2
    assert str(caught.value).isprintable()


def test_an_episode_begins_at_the_entry_of_its_pack() -> None:
    env, seen = started(max_overs=None, pack="chase", entry="even-after-10", seat="home")
    assert (env.state.pack, env.state.entry, env.state.format) == ("chase", "even-after-10", "T20")
    assert seen.game is not None
    assert (seen.game.innings, seen.game.overs) == (2, "10.0")
    assert len(seen.scorecards) == 2
    assert 0.2 < env.state.win_probability < 0.8


def test_without_an_entry_the_seed_picks_one() -> None:
    names = [entry.name for entry in load_pack("death").entries]
    for seed in (1, 2, 20):
        env, _ = started(seed=seed, max_overs=None, pack="death")
        assert env.state.entry == names[seed % len(names)]


def test_an_episode_begins_with_its_entrys_win_probability() -> None:
    env = CricketEnvironment()
    seen = env.reset(3, "test", {"pack": "defend", "entry": "4-from-6-away", "seat": "home"})
    assert 0.0 < env.state.win_probability < 0.15
    assert played(env, seen)[-1].done


@pytest.mark.parametrize("pack", ["chase", "death", "super_over"])
def test_a_random_start_goes_on_from_the_entry(pack: str) -> None:
    for seed in range(6):
        env, seen = started(seed=seed, max_overs=None, pack=pack, random_start=True)
        state = load_pack(pack).entry(env.state.entry).state
        assert state is not None
        if seen.game is not None and seen.game.innings == getattr(state, "innings", 0):
            assert float(seen.game.overs or 0) >= getattr(state, "overs", 0)


def test_a_random_start_is_as_likely_late_as_early() -> None:
    games = [started(seed=seed, max_overs=5, random_start=True)[1].game for seed in range(60)]
    assert 20 < sum(game.innings == 1 for game in games if game is not None) < 40


@pytest.mark.parametrize("opponent", ["random", "aggressive"])
def test_the_fallback_alone_plays_the_episode_that_the_baseline_plays(opponent: str) -> None:
    env, seen = started(seed=9, opponent=opponent, max_rethinks=0)
    while not seen.done:
        seen = env.step(NONSENSE)
    spec = EpisodeSpec(
        episode_id="x",
        seed=9,
        overs=1,
        home=resolve("baseline"),
        away=resolve(opponent),
        squads=SQUADS,
    )
    episode = asyncio.run(play_episode(spec, models=MODELS))
    assert seen.scorecards == episode.cards
    assert env.state.winner is episode.winner
    assert env.state.luck == pytest.approx(episode.luck, abs=1e-9)
