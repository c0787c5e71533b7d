"""Packs in tournaments and on the command line."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from engine.episode import play_episode
from engine.packs import BUILT_IN, load_pack
from engine.spec import EpisodeSpec
from engine.squads import BUILT_IN as SQUADS
from engine.squads import load_squad
from flows import catalogue
from flows.cli import main
from flows.outcomes import outcome_of
from flows.work import captains_of, episode_spec
from tournaments import BadTournamentFile, Table, parse_tournament, plan_tournament
from tournaments.digest import FileDigest

CHASES = """\
name: chases
seed: 3
match: {pack: chase, pairs: 32}
captains: [heuristic, random]
"""
MINE = """\
name: mine
version: 1
overs: 3
entries:
  - {name: decider, start: {super_over: true, batting: home, level: 20}}
"""


def specs_of(text: str) -> list[EpisodeSpec]:
    spec = parse_tournament(text, catalogue.known())
    plan = plan_tournament(spec, FileDigest("0" * 64))
    captains = captains_of(spec, catalogue.known())
    return [episode_spec(e, spec.match, captains, attempt=1) for e in plan.episodes()]


def test_each_pair_plays_the_next_entry_on_a_seed_of_its_own_and_wraps() -> None:
    specs, entries = specs_of(CHASES), load_pack("chase").entries
    assert [s.entry for s in specs[::2]] == [e.name for e in (*entries, *entries[:2])]
    assert len({s.seed for s in specs}) == 32
    assert all(s.start == load_pack("chase").entry(s.entry).state for s in specs)


def test_the_two_legs_of_a_pair_swap_the_captains_of_one_entry() -> None:
    first, second = specs_of(CHASES)[:2]
    assert (first.entry, first.seed, first.start) == (second.entry, second.seed, second.start)
    assert (first.home.name, first.away.name) == (second.away.name, second.home.name)
    assert (first.overs, first.pack_digest) == (20, load_pack("chase").digest)


def test_the_net_run_rate_is_that_of_the_whole_scoreboard() -> None:
    results = [asyncio.run(play_episode(spec)) for spec in specs_of(CHASES)[2:4]]
    table = Table(("heuristic", "random"))
    for result in results:
        table.add(outcome_of(result, 20))
    scored = sum(r.innings[n].runs for r in results for n in (0, 1))
    totals = [table.total(captain) for captain in table.captains]
    assert sum(t.runs_for for t in totals) == scored == sum(t.runs_against for t in totals)
    assert results[0].innings[0].runs == results[1].innings[0].runs


def test_a_pack_of_ones_own_is_named_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(MINE, encoding="utf-8")
    spec = specs_of(CHASES.replace("pack: chase", f'pack: "{file}"'))[0]
    assert (spec.pack, spec.entry, spec.overs) == ("mine", "decider", 3)
    assert [line.innings for line in asyncio.run(play_episode(spec)).innings] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("match", "message"),
    [
        ("{pack: chase, overs: 5}", "f.yaml:3: 5 overs do not fit pack 'chase'; allowed: 20"),
        ("{pack: chase, format: ODI}", "f.yaml:3: 50 overs do not fit pack 'chase'; allowed: 20"),
        ("{pack: standard}", "f.yaml:3: no length given; allowed: `overs`, 1 to 50, or `format`"),
        ("{pack: chases}", "f.yaml:3: unknown pack 'chases'; allowed: chase, collapse"),
        ("{pack: gone.yaml}", "f.yaml:3: gone.yaml:1: cannot be read"),
        (
            "{overs: 5, squads: [india, india-women]}",
            "f.yaml:3: women cannot play men; allowed: two",
        ),
        (
            "{overs: 50, squads: [india-women, england-women]}",
            "f.yaml:3: women play 1 to 20 overs",
        ),
        ("{pack: 7}", "f.yaml:3: `match.pack` is 7; allowed: The name of a pack, such as chase"),
    ],
)
def test_a_pack_that_does_not_fit_is_told_with_its_line(match: str, message: str) -> None:
    text = CHASES.replace("{pack: chase, pairs: 32}", match)
    with pytest.raises(BadTournamentFile) as caught:
        parse_tournament(text, catalogue.known(), file="f.yaml")
    assert str(caught.value).startswith(message)


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_match_from_an_entry_is_played_and_replayed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    runs = ("--runs", str(tmp_path))
    pack = ("--pack", "chase", "--entry", "even-after-17")
    played = answer(capsys, "play", "random", "baseline", *pack, *runs)
    assert (played["pack"], played["entry"], played["format"]) == ("chase", "even-after-17", "T20")
    assert answer(capsys, "replay", played["episode_id"], *runs)["identical"]


def test_without_an_entry_the_seed_picks_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    names = [entry.name for entry in load_pack("super_over").entries]
    for seed in (0, 5, 14):
        arguments = ("play", "random", "baseline", "--pack", "super_over", "--seed", str(seed))
        played = answer(capsys, *arguments, "--runs", str(tmp_path))
        assert played["entry"] == names[seed % len(names)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--pack", "spicy"], "unknown pack 'spicy'; known: chase"),
        (["--pack", "chase", "--entry", "x"], "unknown entry 'x' of pack chase; known: easy"),
        (["--entry", "x"], "unknown entry 'x' of pack standard; known: toss"),
        (["--pack", "chase", "--overs", "5"], "pack chase is of 20 overs an innings, not 5"),
        (["--pack", "nowhere.yaml"], "nowhere.yaml:1: cannot be read"),
        (["--squads", "india,india-women"], "women cannot play men"),
    ],
)
def test_a_wrong_pack_is_one_clear_message(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["play", "heuristic", "random", *arguments]) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert len(told.err.splitlines()) == 1


def test_packs_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert [p["name"] for p in answer(capsys, "packs")["packs"]] == list(BUILT_IN)
    shown = answer(capsys, "packs", "defend")
    assert shown["digest"] == load_pack("defend").digest
    first = shown["entries"][0]
    assert (first["name"], first["start"]["innings"]) == ("8-from-6-home", 2)
    assert 0.5 < first["win_probability"] < 1.0


def test_squads_are_listed_with_their_strengths_and_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    listed = answer(capsys, "squads")["squads"]
    assert [s["name"] for s in listed] == list(SQUADS)
    assert all(0.0 < s["strength"][part] < 1.0 for s in listed for part in ("first", "chasing"))
    shown = answer(capsys, "squads", "india")
    assert (len(shown["players"]), len(shown["substitutes"])) == (11, 4)
    assert load_squad(shown["file"]) == load_squad("india")


@pytest.mark.parametrize(
    "command", [["packs"], ["packs", "chase"], ["squads"], ["squads", "india"]]
)
def test_lists_for_people_are_tables(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 0
    assert len(capsys.readouterr().out.splitlines()) > 5
