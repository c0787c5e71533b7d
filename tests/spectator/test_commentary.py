"""The commentary: over matches of any kind it never repeats itself, never is wrong, and says what
the situation is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cricket.formats import format_of
from engine.cricket.outcomes import OUTCOMES
from engine.episode import play_episode
from engine.events import Delivery, DeliveryEvent, Event, OverCompletedEvent
from engine.fanout import Observer
from engine.models import Models
from engine.spec import EpisodeSpec
from engine.wire import Told
from spectator.balls import fell
from spectator.commentary import SILENT, Line, comment, commentary_of
from spectator.commentary.words import TEMPLATES, kind_of, templates
from tests.cockpit.node import in_node, plain
from tests.spectator.matches import match_events, run_events
from tests.spectator.scripted import Innings

KEYS = [outcome.key for outcome in OUTCOMES]
GROUPS = ("said", "leads", "tails", "overs", "over_tails", "moments")


class Listener(Observer):
    def __init__(self) -> None:
        self.events: list[Event] = []

    async def on_event(self, event: Told) -> None:
        self.events.append(event.event)

    async def aclose(self) -> None:
        """Nothing is open."""


async def played(seed: int) -> list[Event]:
    """A match of the engine's own captains."""
    listener = Listener()
    spec = EpisodeSpec.model_validate(
        {
            "episode_id": "m",
            "seed": seed,
            "overs": 5,
            "home": {"name": "heuristic", "kind": "heuristic"},
            "away": {"name": "baseline", "kind": "baseline"},
            "max_super_overs": 1,
        }
    )
    await play_episode(spec, observers=[listener], models=Models.shipped())
    return listener.events


@cache
def diced() -> list[list[Event]]:
    """Legal matches of every length by dice."""
    starts = [
        ("chase", "even-after-10"),
        ("death", "first-108-5-away"),
        ("super_over", "first-home"),
    ]
    overs = [1, 5, 20] * 10 + [50]
    whole = [match_events(seed=seed, overs=length) for seed, length in enumerate(overs)]
    return whole + [match_events(entry=entry) for entry in starts]


@cache
def diced_lines() -> list[list[Line]]:
    return [list(commentary_of(events)) for events in diced()]


def balls_with_lines() -> Iterator[tuple[Delivery, str]]:
    for events, lines in zip(diced(), diced_lines(), strict=True):
        texts = {line.of: line.text for line in lines}
        for event in events:
            if isinstance(event, DeliveryEvent):
                yield event.data, texts[event.seq]


def by_over(events: list[Event]) -> Iterator[list[str]]:
    """The lines between the ends of overs."""
    state, over = SILENT, list[str]()
    for event in events:
        told = comment(state, event)
        state = told.state
        over += [told.line.text] if told.line else []
        if isinstance(event, OverCompletedEvent):
            yield over
            over = []
    yield over


def said(innings: Innings, keys: list[str]) -> str:
    """The line on the last ball of `keys`."""
    innings.play(keys)
    (last,) = [event.seq for event in innings.events if isinstance(event, DeliveryEvent)][-1:]
    return next(line.text for line in commentary_of(innings.events) if line.of == last)


def one_of(name: str, group: str = "tails") -> str:
    """A pattern that any template of the list matches."""
    choices = (re.sub(r"\\{\w+\\}", ".+", re.escape(each)) for each in templates()[group][name])
    return "|".join(choices)


# --- over matches of any kind ------------------------------------------------------------------


def test_no_line_repeats_within_an_over():
    for events in diced():
        for over in by_over(events):
            assert len(set(over)) == len(over), over


@pytest.mark.parametrize("seed", range(4))
async def test_no_line_of_a_match_between_captains_repeats_within_an_over(seed):
    events = await played(seed)
    assert any(isinstance(event, DeliveryEvent) for event in events)
    for over in by_over(events):
        assert len(set(over)) == len(over), over


def test_no_gap_of_a_template_stays_open():
    for lines in diced_lines():
        for line in lines:
            assert not re.search(r"[{}]|  ", line.text), line.text
            assert line.text[-1] in ".!", line.text


def test_a_line_says_out_four_and_six_where_it_happened_and_nowhere_else():
    for data, text in balls_with_lines():
        hit = data.bat if data.boundary else 0
        assert ("OUT" in text) == fell(data), text
        assert ("SIX" in text) == (hit == 6), text
        assert ("FOUR" in text) == (hit == 4), text
        assert ("o-ball" in text) == ("nb" in data.outcome), text


