"""Every command, option, tool, event, ending, setting and key has its line in the docs, and no
line is about something that is not there.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import reduce
from pathlib import Path
from typing import Any, get_args

import pytest
from cyclopts import App
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from engine import packs, rewards, squads, variables
from engine.calls import CricketAction
from engine.captains import FROM_ENVIRONMENT, KINDS, PRESETS
from engine.conformance import check_captain
from engine.events import EndReason, Event
from engine.observation import CricketObservation
from engine.options import EnvironmentOptions
from engine.rewards import Rubrics
from engine.seat_episode import CricketState
from engine.tool_captains.human.wire import AnswerRefused, HumanQuestion, HumanQuestions
from engine.tools import TOOLS
from engine.variables import VARIABLES, Variable
from flows.cli import app, main
from flows.cli.terminal import Exit
from flows.comparing import Comparison
from flows.config import EpisodeConfig, ShardConfig, TournamentConfig
from flows.deployments.declared import shipped
from flows.deployments.lines import Line
from flows.exports import DecisionLine, Situation
from flows.fidelity import FidelityReport, LineReport
from flows.health.repair import Repair
from flows.needs import Finding
from flows.plan_report import (
    CaptainNeed,
    LimitCheck,
    MachinesFor,
    PlanReport,
    Resolved,
    Span,
)
from flows.report import Report
from flows.settings import SETTINGS
from flows.simulate import SimulationSummary
from flows.simulation_rows import DELIVERY_COLUMNS, MATCH_COLUMNS, WICKET_CODES
from flows.single import MatchReport
from flows.summary import EpisodeCounts, RunSummary
from spectator.questions import QuestionState
from spectator.starts import (
    OnAir,
    PersonAsked,
    Start,
    StartOptions,
    StartRequest,
    StartResult,
    StartState,
)
from spectator.store.postgres import PostgresLimits
from tests.architecture.source import ROOT
from tests.docs.pages import blocks, named, pages, rows, section, sections, text_of
from tournaments import TournamentSpec, formats, stop_spec
from tournaments.brackets import bracket_names
from tournaments.entrants import CaptainConfig

CLI, EVENTS, CAPTAINS = "docs/cli.md", "docs/events.md", "docs/captains.md"
ENVIRONMENT, OPERATIONS = "docs/environment.md", "docs/operations.md"
DEPLOYMENTS = "docs/deployments.md"
EXPORTS, REPORT = "docs/exports.md", "docs/report.md"
FILE, PEOPLE = "docs/first-tournament.md", "docs/human-captains.md"
STARTING, PLANNING = "docs/starting.md", "docs/planning.md"
KINDS_OF_TOURNAMENT = "docs/tournaments.md"


def _below(group: App) -> list[str]:
    return [name for name in group if not name.startswith("-")]


# A group of commands stands for those in it: `stats elo`.
COMMANDS = [f"{name} {sub}".strip() for name in _below(app) for sub in _below(app[name]) or [""]]
EVENT_TYPES = {
    kind.model_fields["type"].default: kind.model_fields["data"].annotation
    for kind in get_args(get_args(Event)[0])
}


# --- the command line --------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_a_section_and_a_line_in_the_readme(command: str) -> None:
    assert section(CLI, f"`captains {command}")
    assert any(name.startswith(f"captains {command}") for name in rows(text_of("README.md")))


@pytest.mark.parametrize("command", COMMANDS)
def test_the_options_of_a_command_are_those_in_its_table(command: str) -> None:
    arguments = reduce(App.__getitem__, command.split(), app).assemble_argument_collection()
    options = {name for argument in arguments for name in argument.names if name.startswith("--")}
    assert {o for o in rows(section(CLI, f"`captains {command}")) if o.startswith("--")} == options


def test_no_section_is_about_a_command_that_is_not_there() -> None:
    titles = " ".join(sections(CLI))
    assert set(re.findall(r"`captains (\w+)", titles)) == set(_below(app))


@pytest.mark.parametrize("code", Exit)
def test_an_exit_code_has_a_line(code: Exit) -> None:
    assert f"| {code.value} |" in text_of(CLI)


@pytest.mark.parametrize(
    ("command", "model"),
    [
        ("run", RunSummary),
        ("run", EpisodeCounts),
        ("play", MatchReport),
        ("simulate", SimulationSummary),
        ("compare", Comparison),
        ("fidelity", FidelityReport),
        ("fidelity", LineReport),
    ],
)
def test_the_json_of_a_command_is_told_key_by_key(command: str, model: type[BaseModel]) -> None:
    told = named(section(CLI, f"`captains {command}"))
    assert not model.model_fields.keys() - told


def test_the_json_of_the_other_commands_is_told_key_by_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(*command: str) -> dict[str, Any]:
        assert main([*command, "--json"]) == Exit.DONE
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    runs = ("--runs", str(tmp_path))
    played = answer("play", "baseline", "random", "--overs", "1", *runs)
    told = {
        "check": answer("check", "demo").keys(),
        "export": answer("export", f"{tmp_path}/play", "--to", "decisions", *runs).keys(),
        "replay": answer("replay", played["episode_id"], *runs).keys(),
        "stats elo": answer("stats", "elo", "--wdl", "3", "2", "1").keys(),
        "stats sprt": answer("stats", "sprt", "--wdl", "3", "2", "1", "--elo1", "5").keys(),
        "stats power": answer("stats", "power", "--elo", "50").keys(),
        "stats bt": named_keys(answer("stats", "bt", str(league_file(tmp_path)))),
        "presets": {*(found := answer("presets")), *found["presets"][0]},
        "setup": {"prefect", "dry_run", "lines", *(field.name for field in fields(Line))},
        "doctor": {
            *("healthy", "checks", "repairs"),
            *(field.name for kind in (Finding, Repair) for field in fields(kind)),
        },
    }
    for command, keys in told.items():
        assert not keys - named(section(CLI, f"`captains {command}"))


@pytest.mark.parametrize(
    "model", [PlanReport, CaptainNeed, LimitCheck, MachinesFor, Resolved, Span]
)
def test_a_figure_of_a_plan_is_on_its_page(model: type[BaseModel]) -> None:
    told = named(text_of(PLANNING)) | named(section(CLI, "`captains plan"))
    assert not model.model_fields.keys() - told


def league_file(folder: Path) -> Path:
    file = folder / "league.csv"
    file.write_text("first,second,score,home\na,b,1,a\nb,a,0.5,a\nb,a,1,b\n")
    return file


def named_keys(told: Any) -> set[str]:
    """The keys of an answer and of all in it."""
    if isinstance(told, list):
        return set().union(*map(named_keys, told))
    return {*told, *named_keys(list(told.values()))} if isinstance(told, dict) else set()


@pytest.mark.parametrize("name", bracket_names())
def test_a_bracket_that_ships_is_named(name: str) -> None:
    assert name in named(section(CLI, "`captains run"))


@pytest.mark.parametrize("model", [DecisionLine, Situation])
def test_a_field_of_an_exported_decision_has_a_row(model: type[BaseModel]) -> None:
    assert not model.model_fields.keys() - rows(section(EXPORTS, "Decisions")).keys()


@pytest.mark.parametrize("column", [*DELIVERY_COLUMNS, *MATCH_COLUMNS, *WICKET_CODES.values()])
def test_a_column_of_a_simulation_and_what_it_says_of_a_wicket_is_told(column: str) -> None:
    assert column in named(section(EXPORTS, "Simulated matches"))


@pytest.mark.parametrize("key", ["run_dir", "page", *Report.model_fields])
def test_a_key_of_a_report_has_a_row(key: str) -> None:
    assert key in rows(section(REPORT, "As data"))


# --- the engine --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_has_a_row_with_its_arguments_and_options(name: str) -> None:
    tool, row = TOOLS[name], rows(section(ENVIRONMENT, "Tools"))[name]
    assert f"| {tool.group} |" in row
    assert ("overhead" in row) == (tool.overhead or name == "set_field")
    assert row.startswith("| **") == (tool.commits is not None)
    schema = tool.arguments.model_json_schema()
    required = schema.get("required", [])
    for argument in schema.get("properties", {}):
        assert f"`{argument}`{'' if argument in required else '?'}" in row
    definitions = schema.get("$defs", {}).values() if tool.commits or name == "set_field" else ()
    options = [option for about in definitions for option in about.get("enum", [])]
    assert [option for option in options if option not in row] == []


@pytest.mark.parametrize(
    ("page", "model"),
    [
        (ENVIRONMENT, EnvironmentOptions),
        (ENVIRONMENT, CricketObservation),
        (ENVIRONMENT, CricketState),
        (DEPLOYMENTS, TournamentConfig),
        (DEPLOYMENTS, ShardConfig),
        (DEPLOYMENTS, EpisodeConfig),
    ],
)
def test_every_field_has_a_row(page: str, model: type[BaseModel]) -> None:
    assert not model.model_fields.keys() - rows(text_of(page)).keys()


@pytest.mark.parametrize("name", CricketAction.model_fields)
def test_a_field_of_an_action_is_named(name: str) -> None:
    assert name in named(text_of(ENVIRONMENT))


@pytest.mark.parametrize("rubric", Rubrics.model_fields)
def test_a_rubric_has_a_row_with_its_weight(rubric: str) -> None:
    assert f"| {rewards.WEIGHTS[rubric]:.2f} |" in rows(section(ENVIRONMENT, "The reward"))[rubric]


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_an_event_has_a_section_with_its_fields(name: str) -> None:
    told = named(section(EVENTS, f"`{name}`"))
    assert not set(EVENT_TYPES[name].model_fields) - told


def test_no_section_is_about_an_event_that_is_not_there() -> None:
    titles = [re.fullmatch(r"`([\w.]+)`", title) for title in sections(EVENTS)]
    assert {t[1] for t in titles if t} - {"record_digest"} == EVENT_TYPES.keys()


@pytest.mark.parametrize("reason", EndReason)
def test_an_ending_has_a_row_that_says_what_it_counts_as(reason: EndReason) -> None:
    row = rows(section(EVENTS, "How an episode ends"))[reason]
    assert row.endswith("| void |") == reason.is_void


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_has_a_row_with_its_kind(name: str) -> None:
    assert f"| `{PRESETS[name].kind}` |" in rows(section(CAPTAINS, "Presets"))[name]


@pytest.mark.parametrize("name", FROM_ENVIRONMENT)
def test_a_preset_of_the_environment_has_a_row(name: str) -> None:
    assert "| `llm` |" in rows(section(CAPTAINS, "Presets"))[name]


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_and_each_of_its_settings_has_a_row(name: str) -> None:
    text = section(CAPTAINS, "Kinds")
    assert name in rows(text)
    told = rows(text.partition(f"Settings of `{name}`:")[2].partition("Settings of")[0])
    for setting, about in KINDS[name].settings.model_fields.items():
        assert f"| {_default_of(about)} |" in told[setting]


def _default_of(setting: FieldInfo) -> str:
    default = getattr(setting.default, "value", setting.default)
    if setting.is_required() or default is None or isinstance(default, BaseModel):
        return "–"
    if isinstance(default, float):
        return str(int(default)) if default.is_integer() and default else str(default)
    return str(default if setting.default_factory is None else {})


@pytest.mark.parametrize("model", [HumanQuestion, HumanQuestions, AnswerRefused])
def test_what_a_person_is_told_is_on_his_page(model: type[BaseModel]) -> None:
    told = named(text_of(PEOPLE))
    assert not model.model_fields.keys() - told
    assert not {state.value for state in QuestionState} - {"open"} - told


@pytest.mark.parametrize(
    "model", [StartRequest, PersonAsked, Start, StartResult, OnAir, StartOptions]
)
def test_what_is_said_of_a_start_is_on_its_page(model: type[BaseModel]) -> None:
    assert not model.model_fields.keys() - named(text_of(STARTING))


@pytest.mark.parametrize("name", StartRequest.model_fields)
def test_a_field_of_a_start_has_a_row_with_its_default(name: str) -> None:
    default = StartRequest.model_fields[name].default
    if isinstance(default, str | bool | float):
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        assert f"| {shown} |" in rows(section(STARTING, "A request"))[name]


def test_a_state_of_a_start_has_a_row() -> None:
    assert {state.value for state in StartState} <= rows(section(STARTING, "A start")).keys()


def test_the_suite_checks_what_the_page_says() -> None:
    told = section(CAPTAINS, "The conformance suite")
    names = [check.name for check in check_captain(_never, formats=())]
    assert [name for name in names if f"| {name} |" not in told] == []


def _never() -> Any:
    """A captain that is not there fails every check, at once."""
    raise NotImplementedError


@pytest.mark.parametrize("name", [*squads.BUILT_IN, *packs.BUILT_IN])
def test_squads_and_packs_that_ship_are_named(name: str) -> None:
    assert name in named(text_of(FILE))
    assert name in named(text_of(ENVIRONMENT))


# --- the tournament file -----------------------------------------------------------------------


def _keys(model: type[BaseModel], above: str = "") -> Iterator[tuple[str, Any]]:
    """Every key of the file in dots, with its default."""
    for name, about in model.model_fields.items():
        yield f"{above}{name}", about.default
        inner = about.annotation
        for part in (inner, *get_args(inner)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from _keys(part, f"{above}{name}.")


KEYS = {
    **dict(_keys(TournamentSpec)),
    **{f"format.{key}": value for kind in formats.FORMATS for key, value in _keys(kind)},
    **{f"stop.{key}": value for form in stop_spec.STOPS for key, value in _keys(form)},
    **{f"captains[].{key}": value for key, value in _keys(CaptainConfig)},
}


def test_the_keys_of_the_file_are_those_in_the_table() -> None:
    assert rows(section(FILE, "Every key")).keys() >= KEYS.keys()
    told = {line.split("`")[1] for line in section(FILE, "Every key").splitlines() if "| `" in line}
    assert told == KEYS.keys()


@pytest.mark.parametrize("key", KEYS)
def test_the_default_of_a_key_is_told(key: str) -> None:
    default = KEYS[key]
    if isinstance(default, bool | int | float | str):
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        assert f"| {shown} |" in rows(section(FILE, "Every key"))[key]


@pytest.mark.parametrize("kind", formats.KINDS)
def test_a_kind_of_tournament_has_a_section_with_an_example(kind: str) -> None:
    assert section(KINDS_OF_TOURNAMENT, f"`{kind}`")
    examples = [block.text for block in blocks("yaml") if block.page == KINDS_OF_TOURNAMENT]
    assert sum(f"kind: {kind}" in text for text in examples) == 1


# --- operations --------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_setting_has_a_row_with_its_value(setting: Any) -> None:
    assert f"| `{setting.value}` |" in rows(section(OPERATIONS, "Settings"))[setting.name]


@pytest.mark.parametrize("limit", fields(PostgresLimits), ids=lambda limit: limit.name)
def test_a_limit_of_the_store_has_a_row_with_its_value(limit: Any) -> None:
    assert f"| {limit.default} |" in rows(section(OPERATIONS, "Several servers"))[limit.name]


@pytest.mark.parametrize("name", [*shipped().pools, *shipped().limits])
def test_a_pool_or_limit_that_is_set_up_has_a_row(name: str) -> None:
    assert f"| `{name}` |" in section(DEPLOYMENTS, "Pools and limits")


@pytest.mark.parametrize("one", [*VARIABLES, variables.SETTINGS], ids=str)
def test_a_variable_of_ours_has_a_row_with_its_key_and_its_option(one: Variable) -> None:
    key, option = (f"`{name}`" if name else "–" for name in (one.key, one.option))
    key = "–" if one is variables.SETTINGS else key
    row = rows(section(OPERATIONS, "Settings"))[one.name]
    assert row.startswith(f"| `{one.name}` | {key} | {option} |")


def test_no_row_is_about_a_variable_that_is_not_there() -> None:
    told = {n for n in rows(section(OPERATIONS, "Settings")) if n.startswith("CAPTAINS_")}
    assert told == {one.name for one in (*VARIABLES, variables.SETTINGS)}


def test_our_variables_are_named_in_one_place() -> None:
    found = {
        str(path.relative_to(ROOT))
        for room in ("engine", "flows", "spectator", "tournaments")
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"\"CAPTAINS_\w*\"", path.read_text(encoding="utf-8"))
    }
    assert found == {"engine/variables.py"}


def test_the_index_names_every_guide() -> None:
    guides = {Path(page).name for page in pages() if re.fullmatch(r"docs/[a-z-]+\.md", page)}
    index = text_of("docs/README.md")
    assert [guide for guide in guides if f"({guide})" not in index] == []
