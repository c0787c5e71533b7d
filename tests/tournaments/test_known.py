"""The catalogue of the real engine: what files may name today."""

from pathlib import Path

import pytest

from engine.squads import BUILT_IN
from tests.tournaments.support import GOOD
from tournaments import BadTournamentFile, known_to_the_engine, parse_tournament, resolved

KNOWN = known_to_the_engine()
BOLD = GOOD.replace("cautious", "{name: bold, kind: heuristic, boldness: 0.3}")


def test_a_preset_stands_for_all_its_settings() -> None:
    assert "boldness" in resolved("aggressive", KNOWN).params


def test_a_captain_of_ones_own_has_the_kinds_other_settings() -> None:
    bold = resolved(parse_tournament(BOLD, KNOWN).captains[-1], KNOWN)
    assert bold.params["boldness"] == 0.3
    assert bold.params.keys() == resolved("heuristic", KNOWN).params.keys()


def test_a_setting_that_the_kind_does_not_have_is_refused_with_those_it_has() -> None:
    with pytest.raises(BadTournamentFile, match=r":4: captain 'bold': .*volume.*allowed: .*bold"):
        parse_tournament(BOLD.replace("boldness", "volume"), KNOWN)


def test_the_default_squads_exist() -> None:
    assert set(parse_tournament(GOOD, KNOWN).match.squad_names) <= KNOWN.squads.keys()


def test_every_squad_has_a_digest_of_its_own() -> None:
    assert KNOWN.squads.keys() == set(BUILT_IN)
    assert len(set(KNOWN.squads.values())) == len(BUILT_IN)


@pytest.mark.parametrize(
    "entry",
    ["{name: tape, kind: recorded, record: no.jsonl}", "{name: tape, preset: tape}", "tape"],
)
def test_a_recording_that_cannot_be_read_is_told_with_its_line(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("tape: {kind: recorded, record: no.jsonl}\n")
    known = known_to_the_engine([path])
    with pytest.raises(BadTournamentFile, match=r":4: captain 'tape': no\.jsonl: No such file"):
        parse_tournament(GOOD.replace("cautious", entry), known)


def test_users_bring_presets_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("mine: {kind: random}\n")
    known = known_to_the_engine([path])
    spec = parse_tournament(GOOD.replace("cautious", "mine"), known)
    assert resolved(spec.captains[-1], known).kind == "random"
