"""From YAML to a spec: every problem, with its line, and nothing that takes long."""

import os
import pickle
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.yamlfile import MAX_BYTES, MAX_DEPTH
from tests.tournaments.support import GOOD, KNOWN, PRESETS
from tournaments import BadTournamentFile, Known, check_spec, load_tournament, parse_tournament
from tournaments.known import known_to_the_engine

SHIPPED = known_to_the_engine()


def problems(text: str, known: Known = KNOWN) -> list[str]:
    with pytest.raises(BadTournamentFile) as caught:
        parse_tournament(text, known, file="f.yaml")
    return [str(problem) for problem in caught.value.problems]


def file_problem(path: Path) -> str:
    with pytest.raises(BadTournamentFile) as caught:
        load_tournament(path, KNOWN)
    return str(caught.value)


def with_line(line: str) -> str:
    """A good file with one more line, its fifth, that replaces what it names."""
    key = line.partition(":")[0]
    kept = ["#" if old.startswith(f"{key}:") else old for old in GOOD.splitlines()]
    return "\n".join([*kept, line])


WRONG = {
    "name: Friday Night": "`name` is 'Friday Night'; allowed: 1 to 40 small letters",
    "seed: -1": "`seed` is -1; allowed: 0 to 9223372036854775807",
    "seed: 1.5": "`seed` is 1.5; allowed: 0 to",
    'seed: "7"': "`seed` is '7'; allowed: 0 to",
    "seed:": "`seed` is empty; allowed: 0 to",
    "match: 5": "`match` is 5; allowed:",
    "match: {overs: 0}": "`match.overs` is 0; allowed: 1 to 50 overs",
    "match: {overs: 51}": "`match.overs` is 51; allowed: 1 to 50 overs",
    "match: {overs: true}": "`match.overs` is true; allowed: 1 to 50 overs",
    "match: {overs: 5, pairs: -3}": "`match.pairs` is -3; allowed: 1 to 1,000,000 pairs",
    "match: {overs: 5, format: T5}": "`overs` and `format` are both given; allowed: one of them",
    "match: {}": "no length given; allowed: `overs`, 1 to 50, or `format`",
    "match: {format: T6}": "`match.format` is 'T6'; allowed: T5, T10, T20 or ODI",
    "match: {overs: 5, pack: spicy}": "unknown pack 'spicy'; allowed: chase, collapse",
    "match: {overs: 5, squads: [lions, cats]}": "unknown squad 'cats'; known squads: hawks, lions",
    "match: {overs: 5, squads: [lions]}": "`match.squads` is a list of 1; allowed: The names",
    "match: {overs: 5, squads: mine}": "`match.squads` is 'mine'; allowed: The names of two squads",
    "captains: heuristic": "`captains` is 'heuristic'; allowed: A list of 2 to 64",
    "captains: [heuristic]": "a round robin of one; allowed: at least two different captains",
    "captains: []": "`captains` is a list of 0; allowed: A list of 2 to 64 different captains",
    "captains: [random, random]": "captain 'random' stands here twice; allowed: different",
    "captains: [random, nobody]": "unknown captain 'nobody'; known captains: aggressive, base",
    "captains: [random, {name: <b>, preset: random}]": "`captains[2].name` is '<b>'; allow",
    "captains: [random, {name: x}]": "`kind` or `preset`; allowed: exactly one of them",
    "captains: [random, {name: x, kind: llm}]": "unknown kind of captain 'llm'; known kinds: heur",
    "captains: [random, {name: x, kind: random, volume: 11}]": "captain 'x': no setting is called",
    "captains: [random, {name: x, preset: gone}]": "unknown captain 'gone'; known captains: aggr",
    "captains: [random, 7]": "`captains[2]` is 7; allowed: A list of 2 to 64",
    "opponents: [baseline]": "`opponents` is for {kind: gauntlet}; allowed here: nobody",
    "format: round_robin": "`format` is 'round_robin'; allowed: A mapping that says",
    "format: {kind: swiss, rounds: 4}": "4 rounds of 3 captains; allowed: 1 to 3",
    "format: {kind: swiss, rounds: 0}": "`format.rounds` is 0; allowed: How many rounds",
    "format: {kind: knockout, best_of: 4}": "best of 4 pairs; allowed: an odd number, such as 3",
    "format: {kind: knockout, best_of: 3, extend_to: 1}": "an encounter of 3 pairs is extended to",
    "format: {kind: knockout, extend_to: 2}": "an encounter of 3 pairs is extended to 2; allowed:",
    "format: {kind: knockout, third_place: true}": "a third place match among 3; allowed: 4 capt",
    "format: {kind: knockout, tie_break: toss}": "`format.tie_break` is 'toss'; allowed: Who goes",
    "format: {kind: knockout, legs: 2}": "`format.legs` is unknown; allowed: best_of, extend_to",
    "format: {kind: league_playoffs}": "4 qualifiers of 3 captains; allowed: 2 to 3, with `play",
    "format: {kind: league_playoffs, qualifiers: 3}": "page play-offs of 3; allowed: 4, or `play",
    "format: {kind: groups}": "2 groups of 3 captains; allowed: 4 captains or more",
    "format: {kind: ladder, challengers: 3}": "3 challengers of 3 captains; allowed: 1 to 2",
    "format: {kind: chess}": "`format`: 'chess' cannot be played; allowed: round_robin, gauntlet",
    "format: {kind: [round_robin]}": "`format`: a list of 1 cannot be played; allowed: round_robin",
    "format: {legs: 2}": "`format`: `kind` is missing; allowed: round_robin, gauntlet",
    "format: {kind: gauntlet}": "a gauntlet without `opponents`; allowed: at least one opponent",
    "points: {win: 1, tie: 2}": "a tie is worth 2, a win 1; allowed: a tie of 0 to 1",
    "match: {overs: 5, era: 2030}": "`match.era` is 2030; allowed: The season whose scoring",
    "match: {format: ODI, squads: drawn-women}": "women play 1 to 20 overs",
    "limits: {attempts: 0}": "`limits.attempts` is 0; allowed: How often an episode",
    "limits: {usd: 0}": "`limits.usd` is 0; allowed: What the run may spend",
    "stop: 5": "`stop` is 5; allowed: When a round robin or a gauntlet is over",
    "stop: {when: ranked}": "`stop.max_pairs` is missing; allowed: How many pairs of every pairing",
    "stop: {when: bored, max_pairs: 9}": "`stop.when` is 'bored'; allowed: ranked, or `sprt`",
    "stop: {when: ranked, max_pairs: 2}": "at most 2 pairs, where a fixture begins with 3; allow",
    "stop: {when: ranked, max_pairs: 999}": "333 looks; allowed: 50 at most, with more pairs in",
    "stop: {when: ranked, max_pairs: 9, alpha: 0.5}": "`stop.alpha` is 0.5; allowed: The chance to",
    "stop: {when: ranked, max_pairs: 9, only: raw}": "`stop.only` is unknown; allowed: every, scor",
    "stop: {sprt: {pair: [random, cautious], elo0: 0, elo1: 5}, max_pairs: 9}": "`stop.max_pairs` "
    "is unknown (did you mean `sprt.max_pairs`?); allowed: sprt",
    "stop: {sprt: 4}": "`stop.sprt` is 4; allowed: A test of two captains, such as",
    "stop: {sprt: {pair: [random, bob], elo0: 0, elo1: 5}}": "'bob' does not play; allowed: two of",
    "stop: {sprt: {pair: [random, random], elo0: 0, elo1: 5}}": "'random' twice; allowed: two capt",
    "stop: {sprt: {pair: [random, cautious], elo0: 5, elo1: 5}}": "elo1 is 5, elo0 5; allowed: elo",
    "stop: {sprt: {pair: [random], elo0: 0, elo1: 5}}": "`stop.sprt.pair` is a list of 1; allowed:",
    "stop: {sprt: {pair: [random, cautious], elo0: 0, elo1: 5, max_pairs: 2}}": "at most 2 pairs,",
    "stop: {sprt: {pair: [random, cautious], elo0: 0, elo1: 5}, when: ranked}": "`when` and `sprt`",
    "overs: 5": "`overs` is unknown (did you mean `match.overs`?); allowed: name, seed",
    "limitz: {}": "`limitz` is unknown (did you mean `limits`?); allowed: name, seed",
    "execution: {mode: cloud}": "`execution.mode` is 'cloud'; allowed: local",
    "execution: {mode: local, processes: 0}": "`execution.processes` is 0; allowed: auto",
    "spectate: {episodes: some}": "`spectate.episodes` is 'some'; allowed: featured",
    "spectate: {reasoning: soon}": "`spectate.reasoning` is 'soon'; allowed: When what captains",
    "spectate: {reasoning: 0}": "`spectate.reasoning` is 0; allowed: When what captains",
    "spectate: {speech: loud}": "`spectate.speech` is 'loud'; allowed: Who speaks",
    "spectate: {commentary: heuristic}": "'heuristic' is of kind heuristic; allowed: templates",
    "spectate: {commentary: nobody}": "unknown captain 'nobody'",
    "spectate: {balls_per_s: .nan}": "`.nan` is not finite; allowed: finite numbers",
    "spectate: {balls_per_s: 1e999}": "`1e999` is not finite; allowed: finite numbers",
    "schedule: {cron: daily}": "'daily': 1 fields, but cron has 5",
    "schedule: {rrule: FREQ=DAILY;COUNT=3}": "'FREQ=DAILY;COUNT=3': COUNT is none of FREQ",
    "schedule: {rrule: FREQ=WEEKLY;BYDAY=XX}": "'FREQ=WEEKLY;BYDAY=XX': BYDAY cannot be XX; allo",
    "schedule: {rrule: FREQ=DAILY;UNTIL=20270101T000000Z}": "'FREQ=DAILY;UNTIL=20270101T000",
    "schedule: {rrule: FREQ=DAILY;UNTIL=20270230}": "'FREQ=DAILY;UNTIL=20270230': UNTIL cannot be",
    "schedule: {rrule: FREQ=MONTHLY;BYSETPOS=99}": "'FREQ=MONTHLY;BYSETPOS=99': BYSETPOS cannot be",
    "schedule: {rrule: FREQ=DAILY;BYSETPOS=2}": "'FREQ=DAILY;BYSETPOS=2': BYSETPOS needs a FREQ",
    "schedule: {rrule: FREQ=HOURLY;INTERVAL=24;BYHOUR=3}": "'FREQ=HOURLY;INTERVAL=24;BYHOUR=3'",
    "schedule: {rrule: FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30}": "'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=",
    "schedule: {rrule: BYDAY=MO}": "'BYDAY=MO': FREQ is missing; allowed: such as",
    "schedule: {interval: 6 hours}": "`schedule.interval` is '6 hours'; allowed: A whole number of",
    "schedule: {interval: 6h, rrule: FREQ=DAILY}": "rrule and interval; allowed: one of cron, rru",
    "schedule: {timezone: UTC}": "neither cron nor rrule nor interval; allowed: one of cron",
    'schedule: {cron: "0 8 * * *", timezone: Mars}': "unknown time zone 'Mars'; allowed: an IANA",
    "match: {overs: 5, super_over: yes}": "`yes` is a text to some and true to others; allowed:",
    "seed: 010": "`010` is octal to some; allowed: 10, or '010'",
    f"seed: {'9' * 5000}": "a number of 5000 characters; allowed: at most 40",
    "seed: !!python/object:os.system 1": "a YAML tag (!); allowed: plain values",
    "seed: &a 1": "an anchor or alias (& or *); allowed: values written out",
    "<<: {seed: 1}": "`<<` is unknown; allowed: name",
    "? [a]\n: 1": "a key that is no word; allowed: plain or quoted words",
    'name: "\\e[2J"': "`name` is '\\x1b[2J'; allowed: 1 to 40 small letters",
    'name: "\\UFFFFFFFF"': "an escape that is no character",
    "name: \x07": "a control character; allowed: printable text",
    "name: [": "not YAML: while parsing a flow node",
    f"name: {'[' * 100}": f"nested too deep; allowed: at most {MAX_DEPTH} levels",
}


