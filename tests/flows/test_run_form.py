"""Prefect's run form: what it offers, what it refuses, and what a run says of the rest."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.exceptions import PrefectHTTPStatusError

from engine.packs import BUILT_IN
from flows import catalogue
from flows.config import EpisodeConfig, TournamentConfig, spec_of
from flows.deployments.deploying import deploy
from flows.deployments.prefect_file import read_prefect_file
from flows.deployments.setting_up import set_up
from flows.server import Server
from flows.tournament import tournament
from tests.flows.conftest import talking_to
from tests.flows.support import ROOT, SMALL
from tournaments import BadTournamentFile, TournamentSpec, parse_tournament
from tournaments.brackets import bracket_names

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Prefect's, at a test's end
]

DUEL = {"name": "duel", "match": {"overs": 1, "pairs": 1}, "captains": ["heuristic", "random"]}

REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "a captain that is not there": ("episode/episode", {"home": "nobody"}),
    "too many overs": ("episode/episode", {"overs": 51}),
    "a seed below 0": ("episode/episode", {"seed": -1}),
    "a misspelt field": ("episode/episode", {"oversss": 5}),
    "a pack that does not ship": ("episode/episode", {"pack": "nowhere"}),
    "a bracket that does not ship": ("tournament/tournament", {"file": "freitag"}),
    "a wrong option of the match": (
        "tournament/tournament",
        {"tournament": {**DUEL, "match": {"overs": 99, "pairs": 1}}},
    ),
}


def field(model: type, name: str) -> dict[str, Any]:
    return dict(model.model_json_schema()["properties"][name])  # type: ignore[attr-defined]


def test_packs_and_brackets_can_be_chosen_from_a_list() -> None:
    choices = [field(EpisodeConfig, "pack"), field(TournamentConfig, "file")]
    offered = [set(choice["anyOf"][0]["enum"]) for choice in choices]
    assert offered == [set(BUILT_IN), set(bracket_names())]


@pytest.mark.parametrize(
    ("model", "name", "kind"),
    [
        (EpisodeConfig, "overs", "integer"),
        (EpisodeConfig, "entry", "string"),
        (TournamentConfig, "pilot", "integer"),
        (TournamentConfig, "yaml", "string"),
    ],
)
def test_what_may_be_left_out_is_one_plain_field(model: type, name: str, kind: str) -> None:
    shown = field(model, name)
    assert shown["type"] == kind
    assert not shown.keys() & {"anyOf", "default"}


def test_fields_of_the_tournament_are_plain_in_the_form_and_may_be_null_in_a_file() -> None:
    in_form = TournamentConfig.model_json_schema()["$defs"]["Swiss"]["properties"]["rounds"]
    in_file = TournamentSpec.model_json_schema()["$defs"]["Swiss"]["properties"]["rounds"]
    assert (in_form["type"], in_form["maximum"]) == ("integer", 64)
    assert {"type": "null"} in in_file["anyOf"]


def choices(fields: dict[str, Any], name: str) -> list[str]:
    """What the tabs of a field of the tournament are called."""
    defs = TournamentConfig.model_json_schema()["$defs"]
    field = fields["properties"][name]
    found = [*field.get("anyOf", ()), *field.get("oneOf", ())]
    told = [defs[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in found]
    return [one["title"] for one in told if one.get("type") != "null"]


def test_a_tab_is_called_by_what_it_holds() -> None:
    defs = TournamentConfig.model_json_schema()["$defs"]
    assert choices(defs["TournamentSpec"], "format")[:2] == ["Round robin", "Gauntlet"]
    assert choices(defs["TournamentSpec"], "stop") == ["A rule"]
    assert choices(defs["Execution"], "processes") == ["auto", "A number"]
    assert choices(defs["Spectate"], "reasoning") == ["live, after, never", "A number"]


def test_a_tab_fills_in_its_kind_and_nothing_that_another_kind_has() -> None:
    """Prefect's page keeps what a tab has filled in when another is opened."""
    fields = TournamentConfig.model_json_schema()["$defs"]["RoundRobin"]["properties"]
    assert fields["kind"]["default"] == "round_robin"
    assert "default" not in fields["legs"]
    assert fields["legs"]["description"].endswith("Empty: 1.")