def test_what_is_needed_is_what_the_event_says():
    pattern = re.compile(r"(\d+) runs? (?:needed off|from|off) (\d+) balls?")
    found = [
        (int(needed), data.needed, int(left))
        for data, text in balls_with_lines()
        for needed, left in pattern.findall(text)
        if data.needed is not None
    ]
    assert len(found) > 20
    assert all(said == needed and left > 0 for said, needed, left in found)


def test_every_kind_of_event_of_a_match_has_its_line():
    told = {
        event.type
        for events, lines in zip(diced(), diced_lines(), strict=True)
        for event in events
        if event.seq in {line.of for line in lines}
    }
    assert told == {event.type for event in diced()[0]} - {"decision"}


def test_a_tournaments_events_have_no_line():
    assert list(commentary_of(run_events())) == []


def test_the_same_seed_says_the_same_and_another_does_not():
    texts = [
        [line.text for line in commentary_of(Innings(seed=seed).play(["0", "1", "4", "2"]))]
        for seed in (1, 1, 2)
    ]
    assert texts[0] == texts[1] != texts[2]


@given(st.lists(st.sampled_from(KEYS), min_size=1, max_size=40))
def test_any_over_has_lines_that_differ(keys: list[str]):
    for over in by_over(Innings(overs=50).play(keys)):
        assert len(set(over)) == len(over)


def test_an_over_of_many_wides_still_does_not_repeat():
    (over,) = by_over(Innings().play(["wd1"] * 40))
    assert len(set(over)) == len(over) == 42


@given(st.text(min_size=1, max_size=20))
def test_a_name_is_said_as_it_is(name: str):
    innings = Innings(bowler=name)
    assert said(innings, ["0"]).count(f"{name} to Rao: ") == 1


def test_braces_in_a_name_are_not_filled():
    assert "{striker} {0} to Rao: " in said(Innings(bowler="{striker} {0}"), ["1"])


def test_a_brief_line_leaves_out_who_to_whom_and_what_led_to_it():
    innings = Innings(overs=1, target=7)
    innings.play(["0", "0", "0", "0", "0", "1"])
    (line,) = [each for each in commentary_of(innings.events) if each.of == len(innings.events) - 1]
    assert line.text.count("Shah to Rao: ") == 1
    assert "Shah to Rao" not in line.brief
    assert 0 < len(line.brief) < len(line.text)
    assert line.brief[0].isupper()


def test_a_squad_that_was_drawn_is_called_by_its_side():
    innings = Innings(squads=("home", "away"), target=99)
    lines = [line.text for line in commentary_of(innings.play(["0"] * 23 + ["bowled"] * 7))]
    told = " ".join(lines)
    assert "The home side" in told
    assert re.findall(r"(?<!the )(?<!The )\bhome\b|\. the home", told) == []


# --- the situation -----------------------------------------------------------------------------


def test_a_hat_trick_is_announced_and_told():
    innings = Innings()
    assert re.search(one_of("hat_trick_ball", "leads"), said(innings, ["bowled", "lbw", "0"]))
    assert re.search(one_of("hat_trick"), said(Innings(), ["bowled", "lbw", "caught"]))


def test_a_run_out_is_no_part_of_a_hat_trick():
    keys = ["bowled", "lbw", "run out/striker's end"]
    key = next(k for k in KEYS if k.startswith("run out") and "+" not in k)
    text = said(Innings(), [*keys[:2], key, "bowled"])
    assert not re.search(one_of("hat_trick"), text)


def test_five_wickets_are_told_once():
    assert re.search(one_of("five_wickets"), said(Innings(), ["0", *["bowled", "0"] * 4, "lbw"]))


def test_fifty_and_hundred_of_a_batter_are_told():
    assert re.search(one_of("fifty"), said(Innings(overs=20), ["6"] * 9))
    assert re.search(one_of("hundred"), said(Innings(overs=20), ["6"] * 17))


def test_a_collapse_is_told_with_its_balls():
    text = said(Innings(), ["0", "bowled", "0", "lbw", "1", "bowled"])
    assert re.search(r"(Three|three) .*\b5 balls|lost three in 5 balls", text), text


