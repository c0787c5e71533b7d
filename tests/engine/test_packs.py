"""The packs that ship, and what a user's own file may say."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.captains import resolve
from engine.cricket.errors import BadStart
from engine.episode import play_episode
from engine.errors import BadYaml, BrokenRecord, UnknownEntry, UnknownPack
from engine.events import EpisodeStartedEvent, InningsStartedEvent
from engine.models import Models
from engine.packs import BUILT_IN, Entry, Pack, load_pack, parse_pack
from engine.packs.odds import shipped_odds, solved
from engine.packs.sharing import shared
from engine.record import RecordWriter
from engine.replay import replay_record
from engine.result import EpisodeResult
from engine.seeds import Streams
from engine.setup import match_setup, squads_named
from engine.spec import EpisodeSpec
from engine.yamlfile import parse
from tests.doubles import Remembering

# A pack never changes: whoever gives one another situation gives it another version, and adds a
# line here.
PINNED = {
    ("chase", 1): "b6db5b7f9c089e8b708d823f4ae9399969d327a80fd59185acce7e7934d4a141",
    ("collapse", 1): "a355140b0ee08564da9be4fbe2beef227c2e1ef67b4bea255a4f2a3e5f6fdd37",
    ("death", 1): "85d724d2bd681e5813396ddc4ac210cff5097beb2242c2c79398a4107a3d1dc9",
    ("defend", 1): "9eb9d905e6c8c937d248c304c4eccf1f12c4f1dbb0a16bc896a67aea92113591",
    ("powerplay", 1): "ba824d4bc48790fde4402c79c81e986a0d10d7d02f0a4875698329d85266f6fa",
    ("standard", 1): "c15b60a7b42c2a1779123bdde19f5dbdb34df8ad50e6cff30a0b5e54bb49caab",
    ("super_over", 1): "312131f6e48167b27a1495789b4309b483964e6af65eec40560be7ff9391f670",
}
PACKS = {name: load_pack(name) for name in BUILT_IN}
ENTRIES = [(name, entry.name) for name in BUILT_IN for entry in PACKS[name].entries]
ODDS_TOLERANCE = 0.005

MINE = """
name: mine
version: 1
overs: 20
entries:
  - name: chase
    start:
      batting: home
      innings: 2
      first_innings: {runs: 165}
      overs: 12
      score: 84
      wickets: 3
      striker: {place: 5, runs: 20, balls: 14}
      non_striker: {place: 4, runs: 22, balls: 19}
      out: [1, 2, 3]
      extras: {wides: 3}
      bowlers: [3, 3, 2, 2, 2]
      last_bowler: 1
  - {name: decider, start: {super_over: true, batting: away, target: 12}}