@pytest.mark.parametrize("line", WRONG, ids=lambda line: line[:40])
def test_a_wrong_line_is_named_with_what_is_allowed(line: str) -> None:
    (problem,) = problems(with_line(line))
    assert problem.startswith(f"f.yaml:5: {WRONG[line]}")


def test_a_wrong_opponent_lists_the_known_captains_too() -> None:
    text = GOOD + "format: {kind: gauntlet}\nopponents:\n  - baseline\n  - nobody\n"
    message = f"f.yaml:8: unknown captain 'nobody'; known captains: {', '.join(PRESETS)}"
    assert problems(text) == [message]


def test_a_knockout_has_its_pairs_from_one_place() -> None:
    text = GOOD + "format: {kind: knockout, best_of: 5}\n"
    said = "3 pairs, where every encounter is the best of 5"
    allowed = "one of `match.pairs` and `format.best_of`"
    assert problems(text) == [f"f.yaml:3: {said}; allowed: {allowed}"]
    for one in (text.replace("best_of: 5", "best_of: 3"), text.replace(", pairs: 3", "")):
        assert parse_tournament(one, KNOWN).pairs == (3 if one.count("3}") else 5)


def test_pairs_that_a_knockout_was_not_given_are_not_held_against_it() -> None:
    spec = parse_tournament(
        f"{GOOD}format: {{kind: knockout, best_of: 5}}\n".replace(", pairs: 3", ""), KNOWN
    )
    assert spec.match.pairs != spec.pairs == spec.best_of == 5
    assert check_spec(spec, KNOWN) == spec


