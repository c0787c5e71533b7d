"""The calculators of the command line, and one question about a run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from engine.cricket.choices import Seat
from engine.events import EndReason
from engine.result import EpisodeResult
from flows.cli import main
from flows.ledger import RunFolder
from tests.flows.test_honesty import scripted
from tests.tournaments.results import leg
from tests.tournaments.support import spec_of

CAPTAINS = ("heuristic", "random", "cautious")


def answer(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    assert main([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_elo_has_the_keys_that_are_promised(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "stats", "elo", "--pentanomial", "34", "54", "31", "32", "64", "75")
    assert list(found) == (
        ["elo", "elo_low", "elo_high", "nelo", "nelo_low", "nelo_high", "los", "score"]
    )
    assert found["elo"] == pytest.approx(55.5798, abs=1e-3)


def test_all_won_has_a_lower_end_alone(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "stats", "elo", "--wdl", "12", "0", "0")
    assert found["elo"] is found["elo_high"] is None
    assert found["elo_low"] > 0
    assert main(["stats", "elo", "--wdl", "12", "0", "0"]) == 0
    assert "≥ +" in capsys.readouterr().out


def test_sprt_says_its_state(capsys: pytest.CaptureFixture[str]) -> None:
    counts = ("--pentanomial", "365", "16618", "36029", "200", "16974", "390")
    found = answer(capsys, "stats", "sprt", *counts, "--elo0", "0", "--elo1", "2")
    assert found["llr"] == pytest.approx(2.250368, abs=1e-5)
    assert found["state"] == "continue"
    assert list(found) == ["llr", "lower", "upper", "state"]


def test_power_and_back(capsys: pytest.CaptureFixture[str]) -> None:
    wanted = answer(capsys, "stats", "power", "--elo", "20")
    assert wanted["matches"] == 1160
    back = answer(capsys, "stats", "power", "--pairs", str(wanted["pairs"]))
    assert back["resolution"] == pytest.approx(20, abs=0.02)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("elo --wdl 1 0 0", "over 1 match\n"),
        ("elo --pentanomial 0 0 0 1 0 0", "over 1 pair\n"),
        ("elo --wdl 1000000 3 999999", "over 2,000,002 matches\n"),
        ("sprt --wdl 0 20 0 --elo1 20 --model bayesian", "LLR    +0.00 "),
        ("power --elo 0.01 --captains 1000", "known to ±0.01 Elo"),
        ("power --pairs 2", "known to ±2,207.3 Elo"),
    ],
)
def test_figures_are_told_as_a_person_would(
    capsys: pytest.CaptureFixture[str], arguments: str, said: str
) -> None:
    assert main(["stats", *arguments.split()]) == 0
    assert said in capsys.readouterr().out


def test_of_very_many_captains_two_pairs_of_every_two_are_the_fewest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert answer(capsys, "stats", "power", "--elo", "900", "--captains", "1000")["pairs"] == 2


def test_a_league_is_rated_from_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "league.csv"
    lines = ["A,B,1,2", "A,B,0,3", "A,D,1,1", "A,D,0,4", "B,C,1,5", "B,C,0,3", "C,D,1,1", "C,D,0,3"]
    file.write_text("first,second,score,count\n" + "\n".join(lines))
    found = answer(capsys, "stats", "bt", str(file))
    elo = {one["captain"]: one["elo"] for one in found["captains"]}
    told = {"A": -77.5729, "B": 7.3661, "C": -72.2324, "D": 142.4392}
    assert elo == pytest.approx(told, abs=1e-2)
    assert main(["stats", "bt", str(file)]) == 0
    assert "not told apart: " in capsys.readouterr().out


def test_who_was_always_level_may_be_in_any_place(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """No spread was seen: that is not to be sure."""
    file = tmp_path / "level.csv"
    file.write_text("first,second,score,count\nA,B,0.5,4\nB,C,0.5,4\nA,C,0.5,4\n")
    rows = answer(capsys, "stats", "bt", str(file))["captains"]
    assert [(one["place_low"], one["place_high"]) for one in rows] == [(1, 3)] * 3
    assert [one["p_best"] for one in rows] == pytest.approx([1 / 3] * 3, abs=0.02)
    assert all(one["low"] < 0 < one["high"] for one in rows)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["elo"], "one of --pentanomial LL LD WL DD WD WW and --wdl W D L"),
        (["elo", "--wdl", "1", "2", "3", "--pentanomial", *"123456"], "one of"),
        (["elo", "--wdl", "0", "0", "0"], "counts from 0, not all of them 0"),
        (["sprt", "--wdl", "1", "2", "3", "--elo0", "5", "--elo1", "5"], "elo0 below elo1"),
        (["sprt", "--wdl", "1", "2", "3", "--elo1", "nan"], "--elo1 nan: allowed: -1,000 to"),
        (["sprt", "--wdl", "1", "2", "3", "--elo1", "5", "--alpha", "0"], "--alpha 0: allowed"),
        (["sprt", "--pentanomial", *"123456", "--elo1", "5", "--model", "bayesian"], "--model"),
        (["power"], "one of --elo ELO and --pairs N"),
        (["power", "--elo", "0"], "--elo 0: allowed: 0.01 to 1000"),
        (["power", "--elo", "9", "--luck", "1"], "--luck 1: allowed: 0 to 0.99"),
        (["power", "--elo", "9", "--luck", "0.5", "--spread", "0.3"], "--spread: allowed"),
        (["bt", "nowhere.csv"], "nowhere.csv:1: cannot be read"),
    ],
)
def test_wrong_input_is_one_clear_message(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stats", *arguments]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        "elo --wdl 3 2 1",
        "elo --pentanomial 34 54 31 32 64 75",
        "sprt --wdl 30 20 10 --elo1 9",
        "power --elo 9",
    ],
)
def test_the_calculators_load_nothing_that_they_do_not_need(command: str) -> None:
    program = (
        "import sys; from flows.cli import main; "
        f"code = main(['stats', *{command.split()}, '--json']); "
        "heavy = {'prefect', 'pydantic', 'engine.events', 'tournaments.spec'} & sys.modules.keys();"
        "sys.exit(code or ', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


# --- compare -----------------------------------------------------------------------------------


def run_with(folder: Path, results: Iterable[EpisodeResult]) -> str:
    """A run's folder of these results."""
    run = RunFolder(folder)
    run.open({"tournament": spec_of().model_dump(mode="json", exclude_none=True)})
    for result in results:
        run.append(result)
    return str(folder)