def test_a_text_that_was_deleted_in_the_form_is_none() -> None:
    assert spec_of(TournamentConfig(file="demo", yaml="")).name == "demo"


async def test_a_number_that_is_too_large_is_refused_with_the_largest(deployed: None) -> None:
    with pytest.raises(PrefectHTTPStatusError) as caught:
        await asked("episode/episode", {"overs": 51})
    assert "51 is greater than the maximum of 50" in caught.value.response.text


@pytest.mark.parametrize(
    ("deployment", "config", "told"),
    [
        ("episode/episode", {"pack": "nowhere"}, "is not one of ['chase'"),
        ("tournament/tournament", {"file": "freitag"}, "is not one of ['decided'"),
        ("tournament/tournament", {"tournament": {"name": "duel"}}, "'match' is a required prop"),
    ],
)
async def test_of_several_choices_that_is_told_which_was_meant(
    deployed: None, deployment: str, config: dict[str, Any], told: str
) -> None:
    with pytest.raises(PrefectHTTPStatusError) as caught:
        await asked(deployment, config)
    assert told in caught.value.response.json()["detail"]


async def test_nothing_is_taken_where_something_may_be_left_out(deployed: None) -> None:
    assert await asked("episode/episode", {"overs": None, "entry": None})


@pytest.fixture(scope="module")
def ours(prefect_server: Server, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Deployed once: no test changes one."""
    with talking_to(prefect_server):
        asyncio.run(deploy_all(tmp_path_factory.mktemp("deployed")))


async def deploy_all(folder: Path) -> None:
    async with get_client() as client:
        await set_up(client)
        await deploy(client, read_prefect_file(ROOT / "prefect.yaml"), folder=folder)


@pytest.fixture
def deployed(on_server: Server, ours: None) -> None:
    """Deployments, on the server that this process talks to."""


async def asked(deployment: str, config: dict[str, Any]) -> str:
    """The name of a run that was made."""
    async with get_client() as client:
        found = await client.read_deployment_by_name(deployment)
        run = await client.create_flow_run_from_deployment(found.id, parameters={"config": config})
        await client.delete_flow_run(run.id)
        return run.name


@pytest.mark.parametrize("what", REFUSED)
async def test_a_wrong_value_is_refused_before_there_is_a_run(deployed: None, what: str) -> None:
    with pytest.raises(PrefectHTTPStatusError) as caught:
        await asked(*REFUSED[what])
    assert caught.value.response.status_code == 409


@pytest.mark.parametrize(
    "config",
    [{"file": "demo"}, {"file": "mine/friday.yaml"}, {"yaml": SMALL}, {"tournament": DUEL}],
)
async def test_a_tournament_is_named_or_written_out(deployed: None, config: dict[str, Any]) -> None:
    assert await asked("tournament/tournament", config)


async def test_yaml_in_the_form_is_told_what_is_wrong_as_a_file_is(
    on_server: Server, tmp_path: Path
) -> None:
    text = SMALL.replace("pairs: 2", "pears: 2")
    with pytest.raises(BadTournamentFile) as told:
        parse_tournament(text, catalogue.known(), file="yaml")
    with pytest.raises(BadTournamentFile, match=r"^yaml:3: `match.pears` is unknown"):
        await tournament(TournamentConfig(yaml=text, runs=str(tmp_path)))
    assert str(told.value) in await last_message("tournament")


async def test_the_final_state_says_what_the_run_came_to(on_server: Server, tmp_path: Path) -> None:
    summary = await tournament(TournamentConfig(yaml=SMALL, runs=str(tmp_path)))
    assert summary.episodes.played == 12
    assert (await last_message("small · occasion 1")).startswith("12 of 12 episodes")


async def last_message(name: str) -> str:
    """The message of the final state of the newest run whose name begins so."""
    async with get_client() as client:
        named = FlowRunFilter.model_validate({"name": {"like_": name}})
        runs = await client.read_flow_runs(flow_run_filter=named)
    newest = max(runs, key=lambda run: str(run.created))
    assert newest.state is not None
    return str(newest.state.message)