STOPPED = "stop: {when: ranked, max_pairs: 9}\n"
UNSTOPPABLE = {
    "format: {kind: knockout}\n": "f.yaml:5: `stop` of {kind: knockout}; allowed: of round_robin",
    "format: {kind: round_robin, legs: 2}\n": "f.yaml:6: 2 legs with `stop`, which adds pairs",
    "match: {overs: 5, pairs: 1}\n": "f.yaml:6: `stop` looks first after `pairs`, and 1 tells",
}


@pytest.mark.parametrize("line", UNSTOPPABLE)
def test_what_cannot_be_stopped_says_so(line: str) -> None:
    kept = GOOD.replace("match: {overs: 5, pairs: 3}\n", "#\n") if "match" in line else GOOD
    (problem,) = problems(kept + STOPPED + line)
    assert problem.startswith(UNSTOPPABLE[line])


def test_a_test_of_two_who_do_not_meet_in_a_gauntlet_is_refused() -> None:
    text = GOOD + "format: {kind: gauntlet}\nopponents: [baseline]\nstop: "
    (problem,) = problems(text + "{sprt: {pair: [random, cautious], elo0: 0, elo1: 5}}\n")
    message = "f.yaml:7: 'random' and 'cautious' do not meet; allowed: a captain, an opponent"
    assert problem == message