"""


def spec_of(pack: Pack, entry: Entry, *, seed: int = 1, home: str = "baseline") -> EpisodeSpec:
    return EpisodeSpec(
        episode_id="e",
        seed=seed,
        overs=pack.overs or 2,
        home=resolve(home),
        away=resolve("random"),
        **pack.of(entry),
    )


async def recorded(spec: EpisodeSpec, folder: Path) -> tuple[EpisodeResult, Path]:
    writer = RecordWriter(folder, spec.episode_id, 1)
    result = await play_episode(spec, observers=[writer])
    assert writer.path is not None
    return result, writer.path


@pytest.mark.parametrize(("name", "version"), PINNED)
def test_a_pack_is_what_it_was(name: str, version: int) -> None:
    assert (PACKS[name].version, PACKS[name].digest) == (version, PINNED[name, version])


def test_every_pack_is_pinned() -> None:
    assert {name for name, _ in PINNED} == set(BUILT_IN)


@pytest.mark.parametrize(("name", "entry"), ENTRIES)
async def test_an_entry_is_played_to_its_end_and_replays(
    name: str, entry: str, tmp_path: Path
) -> None:
    spec = spec_of(PACKS[name], PACKS[name].entry(entry))
    result, record = await recorded(spec, tmp_path)
    assert result.end_reason == "completed"
    replay = await replay_record(record)
    assert replay.identical
    assert replay.result.record_digest == result.record_digest


def test_the_table_of_win_probabilities_is_what_the_solver_says() -> None:
    """After a change of the ball model: `python -m engine.packs.odds`."""
    for pack, entries in solved(Models.shipped()).items():
        assert shipped_odds()[pack] == pytest.approx(entries, abs=ODDS_TOLERANCE)


def test_the_chases_go_from_easy_to_hopeless_at_six_stages_each() -> None:
    odds = shipped_odds()["chase"]
    words = ("easy", "likely", "even", "unlikely", "hopeless")
    levels = [sorted(p for name, p in odds.items() if name.startswith(word)) for word in words]
    assert [len(level) for level in levels] == [6] * 5
    assert all(low[-1] < high[0] for high, low in pairwise(levels))
    assert levels[0][0] > 0.85
    assert levels[-1][-1] < 0.1


def test_collapse_is_forty_for_five_and_defend_has_eight_to_win_from_six() -> None:
    states = [entry.state for entry in PACKS["collapse"].entries]
    assert all(s is not None and s.model_dump()["score"] == 40 for s in states)
    assert all(s is not None and s.model_dump()["wickets"] == 5 for s in states)
    pack = PACKS["defend"]
    setup = match_setup(
        overs=20,
        squads=squads_named(("saltmarsh", "redstone"), Streams(1)),
        max_super_overs=0,
        streams=Streams(1),
        start=pack.entry("8-from-6-home").state,
    )
    assert setup.start is not None
    assert (setup.start.innings.needed, setup.start.innings.balls_left) == (8, 6)


async def test_a_record_begins_with_what_was_played_before_and_its_win_probability() -> None:
    pack, heard = PACKS["chase"], Remembering()
    entry = pack.entry("even-after-10")
    result = await play_episode(spec_of(pack, entry), observers=[heard])
    header, *events = heard.events
    assert isinstance(header, EpisodeStartedEvent)
    assert header.data.spec["pack_digest"] == pack.digest
    first, second = (e for e in events if isinstance(e, InningsStartedEvent))
    assert first.data.before is not None
    assert second.data.before is not None
    assert second.data.target == first.data.before.score.runs + 1
    assert second.data.win_probability is not None
    assert 0.5 < second.data.win_probability < 1.0  # an even chase, against a captain at random
    assert [line.innings for line in result.innings] == [1, 2]
    assert result.innings[0].runs == first.data.before.score.runs


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('"wickets":5', '"wickets":6'), "header: start.innings: Value error, wickets 6: allowed"),
        (('"overs":20', '"overs":10'), "header: spec.start: overs 15: allowed: below 10 in T10"),
    ],
)
async def test_a_record_whose_start_no_match_reaches_is_broken(
    change: tuple[str, str], said: str, tmp_path: Path
) -> None:
    pack = PACKS["death"]
    _, record = await recorded(spec_of(pack, pack.entry("first-108-5-home")), tmp_path)
    header, rest = record.read_text(encoding="utf-8").split("\n", 1)
    assert change[0] in header
    record.write_text(f"{header.replace(*change)}\n{rest}", encoding="utf-8")
    with pytest.raises(BrokenRecord) as caught:
        await replay_record(record)
    assert said in str(caught.value)


async def test_swapped_captains_change_the_seat_that_bats() -> None:
    pack = PACKS["chase"]
    entry = pack.entry("even-after-10")
    spec = spec_of(pack, entry)
    swapped = spec.model_copy(update={"home": spec.away, "away": spec.home})
    first, second = [await play_episode(each) for each in (spec, swapped)]
    assert entry.state is not None
    assert first.batting_captain(2) == spec.captain(entry.state.batting).name
    assert first.batting_captain(2) != second.batting_captain(2)


def test_an_unknown_pack_or_entry_lists_the_known_ones() -> None:
    with pytest.raises(UnknownPack, match="known: chase, collapse"):
        load_pack("spicy")
    with pytest.raises(UnknownEntry, match="known: toss"):
        load_pack("standard").entry("coin")


def test_a_pack_of_ones_own_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(MINE, encoding="utf-8")
    pack = load_pack(str(file))
    assert [entry.name for entry in pack.entries] == ["chase", "decider"]


def test_descriptions_and_layout_are_no_part_of_a_digest() -> None:
    described = MINE.replace("name: chase\n", "name: chase\n    description: hard\n")
    assert mine(described).digest == mine(MINE).digest != mine(MINE.replace("84", "85")).digest


def test_a_description_is_told_in_one_line_however_the_file_breaks_it() -> None:
    folded = MINE.replace(
        "name: chase\n", "name: chase\n    description: |\n      hard\n      one\n"
    )
    assert mine(folded).entry("chase").description == "hard one"


def mine(text: str) -> Pack:
    return parse_pack(parse(text), "f.yaml")


WRONG = {
    (
        "name: chase\n",
        'name: chase\n    description: "a\\e[2J"\n',
    ): r"7: entry 'chase': description 'a\x1b[2J': allowed: printable characters",
    ("wickets: 3", "wickets: 4"): "7: entry 'chase': start: wickets 4: allowed: as many as `out`",
    (
        "place: 5",
        "place: 3",
    ): "7: entry 'chase': start: striker, non_striker and out: allowed: each",
    ("place: 5", "place: 15"): "14: entry 'chase': start.striker.place 15: input should be less",
    ("runs: 20", "runs: 95"): "7: entry 'chase': start: place 5: runs 95: allowed: 0 to 84",
    (
        "batting: home",
        "batting: east",
    ): "8: entry 'chase': start.batting 'east': input should be 'h",
    ("innings: 2", "innings: 1"): "7: entry 'chase': start: first_innings: allowed: with innings 2",
    (
        "      first_innings: {runs: 165}\n",
        "",
    ): "7: entry 'chase': start: first_innings: missing; innings 2 needs it",
    ("      overs: 12\n", ""): "7: entry 'chase': start.overs: missing",
    ("version: 1\n", ""): "2: version: missing",
    ("runs: 165", "runs: 80"): "7: entry 'chase': start: score 84: allowed: below the target, 81",
    ("runs: 165", "runs: 165, balls: 90"): "7: entry 'chase': first_innings.balls 90: allowed: 120",
    (
        "runs: 165",
        "runs: 165, wickets: 10, balls: 0",
    ): "7: entry 'chase': first_innings.balls 0: allowed: 1",
    ("score: 84", "score: 20"): "7: entry 'chase': start: score 20: -25 runs are left for the b",
    ("score: 84", "scores: 84"): "12: entry 'chase': unknown key 'start.scores'; allowed: batting,",
    ("overs: 12", "overs: 1.5"): "11: entry 'chase': start.overs 1.5: input should be a valid int",
    ("overs: 12", "overs: 25"): "7: entry 'chase': start: bowlers: 12 overs: allowed: 25 in all",
    (
        "3, 3, 2, 2, 2",
        "5, 3, 2, 2",
    ): "7: entry 'chase': innings 2: Gus Tavener has 5 overs, more th",
    ("3, 3, 2, 2, 2", "6, 3, 3"): "7: entry 'chase': innings 2: Gus Tavener has 6 overs, more than",
    (
        "last_bowler: 1",
        "last_bowler: 6",
    ): "7: entry 'chase': start: last_bowler 6: allowed: a place",
    ("balls: 14", "balls: 70"): "7: entry 'chase': start: balls: -17 of the balls bowled are left",
    ("wides: 3", "wide: 3"): "17: entry 'chase': unknown key 'start.extras.wide'; allowed: wides",
    ("target: 12", "target: 90"): "20: entry 'decider': start.target 90: input should be less than",
    ("super_over: true", "super_over: 3"): "20: entry 'decider': start.super_over 3: input should",
    ("super_over: true", "super_over: 1"): "20: entry 'decider': start.super_over 1: input should",
    ("super_over: true", "super_over: 1.0"): "20: entry 'decider': start.super_over 1.0: input sho",
    ("super_over: true", "super_over: false"): "20: entry 'decider': start.super_over False: input",
    ("decider", "chase"): "5: entries: 'chase' is the name of two entries; allowed: each name once",
    ("name: mine", "name: Mine A"): "2: name 'Mine A': allowed: 1 to 40 small letters and digits",
    ("overs: 20", "overs: 10"): "7: entry 'chase': overs 12: allowed: below 10 in T10",
    ("overs: 20\n", ""): "6: entry 'chase': the pack needs `overs`; allowed: 1 to 50",
    ("version: 1", "version: one"): "3: version 'one': input should be a valid integer",
    (
        "entries:",
        "entreis:",
    ): "5: unknown key 'entreis'; allowed: name, version, description, overs",
}


@pytest.mark.parametrize("change", WRONG)
def test_a_fault_is_told_with_line_entry_key_and_what_is_allowed(change: tuple[str, str]) -> None:
    with pytest.raises(BadYaml) as caught:
        mine(MINE.replace(*change, 1))
    assert str(caught.value).startswith(f"f.yaml:{WRONG[change]}")


def test_all_faults_of_a_pack_are_told_each_with_its_place() -> None:
    text = (
        "name: A\nversion: 1\nentries:\n  - {name: b, start: {oevrs: 3}}\n  - {name: c, start: []}"
    )
    with pytest.raises(BadYaml) as caught:
        mine(text)
    told = str(caught.value).split("\n")
    assert told[0].startswith("f.yaml:4: entry 'b': unknown key 'start.oevrs'; allowed: ")
    assert told[1].startswith("f.yaml:1: name 'A': allowed: ")
    assert told[-1] == "f.yaml:5: entry 'c': start: input should be 'toss'"
    assert not any("entries" in said for said in told)  # there are enough of them


def test_all_entries_that_no_match_begins_with_are_told() -> None:
    start = "start: {super_over: true, batting: home, level: 165}"
    text = f"name: a\nversion: 1\nentries:\n  - {{name: d, {start}}}\n  - {{name: e, {start}}}"
    with pytest.raises(BadYaml) as caught:
        mine(text)
    told = [said.split(": level")[0] for said in caught.value.problems]
    assert told == ["f.yaml:4: entry 'd'", "f.yaml:5: entry 'e'"]


def test_what_fits_every_length_fits_the_shortest() -> None:
    start = "{super_over: true, batting: home, level: 165}"
    text = f"name: a\nversion: 1\nentries:\n  - name: d\n    start: {start}"
    with pytest.raises(BadYaml, match="5: entry 'd': level 165: allowed: 0 to 36 off 6 balls"):
        mine(text)
    assert mine(f"overs: 20\n{text}").entry("d").state is not None
    with pytest.raises(BadYaml, match="level 165: allowed: 0 to 108 off 18 balls"):
        mine(f"overs: 3\n{text}")


HOSTILE = {
    "not a mapping": "- chase",
    "an anchor": "name: &a mine\nversion: 1",
    "a tag": "name: !!python/object:os.system {}",
    "an escape": 'name: "\\x1b[2J"\nversion: 1\nentries: [{name: a, start: toss}]',
    "many digits": f"name: a\nversion: {'9' * 500}\nentries: []",
    "a list for a start": "name: a\nversion: 1\nentries: [{name: a, start: [toss]}]",
    "entries that are text": "name: a\nversion: 1\nentries: toss",
    "an entry that is text": "name: a\nversion: 1\nentries: [toss]",
    "no entries": "name: a\nversion: 1\nentries: []",
}


@pytest.mark.parametrize("fault", HOSTILE)
def test_a_hostile_file_is_refused_in_one_printable_line(fault: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(HOSTILE[fault], encoding="utf-8")
    with pytest.raises(BadYaml) as caught:
        load_pack(str(file))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 600


def test_a_pack_without_entries_and_one_that_is_text_are_told_in_words_of_the_file() -> None:
    head = "name: a\nversion: 1\n"
    with pytest.raises(BadYaml, match=r"f\.yaml:3: entries: 0 given; allowed: at least 1$"):
        mine(f"{head}entries: []")
    with pytest.raises(BadYaml, match=r"entry 1: allowed: a mapping of keys to values$"):
        mine(f"{head}entries: [toss]")


def test_a_pack_fits_matches_of_its_own_length_only() -> None:
    assert PACKS["standard"].fits(7)
    PACKS["chase"].check_fits(20)
    with pytest.raises(BadStart, match="20 overs an innings, not 5"):
        PACKS["chase"].check_fits(5)


@given(st.data(), st.integers(1, 10), st.integers(0, 10))
def test_any_first_innings_that_can_be_made_can_be_chased(
    data: st.DataObject, overs: int, wickets: int
) -> None:
    balls = data.draw(st.integers(1, overs * 6)) if wickets == 10 else overs * 6
    runs = data.draw(st.integers(0, 6 * balls))
    pack = mine(
        f"name: a\nversion: 1\novers: {overs}\nentries:\n  - name: c\n    start:\n"
        "      {batting: home, innings: 2, overs: 0, first_innings: "
        f"{{runs: {runs}, wickets: {wickets}, balls: {balls}}}}}"
    )
    assert pack.format is not None


@given(st.integers(0, 999), st.lists(st.integers(0, 30), min_size=1, max_size=11))
def test_what_is_shared_out_adds_up(total: int, weights: list[int]) -> None:
    parts = shared(total, weights)
    assert min(parts) >= 0
    assert sum(parts) == (total if any(weights) else 0)


@pytest.mark.parametrize("name", [n for n in BUILT_IN if n != "standard"])
def test_an_entry_fits_squads_of_any_make(name: str) -> None:
    pack = PACKS[name]
    for seed, entry in enumerate(pack.entries):
        streams = Streams(seed)
        squads = squads_named(("drawn", "drawn"), streams)
        setup = match_setup(
            overs=20, squads=squads, max_super_overs=0, streams=streams, start=entry.state
        )
        assert setup.start is not None
