"""What is declared: prefect.yaml, tournament files, limits.yaml; read without a server."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from engine.captains import resolve
from flows.cli.deployments import wanted_of
from flows.cli.terminal import BadInput
from flows.deployments.comparing import differences
from flows.deployments.declared import endpoints_of, limits_of, read_declared, shipped
from flows.deployments.deploying import FLOWS
from flows.deployments.lines import Line
from flows.deployments.prefect_file import read_prefect_file
from flows.deployments.reading import BadFile
from flows.deployments.tournament_file import read_tournament_file
from flows.deployments.wanted import LLM
from flows.limits import FEATURED
from tests.flows.support import ROOT, SMALL, tournament_file

FILE = ROOT / "prefect.yaml"
DEPLOYMENTS = {one.full_name: one for one in read_prefect_file(FILE)}
MODEL = '{name: qwen, kind: llm, model: q, base_url: "http://127.0.0.1:8080/v1"}'

WRONG = {
    "concurrency_limit: {limit: 20,": (
        "concurency_limit: {limit: 20,",
        "(did you mean `concurrenc",
    ),
    "limit: 20, collision_strategy: ENQUEUE": ("limit: 20", "collision_strategy` is missing"),
    "collision_strategy: CANCEL_NEW": ("collision_strategy: DROP", "allowed: What becomes of one"),
    "- slug: nightly": ("- name: nightly", "`deployments[3].schedules[1].name` is unknown"),
    'cron: "0 2 * * *"': ('cron: "0 2 * *"', "4 fields, but cron has 5"),
    "timezone: Europe/London": ("timezone: Mars", "unknown time zone 'Mars'"),
    "slug: quarters": ("slug: saturdays", "the slug saturdays stands twice"),
    "tags: [captains, nightly]": ("tags: [nightly]", "the tag captains is missing"),
    "name: smoke\n    desc": ("name: episode\n    desc", "`episode` stands twice"),
    "flows.episode.episode": ("flows.episode.episod", "allowed: flows.episode.episode, "),
    "overs: 5, seed: 1": ("overs: 51, seed: 1", "`deployments[1].parameters.config.overs` is 51"),
    '  cron: "0 2 * * *"': (
        "  interval: 99999999999\n        anchor_date: '2026-01-01T00:00:00Z'",
        "is 99999999999; allowed: 60 to 31536000 seconds",
    ),
    '   cron: "0 2 * * *"': (
        "   interval: 3600\n        anchor_date: '2026-13-01T00:00:00Z'",
        "there is no time '2026-13-01T00:00:00Z'; allowed: such as 2026-01-01T00:00:00Z",
    ),
    "{file: world-cup,": ("{file: world-cop,", "no such file or bracket"),
    "captains: [heuristic, random]": ("captains: [heuristic]", "captain"),
    "pull: []": ("pull: [{a: b}]", "`deployments[6].pull`"),
    "parameters: {}": ("parameters: {config: {}}", "who hands a shard out says what is played"),
    "version: 0.1.0": ("version: 1.0", "`deployments[1].version` is 1.0; allowed: A quoted text"),
    "name: captains\n": ("name: {{ captains }}\n", "`name` is a mapping; allowed: The project's"),
}


@pytest.mark.parametrize("right", WRONG, ids=lambda right: right[:30])
def test_what_prefect_would_ignore_is_refused_with_its_line(right: str, tmp_path: Path) -> None:
    text, (wrong, said) = FILE.read_text(encoding="utf-8"), WRONG[right]
    line = text[: text.index(right)].count("\n") + 1
    file = tmp_path / "prefect.yaml"
    file.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        read_prefect_file(file)
    problem = next(each for each in caught.value.problems if said in each.message)
    assert abs(problem.line - line) <= 12  # of what is missing the line of the deployment is told


def test_all_that_the_night_shift_needs_is_declared() -> None:
    names = ("tournament", "nightly-ladder", "weekly-league", "smoke")
    shards = ("fixtures/fixtures", "fixtures/fixtures-waiting")
    assert DEPLOYMENTS.keys() == {
        *("episode/episode", "episode/episode-waiting"),
        *(f"tournament/{name}" for name in names),
        *shards,
    }


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_deployment_plays_in_a_pool_that_is_set_up(name: str) -> None:
    assert DEPLOYMENTS[name].work_pool in shipped().pools


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_deployment_has_the_projects_version(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert DEPLOYMENTS[name].version == project["version"]


@pytest.mark.parametrize("flow", FLOWS.values(), ids=lambda flow: flow.name)
def test_the_run_form_explains_itself(flow: object) -> None:
    schema = flow.parameters  # type: ignore[attr-defined]
    top = schema.definitions[schema.properties["config"]["$ref"].rpartition("/")[2]]
    assert all(field["title"] and field["description"] for field in top["properties"].values())


def test_a_tournament_file_is_a_deployment_with_its_schedule(tmp_path: Path) -> None:
    file = tournament_file(tmp_path, SMALL + "schedule: {interval: 6h, timezone: Asia/Tokyo}\n")
    made = read_tournament_file(str(file))
    assert (made.full_name, made.work_pool, made.runs) == ("tournament/small", "captains-cpu", 1)
    assert made.parameters == {"config": {"file": str(file), "occasion": "scheduled"}}
    (schedule,) = made.schedules
    assert (schedule.interval_s, schedule.timezone) == (6 * 3600, "Asia/Tokyo")


def test_without_a_schedule_the_same_occasion_is_resumed(tmp_path: Path) -> None:
    made = read_tournament_file(str(tournament_file(tmp_path)))
    assert made.parameters["config"].keys() == {"file"}
    assert made.schedules == ()


def test_a_captain_who_is_waited_for_is_played_by_the_other_pool(tmp_path: Path) -> None:
    file = tournament_file(tmp_path, SMALL.replace("[heuristic, ", f"[{MODEL}, "))
    assert read_tournament_file(str(file)).work_pool == LLM


def test_what_is_told_of_job_variables_is_no_value_of_them() -> None:
    was, wanted = ({"job variables": {"env": {"API_KEY": key}}} for key in ("sk-old", "sk-new"))
    assert list(differences(was, wanted)) == ["job variables: env"]


def test_a_name_from_the_server_moves_no_cursor() -> None:
    line = Line(what="deployment", name="tournament/\x1b[2J", state="undeclared", said="a\nb")
    assert str(line) == r"undeclared  deployment tournament/\x1b[2J: a\nb"


def test_the_featured_channel_has_one_slot_that_nobody_may_change() -> None:
    assert shipped().limits[FEATURED].model_dump() == {"slots": 1, "fixed": True}


def test_an_endpoint_has_a_limit_unless_one_is_declared_by_its_name() -> None:
    captain = resolve({"name": "q", "kind": "llm", "model": "q", "base_url": "http://h:1/v1"})
    (url,) = endpoints_of([captain])
    assert limits_of(shipped(), [url])["captains-llm-h-1-v1"].slots == shipped().endpoints.slots


def test_a_wrong_line_of_the_limits_is_named(tmp_path: Path) -> None:
    file = tmp_path / "limits.yaml"
    file.write_text("pools: {}\nlimits:\n  captains-x: {slot: 1}\nendpoints: {slots: 8}\n")
    with pytest.raises(BadFile, match=r"limits.yaml:3: .*`limits.captains-x.slot` is unknown"):
        read_declared(file)


def test_a_file_that_is_named_twice_is_deployed_once(tmp_path: Path) -> None:
    file = str(tournament_file(tmp_path))
    assert len(wanted_of([file, file])) == 1


def test_two_files_do_not_make_one_deployment(tmp_path: Path) -> None:
    file = tournament_file(tmp_path, SMALL.replace("name: small", "name: smoke"))
    with pytest.raises(BadInput, match=r"tournament/smoke is what prefect.yaml declares"):
        wanted_of([str(file)])