def meetings(first: str, second: str, luck: Iterable[float]) -> Iterator[EpisodeResult]:
    """Pairs in which the seat decides, and the luck that the first captain had in both legs."""
    for number, had in zip(count(1), luck, strict=False):
        fixture = f"cup-{first}-v-{second}"
        for home, away, side, luck_of_home in (first, second, "a", had), (second, first, "b", -had):
            yield replace(
                leg(home, away, pair=number, fixture=fixture, side=side, luck=luck_of_home),
                counts={Seat.HOME: scripted(home), Seat.AWAY: scripted(away)},
            )


LUCKLESS = [-0.2 + 0.01 * number for number in range(25)]  # less than others had, on average
EVEN = [-0.3 + 0.025 * number for number in range(25)]


def test_the_better_captain_is_named_in_a_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run = run_with(tmp_path, meetings("heuristic", "random", LUCKLESS))
    found = answer(capsys, "compare", run, "random", "heuristic")
    assert found["sentence"].startswith("heuristic is better than random by 56 Elo (")
    assert found["adjusted_elo"]["high"] < 0
    assert (found["won"], found["drawn"], found["lost"], found["pairs"]) == (25, 0, 25, 25)
    assert found["elo"]["value"] == 0
    assert found["adjusted_los"] < 0.01
    assert found["worth_matches"] is None  # the seat decided every match: no pair differed


def test_no_end_of_a_score_is_told_that_no_score_can_have(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run = run_with(tmp_path, meetings("heuristic", "random", [-0.3, 0.2]))
    found = answer(capsys, "compare", run, "heuristic", "random")
    assert (found["adjusted_score"]["low"], found["adjusted_score"]["high"]) == (0, 1)


def test_captains_that_nothing_tells_apart_are_said_to_be_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run = run_with(tmp_path, meetings("heuristic", "random", EVEN))
    assert main(["compare", run, "heuristic", "random"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Nothing tells heuristic and random apart after 25 pairs")
    assert "25–0–25" in told
    assert "\nfor heuristic  " in told  # whose side the numbers are


def test_the_league_knows_of_others(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    played = [
        *meetings("heuristic", "random", EVEN),
        *meetings("heuristic", "cautious", LUCKLESS),
        *meetings("random", "cautious", EVEN),
    ]
    found = answer(capsys, "compare", run_with(tmp_path, played), "heuristic", "random")
    assert found["league"]["value"] > found["adjusted_elo"]["value"]


def test_a_run_that_is_no_ranking_says_why(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    played = list(meetings("heuristic", "random", LUCKLESS))
    void = [
        replace(one, end_reason=EndReason.TRANSPORT, winner=None)
        for one in meetings("heuristic", "cautious", EVEN)
    ]
    found = answer(capsys, "compare", run_with(tmp_path, [*played, *void]), "heuristic", "random")
    assert "but this is no ranking: 50 of 100 episodes are void" in found["sentence"]
    assert found["unranked"] == ["50 of 100 episodes are void, above 5 %"]


def test_a_captain_who_wins_all_is_better_by_at_least(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    won = [
        replace(one, winner=Seat.HOME if one.home == "heuristic" else Seat.AWAY, luck=0.0)
        for one in meetings("heuristic", "random", EVEN)
    ]
    found = answer(capsys, "compare", run_with(tmp_path, won), "random", "heuristic")
    assert found["sentence"].startswith("heuristic is better than random by at least ")
    assert found["adjusted_elo"]["low"] is None


@pytest.mark.parametrize(
    ("names", "code", "said"),
    [
        (("heuristic", "nobody"), 2, "'nobody' is nobody of it; allowed: two of heuristic, random"),
        (("random", "random"), 2, "one captain; allowed: two of"),
        (("random", "cautious"), 1, "random and cautious have played no whole pair"),
    ],
)
def test_a_question_without_an_answer_is_said_to_be_one(
    names: tuple[str, str],
    code: int,
    said: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    run = run_with(tmp_path, meetings("heuristic", "random", EVEN))
    assert main(["compare", run, *names]) == code
    assert said in capsys.readouterr().err