def test_a_free_hit_is_announced():
    innings = Innings(free_hits=frozenset({3}))
    assert re.search(one_of("free_hit", "leads"), said(innings, ["nb1", "0"]))


def test_the_last_over_and_the_last_ball_of_a_chase_are_told():
    keys = ["0"] * 6
    assert "12 runs" in said(Innings(overs=2, target=12), [*keys, "0"]).split(":")[0]
    text = said(Innings(overs=2, target=12), [*keys, "4", "4", "0", "0", "0", "1"])
    assert re.search(one_of("last_ball_chase", "leads"), text)
    assert re.search(one_of("short"), text)


def test_a_chase_that_is_won_and_one_that_is_level_are_told():
    assert re.search(one_of("won"), said(Innings(target=6), ["6"]))
    assert re.search(one_of("level"), said(Innings(target=7), ["6"]))
    assert re.search(one_of("tied"), said(Innings(overs=1, target=7), ["0"] * 5 + ["6"]))


def test_a_maiden_is_told_and_an_over_with_a_wide_is_none():
    def over(keys: list[str]) -> str:
        lines = commentary_of(Innings().play(keys))
        return next(line.text for line in lines if line.weight == "over")

    assert "maiden" in over(["0"] * 6).lower()
    assert "maiden" in over(["0"] * 5 + ["bowled"]).lower()
    assert "maiden" not in over(["wd1", *["0"] * 6]).lower()


def test_the_powerplays_end_is_told_at_its_ball():
    assert re.search(one_of("powerplay"), said(Innings(), ["0"] * 9))


def test_the_partnerships_fifty_is_told():
    assert re.search(one_of("stand_fifty"), said(Innings(overs=20), ["lb4"] * 13))


# --- the templates -----------------------------------------------------------------------------


def test_a_common_ball_and_an_over_can_be_told_in_eight_ways():
    known = templates()
    common = ["dot", "one", "two", "runs", "four", "six", "wd", "nb", "b", "lb", "bowled", "caught"]
    assert all(len(known["said"][kind]) >= 8 for kind in [*common, "lbw", "run out", "stumped"])
    assert min(len(known["leads"][name]) for name in ("over", "over_again")) >= 8
    assert len(known["overs"]["plain"]) >= 8


def test_every_outcome_has_templates_of_its_own_kind():
    balls = [
        event.data
        for key in KEYS
        for event in Innings().play([key])
        if isinstance(event, DeliveryEvent)
    ]
    kinds = {kind_of(data) for data in balls}
    assert kinds == templates()["said"].keys() - {"wicket"}


def test_no_two_templates_are_the_same():
    for group in GROUPS:
        for name, choices in templates()[group].items():
            assert len(set(choices)) == len(choices), name


def test_no_template_guesses_whether_a_player_is_a_man():
    text = TEMPLATES.read_text(encoding="utf-8")
    assert re.findall(r"\b(he|his|him|she|her|batsm[ae]n)\b", text, re.IGNORECASE) == []


def test_the_powerplays_are_those_of_the_formats():
    expected = [0, *(format_of(overs).powerplay_balls for overs in range(1, 51))]
    assert templates()["powerplay_balls"] == expected


# --- the page ----------------------------------------------------------------------------------

SCRIPT = """
import { readFileSync } from "node:fs";
import { commentaryOf } from "./cockpit/commentary.js";
const templates = JSON.parse(readFileSync("cockpit/commentary.json", "utf8"));
const matches = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(matches.map((events) => commentaryOf(templates, events))));
"""


def _in_node(matches: list[list[Event]]) -> Any:
    return json.loads(in_node(SCRIPT, json.dumps([plain(match) for match in matches])))


def test_the_page_says_the_same_words():
    drawn = Innings(squads=("home", "away"), target=99).play(["0"] * 23 + ["bowled"] * 7)
    expected = [*diced_lines(), list(commentary_of(drawn))]
    assert _in_node([*diced(), drawn]) == [[asdict(line) for line in m] for m in expected]


def test_the_page_says_the_same_of_strange_names_and_large_seeds():
    odd = ["{bowler}", "$& $1", "__proto__", "constructor", "Ünal 🏏", "<img onerror>"]
    matches = [
        Innings(bowler=name, seed=2**63 - 1 - i, striker=name).play(KEYS)
        for i, name in enumerate(odd)
    ]
    assert _in_node(matches) == [[asdict(line) for line in commentary_of(m)] for m in matches]
