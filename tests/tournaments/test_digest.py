"""The file digest: what it sees and what it does not."""

from dataclasses import replace

import pytest

from engine.captains.base import CaptainSpec
from engine.errors import UnknownPreset
from engine.packs import load_pack
from engine.squads import load_squad, squad_digest
from tests.tournaments.support import GOOD, KNOWN, catalogue, spec_of
from tournaments import (
    FileDigest,
    Known,
    file_digest,
    known_to_the_engine,
    parse_tournament,
)


def digest(text: str = GOOD, known: Known = KNOWN, engine: str = "1", fit: str = "c") -> FileDigest:
    return file_digest(spec_of(text), known, coefficients_digest=fit, engine_version=engine)


SAME = {
    "comments": "# hello\n" + GOOD,
    "order": "\n".join(reversed(GOOD.splitlines())),
    "defaults": GOOD + "points: {win: 2}\nformat: {kind: round_robin, legs: 1}\n",
    "format": GOOD.replace("overs: 5", "format: T5"),
    "name": GOOD.replace("friday", "saturday"),
    "spectate": GOOD + "spectate: {episodes: none}\n",
    "execution": GOOD + "execution: {mode: local, processes: 2}\n",
    "limits": GOOD + "limits: {attempts: 9}\n",
    "schedule": GOOD + 'schedule: {cron: "0 20 * * 5"}\n',
}

OTHER = {
    "seed": GOOD.replace("seed: 7", "seed: 8"),
    "overs": GOOD.replace("overs: 5", "overs: 6"),
    "pairs": GOOD.replace("pairs: 3", "pairs: 4"),
    "legs": GOOD + "format: {kind: round_robin, legs: 2}\n",
    "points": GOOD + "points: {win: 3}\n",
    "captain": GOOD.replace("cautious", "aggressive"),
    "order": GOOD.replace("heuristic, random", "random, heuristic"),
    "settings": GOOD.replace("cautious", "{name: cautious, kind: random}"),
    "squads": GOOD.replace("pairs: 3", "pairs: 3, squads: drawn"),
    "era": GOOD.replace("pairs: 3", "pairs: 3, era: 2019"),
    "women": GOOD.replace("pairs: 3", "pairs: 3, squads: drawn-women"),
    "seeds": GOOD.replace("pairs: 3", "pairs: 3, shared_seeds: false"),
}


@pytest.mark.parametrize("what", SAME)
def test_what_changes_no_result_changes_no_digest(what: str) -> None:
    assert digest(SAME[what]) == digest()


FORMS = {  # left out, and spelled out
    "{kind: knockout}": "{kind: knockout, extend_to: 6, tie_break: net_run_rate, seeding: file}",
    "{kind: knockout, best_of: 3}": "{kind: knockout, best_of: 3, extend_to: 6}",
    "{kind: swiss}": "{kind: swiss, rounds: 2}",
    "{kind: ladder}": "{kind: ladder, challengers: 1}",
}


@pytest.mark.parametrize("form", FORMS)
def test_what_a_format_leaves_out_means_what_it_stands_for(form: str) -> None:
    assert digest(f"{GOOD}format: {form}\n") == digest(f"{GOOD}format: {FORMS[form]}\n")


@pytest.mark.parametrize("what", ["extend_to: 7", "tie_break: lot", "seeding: draw"])
def test_another_rule_of_a_bracket_is_another_tournament(what: str) -> None:
    other = f"{GOOD}format: {{kind: knockout, {what}}}\n"
    assert digest(other) != digest(GOOD + "format: {kind: knockout}\n")


@pytest.mark.parametrize("what", OTHER)
def test_what_changes_a_result_changes_the_digest(what: str) -> None:
    assert digest(OTHER[what]) != digest()


def test_a_preset_that_changes_is_another_captain() -> None:
    bolder = CaptainSpec(name="cautious", kind="heuristic", params={"aggression": 1})
    assert digest(known=catalogue(cautious=bolder)) != digest()


def test_a_squad_whose_players_change_is_another_match() -> None:
    traded = replace(KNOWN, squads={**KNOWN.squads, "redstone": "other players"})
    assert digest(known=traded) != digest()


def test_a_pack_that_changes_is_another_match() -> None:
    assert (
        digest(
            known=replace(
                KNOWN, pack=lambda _: load_pack("standard").model_copy(update={"version": 2})
            )
        )
        != digest()
    )


def test_another_name_is_another_squad_and_another_pack() -> None:
    squad = load_squad("redstone")
    assert squad_digest(replace(squad, name="Otherstone")) != squad_digest(squad)
    renamed = load_pack("standard").model_copy(update={"name": "other"})
    assert digest(known=replace(KNOWN, pack=lambda _: renamed)) != digest()


def test_what_a_captain_plays_by_is_part_of_the_meaning() -> None:
    tapes = iter(range(100))
    changing = replace(KNOWN, content=lambda _: str(next(tapes)))
    assert digest(known=changing) != digest(known=changing)


MODEL = "{{name: qwen, kind: llm, model: m, base_url: 'http://127.0.0.1:1/v1'{more}}}"


def of_model(more: str = "") -> FileDigest:
    known = known_to_the_engine()
    text = GOOD.replace("cautious", MODEL.format(more=more))
    spec = parse_tournament(text, known)
    return file_digest(spec, known, coefficients_digest="c", engine_version="1")


@pytest.mark.parametrize(
    "more",
    [
        ", budget: {tokens: 9}",
        ", episode_budget: {usd: 0.5}",
        ", deadline_s: 5.0",
        ", connect_s: 5.0",
        ", transport_attempts: 2",
        ", price: {input: 1.0, output: 1.0}",
        ", api_key_env: SOME_KEY",
    ],
)
def test_more_room_for_a_captain_resumes_the_run(more: str) -> None:
    assert of_model(more) == of_model()


@pytest.mark.parametrize(
    "more", [", temperature: 0.5", ", cadence: over", ", max_tokens: 99", ", on_failure: forfeit"]
)
def test_a_captain_who_plays_in_another_way_is_another_run(more: str) -> None:
    assert of_model(more) != of_model()


def test_a_deadline_of_a_program_resumes_the_run_and_another_program_does_not() -> None:
    known = known_to_the_engine()
    entry = "{{name: mine, kind: remote, url: 'http://h/{path}', deadline_s: {deadline_s}}}"

    def of(path: str, deadline_s: float) -> FileDigest:
        text = GOOD.replace("cautious", entry.format(path=path, deadline_s=deadline_s))
        spec = parse_tournament(text, known)
        return file_digest(spec, known, coefficients_digest="c", engine_version="1")

    assert of("a", 1.0) == of("a", 2.0) != of("b", 1.0)


def test_engine_and_coefficients_are_part_of_the_meaning() -> None:
    assert len({digest(), digest(engine="2"), digest(fit="d")}) == 3


def test_a_preset_that_is_gone_is_an_error() -> None:
    spec = spec_of().model_copy(update={"captains": ("heuristic", "gone")})
    with pytest.raises(UnknownPreset, match="gone"):
        file_digest(spec, KNOWN, coefficients_digest="c", engine_version="1")
