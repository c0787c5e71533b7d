"""The models by themselves: what the run form shows, and the rules without a file."""

import inspect
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

import tournaments
from tests.tournaments.support import GOOD, KNOWN, spec_of
from tournaments import BadTournamentFile, TournamentSpec, check_spec, entrants, spec
from tournaments.cron import cron_fault

MODELS = [
    model
    for module in (spec, entrants)
    for _, model in inspect.getmembers(module, inspect.isclass)
    if issubclass(model, BaseModel) and model.__module__ == module.__name__
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_explains_itself_in_the_form(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        assert field.title, name
        assert field.description, name
        assert field.examples, name


def test_the_schema_is_strict_about_keys() -> None:
    assert TournamentSpec.model_json_schema()["additionalProperties"] is False


def test_a_spec_survives_the_way_through_the_form() -> None:
    text = GOOD.replace("cautious", "{name: bold, kind: heuristic, aggression: 0.5}")
    made = spec_of(text)
    assert TournamentSpec.model_validate(made.model_dump(mode="json")) == made


def without_file(**changes: Any) -> TournamentSpec:
    fields = {"name": "x", "match": {"overs": 5}, "captains": ["ann", "bob"]}
    return TournamentSpec.model_validate(fields | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"captains": ["ann"]},
        {"captains": ["ann", "Ann"]},
        {"captains": ["ann", "b\x1b[31m"]},
        {"opponents": ["cy"]},
        {"format": {"kind": "gauntlet"}},
        {"format": {"kind": "gauntlet"}, "opponents": ["ann"]},
        {"match": {"overs": 5, "format": "T5"}},
        {"points": {"win": 1, "tie": 2}},
        {"points": {"win": 1, "tie": 1, "loss": 1}},
        {"seed": 2**63},
        {"name": "Friday Night"},
    ],
    ids=str,
)
def test_the_rules_hold_without_a_file(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        without_file(**changes)


def test_names_from_the_form_are_held_to_the_catalogue() -> None:
    with pytest.raises(BadTournamentFile, match="config:1: unknown captain 'ann'"):
        check_spec(without_file(), KNOWN)


def test_a_spec_that_passes_the_catalogue_comes_back_equal() -> None:
    assert check_spec(spec_of(), KNOWN) == spec_of()


@pytest.mark.parametrize(
    "cron",
    [
        "0 20 * * 5",
        "*/15 8-18 1,15 jan-jun MON-FRI",
        "5/10 * * * *",
        "0 0 * * 7",
        "0 0 29 2 *",
        "0 0 31 2-3 *",
    ],
)
def test_cron_as_everybody_writes_it_is_accepted(cron: str) -> None:
    assert cron_fault(cron) is None


NOT_CRON = [
    *("", "@daily", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *"),
    *("0 0 30 2 *", "0 0 31 4,jun,9-9 *", "0 0 30-31 feb *"),
    *("* * * * 8", "*/0 * * * *", "9-3 * * * *", "* * * * fry", "1,,2 * * * *", "0 0 0 * * *"),
]


@pytest.mark.parametrize("cron", NOT_CRON)
def test_what_cron_cannot_mean_is_refused(cron: str) -> None:
    assert cron_fault(cron)


def test_all_that_is_exported_exists_once_and_in_order() -> None:
    assert tournaments.__all__ == sorted(set(tournaments.__all__), key=_isort)
    assert all(hasattr(tournaments, name) for name in tournaments.__all__)


def _isort(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as ruff sorts them."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name