def test_a_key_of_another_format_is_unknown() -> None:
    text = GOOD + "opponents: [baseline]\nformat: {kind: gauntlet, legs: 2}\n"
    assert problems(text) == ["f.yaml:6: `format.legs` is unknown; allowed: kind"]


def test_all_problems_come_at_once_in_the_files_order() -> None:
    text = "name: X\nseed: -1\nmatch: {overs: 0}\ncaptains: [random, random, nobody]\nstopp: {}\n"
    assert [line.split(":")[1] for line in problems(text)] == ["1", "2", "3", "4", "4", "5"]


def test_what_is_missing_is_missed_where_its_mapping_begins() -> None:
    assert problems("# nothing yet\nname: x\n") == [
        (
            "f.yaml:2: `captains` is missing; allowed: A list of 2 to 64 different captains "
            "(a gauntlet needs 1): names of presets, or mappings with `name` and `kind`"
        ),
        (
            "f.yaml:2: `match` is missing; allowed: What is played: a mapping such as "
            "{overs: 5, pairs: 10}"
        ),
    ]


def test_a_key_that_stands_twice_is_refused_at_its_second_line() -> None:
    assert problems(GOOD + "seed: 8\n") == [
        "f.yaml:5: `seed` again (first on line 2); allowed: once"
    ]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_an_empty_file_says_so(text: str) -> None:
    assert "allowed: " in problems(text)[0]


@pytest.mark.parametrize("text", ["- heuristic\n", "heuristic\n", "7"])
def test_what_is_not_a_mapping_says_so(text: str) -> None:
    assert "not a mapping; allowed: keys such as name" in problems(text)[0]


def test_a_second_document_is_refused() -> None:
    assert problems(GOOD + "---\nname: x\n")[0].startswith("f.yaml:5: not YAML: expected a single")


@given(before=st.integers(0, 30), blank=st.integers(0, 5), at=st.integers(0, 4))
def test_the_line_of_a_wrong_entry_is_exact(before: int, blank: int, at: int) -> None:
    entries = [f"  - {name}\n" for name in PRESETS]
    entries[at] = "  - nobody\n"
    head = "# note\n" * before + "name: x\nmatch:\n  overs: 5\n" + "\n" * blank + "captains:\n"
    (problem,) = problems(head + "".join(entries))
    assert problem.startswith(f"f.yaml:{before + blank + 5 + at}: unknown captain 'nobody'")


@given(text=st.text(max_size=300))
def test_any_text_gives_printable_problems_and_nothing_else(text: str) -> None:
    lines = problems(text)  # 300 characters at random are never a tournament
    assert lines
    assert all(line.isprintable() for line in lines)


def test_a_bomb_is_refused_at_once() -> None:
    levels = ["a: &a [x, x]"] + [f"{b}: &{b} [*{a}, *{a}]" for a, b in pairwise("abcdefg")]
    started = time.process_time()
    assert "an anchor or alias" in problems("\n".join(levels))[0]
    assert time.process_time() - started < 1


def test_a_file_of_very_many_values_is_refused_in_bounded_time() -> None:
    started = time.process_time()
    assert "too many values" in problems("x: [" + "a," * 100_000 + "]")[0]
    assert time.process_time() - started < 10


