"""From a wish to the flow's parameters: whatever is offered can be played, the rest is told."""

from __future__ import annotations

from typing import Any

import pytest

from flows.config import EpisodeConfig
from flows.episode import match_of
from flows.orders import config_of, options
from spectator.starts import BadRequest, StartRequest

OFFERED = options("here")


def config(**asked: Any) -> EpisodeConfig:
    wanted = {"captain": "heuristic", "opponent": "random", **asked}
    return config_of(StartRequest.model_validate(wanted), "runs")


def problems(**asked: Any) -> dict[str, str]:
    """What is allowed in each field that is wrong."""
    with pytest.raises(BadRequest) as refused:
        config(**asked)
    return {problem.field: problem.allowed or "" for problem in refused.value.problems}


@pytest.mark.parametrize("captain", [c.name for c in OFFERED.captains if c.why_not is None])
def test_every_captain_that_is_offered_can_be_played(captain: str) -> None:
    assert match_of(config(captain=captain, overs=1)).spec().home.name == captain


@pytest.mark.parametrize("pack", OFFERED.packs, ids=lambda pack: pack.name)
def test_every_entry_that_is_offered_can_be_played(pack: Any) -> None:
    for entry in pack.entries:
        spec = match_of(config(pack=pack.name, entry=entry.name)).spec()
        assert (spec.pack, spec.entry) == (pack.name, entry.name)


@pytest.mark.parametrize("squads", OFFERED.squads, ids=lambda squads: squads.name)
def test_every_squad_that_is_offered_can_be_played(squads: Any) -> None:
    assert match_of(config(squads=squads.name, format="T5")).spec().overs == 5


def test_a_person_is_a_captain() -> None:
    spec = match_of(config(opponent={"person": "ada", "deadline_s": 20})).spec()
    assert (spec.away.name, spec.away.kind, spec.away.params["deadline_s"]) == ("ada", "human", 20)


def test_without_a_seed_one_is_drawn() -> None:
    assert len({config().seed for _ in range(20)}) > 1


def test_who_does_not_queue_is_refused_where_the_channel_is_taken() -> None:
    assert (config().if_busy, config(queue=True).if_busy) == ("refuse", "wait")


@pytest.mark.parametrize(
    ("asked", "field", "allowed"),
    [
        ({"captain": "heuristik"}, "captain", "heuristic"),
        ({"opponent": "nobody"}, "opponent", "random"),
        ({"captain": {"person": "random"}}, "captain.person", "another name"),
        ({"pack": "nope"}, "pack", "chase"),
        ({"pack": "/etc/passwd"}, "pack", "standard"),
        ({"pack": "mine.yaml"}, "pack", "standard"),
        ({"pack": "chase", "entry": "nope"}, "entry", "even-after-10"),
        ({"pack": "chase", "overs": 5}, "overs", "20"),
        ({"pack": "chase", "format": "T5"}, "format", "20"),
        ({"format": "T5", "overs": 5}, "overs", "one of them"),
        ({"squads": "drawn-women", "format": "ODI"}, "squads", "up to 20 overs"),
        ({"voice": "opera"}, "voice", "none"),
        ({"voice": "browser", "featured": False}, "voice", "none; or featured: true"),
    ],
)
def test_what_cannot_be_played_is_told_by_its_field(
    asked: dict[str, Any], field: str, allowed: str
) -> None:
    assert allowed in problems(**asked)[field]


def test_a_captain_that_the_environment_lacks_is_told_with_what_it_lacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("CAPTAINS_LLM_BASE_URL", "CAPTAINS_LLM_MODEL"):
        monkeypatch.delenv(name, raising=False)
    (live,) = [c for c in options("here").captains if c.name == "llm_live"]
    assert "CAPTAINS_LLM_BASE_URL" in (live.why_not or "")
    assert "captain" in problems(captain="llm_live")


def test_one_person_does_not_lead_both_sides() -> None:
    both = {"captain": {"person": "ada"}, "opponent": {"person": "ada"}}
    assert problems(**both) == {"opponent.person": "another name"}


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert problems(captain="x", opponent="y", pack="z", voice="v").keys() == {
        *("captain", "opponent", "pack", "voice")
    }