def test_ten_megabytes_are_refused_unparsed(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_text(GOOD + "#" * 10_000_000)
    started = time.process_time()
    assert file_problem(path) == f"{path}:1: too long; allowed: at most {MAX_BYTES // 1024} KiB"
    assert time.process_time() - started < 1


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    assert ":1: cannot be read: No such file or directory" in file_problem(tmp_path / "no.yaml")


def test_a_directory_is_not_a_file(tmp_path: Path) -> None:
    assert file_problem(tmp_path) == f"{tmp_path}:1: not a file; allowed: a YAML file"


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert "not a file" in file_problem(tmp_path / "pipe.yaml")


def test_a_path_with_a_null_byte_is_refused() -> None:
    assert "not a path" in file_problem(Path("a\0b.yaml"))


def test_what_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"seed: 1\nname: caf\xe9\n")
    assert file_problem(path) == f"{path}:2: not UTF-8; allowed: text in UTF-8"


def test_a_byte_order_mark_is_welcome(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load_tournament(path, KNOWN).name == "friday-night"


def test_underscores_in_numbers_are_read() -> None:
    assert parse_tournament(with_line("seed: 20_261_122"), KNOWN).seed == 20261122


def test_the_error_survives_a_process_boundary() -> None:
    with pytest.raises(BadTournamentFile) as caught:
        parse_tournament("name: X", KNOWN)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_all_that_is_wrong_with_a_captain_is_told_at_once() -> None:
    entry = "{name: bold, preset: aggressive, boldnes: 1, boldness: 9, on_failure: no-idea}"
    said = problems(with_line(f"captains: [random, {entry}]"), SHIPPED)
    unknown = (
        "captain 'bold': unknown setting 'boldnes' of kind heuristic (did you mean 'boldness'?)"
    )
    assert [one.partition(";")[0] for one in said] == [
        "f.yaml:5: `captains[2].on_failure` is 'no-idea'",
        "f.yaml:5: captain 'bold': boldness 9: allowed: -0.5 to 0.5",
        f"f.yaml:5: {unknown}",
    ]


def test_a_captain_without_a_name_is_told_by_his_place() -> None:
    said = problems(with_line("captains: [random, {preset: aggressive, boldness: 9}]"), SHIPPED)
    assert "f.yaml:5: `captains[2]`: boldness 9: allowed: -0.5 to 0.5" in said


@pytest.mark.parametrize("writer", ["random", "bold"])
def test_who_cannot_write_is_told_beside_what_is_wrong_elsewhere(writer: str) -> None:
    own = "captains: [random, {name: bold, preset: aggressive}]"
    text = with_line(f"{own}\nseed: soon\nspectate: {{commentary: {writer}}}")
    said = problems(text, SHIPPED)
    assert len(said) == 2
    assert f"{writer!r} is of kind " in said[1]


def test_settings_of_an_unknown_preset_are_not_asked_for() -> None:
    entry = "{name: bold, preset: agressive, boldnes: 1, on_failure: no-idea}"
    said = problems(with_line(f"captains: [random, {entry}]"), SHIPPED)
    assert len(said) == 2


def test_what_was_misread_is_told_once() -> None:
    entry = "{name: bold, preset: aggressive, match_ups: yes}"
    (said,) = problems(with_line(f"captains: [random, {entry}]"), SHIPPED)
    assert said.startswith("f.yaml:5: `yes` is a text to some")


def test_a_list_of_wrong_captains_is_not_called_too_short() -> None:
    said = problems(with_line("captains: [nobody, noone]"))
    assert [one.split(" ")[1:3] for one in said] == [["unknown", "captain"]] * 2


def test_rules_about_the_whole_are_told_beside_what_is_wrong_elsewhere() -> None:
    lines = (
        "sede: 5",
        "captains: [random, nobody]",
        "stop: {when: ranked, max_pairs: 2}",
        "spectate: {featured: final}",
    )
    kept = [line for line in GOOD.splitlines() if not line.startswith("captains")]
    told = [one.partition(";")[0] for one in problems("\n".join([*kept, *lines]))]
    assert [one.partition(" (")[0] for one in told] == [
        "f.yaml:4: `sede` is unknown",
        "f.yaml:5: unknown captain 'nobody'",
        "f.yaml:6: at most 2 pairs, where a fixture begins with 3",
        "f.yaml:7: a round_robin has no final",
    ]


def test_a_thousand_problems_are_not_all_printed() -> None:
    text = GOOD + "".join(f"key{number}: 1\n" for number in range(1000))
    with pytest.raises(BadTournamentFile) as caught:
        parse_tournament(text, KNOWN)
    assert len(caught.value.problems) == 1000
    assert str(caught.value).endswith("… and 950 more problems")
