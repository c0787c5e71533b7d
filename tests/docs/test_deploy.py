"""The files in deploy/ say what the tables of settings say."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.variables import VARIABLES
from flows.cli import app
from flows.deployments.declared import shipped
from flows.deployments.wanted import JOB_VARIABLES
from flows.settings import SETTINGS, SHARED

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))
HELM = yaml.safe_load((ROOT / "deploy/helm-values.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs/workers.md").read_text(encoding="utf-8")
# Of a process that serves nobody, or of a command at a terminal.
NOT_OF_A_SERVER = {
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS",
    "PREFECT_WORKER_QUERY_SECONDS",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL",
    "PREFECT_LOGGING_EXTRA_LOGGERS",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW",
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED",
}
SHARED_VALUES = {setting.name: setting.value for setting in SHARED}
SERVER_VALUES = {
    setting.name: setting.value for setting in SETTINGS if setting.name not in NOT_OF_A_SERVER
} | SHARED_VALUES
# Of the chart prefect-worker, by values of its own: a variable that stands there twice is refused.
OF_THE_CHART = {
    "HOME",
    "PREFECT_API_ENABLE_HTTP2",
    "PREFECT_API_URL",
    "PREFECT_DEBUG_MODE",
    "PREFECT_WORKER_PREFETCH_SECONDS",
    "PREFECT_WORKER_QUERY_SECONDS",
}
OURS = {name: one for name, one in COMPOSE["services"].items() if one["image"] == "captains"}
WORKERS = {"captains-cpu": "worker-cpu", "captains-llm": "worker-llm"}


def environment(listed: list[dict[str, Any]]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in listed}


def known() -> set[str]:
    return {setting.name for setting in (*SETTINGS, *SHARED)} | {one.name for one in VARIABLES}


def test_the_server_of_the_compose_file_has_every_setting() -> None:
    found = COMPOSE["services"]["server"]["environment"]
    assert {name: found.get(name) for name in SERVER_VALUES} == SERVER_VALUES


def test_the_server_of_the_helm_values_has_every_setting() -> None:
    found = environment(HELM["server"]["server"]["env"])
    secret = {"PREFECT_API_DATABASE_CONNECTION_URL"}
    assert found.keys() == SERVER_VALUES.keys() - secret
    own = {name: value for name, value in found.items() if "YOUR-" not in value}
    assert own == {name: SERVER_VALUES[name] for name in own}


@pytest.mark.parametrize("pool", WORKERS)
def test_every_pool_has_a_worker_with_the_settings_of_its_runs(pool: str) -> None:
    compose = COMPOSE["services"][WORKERS[pool]]
    helm = HELM[WORKERS[pool]]["worker"]
    assert pool in compose["command"]
    assert helm["config"]["workPool"] == pool
    for found in (compose["environment"], environment(helm["extraEnvVars"])):
        assert JOB_VARIABLES["env"].items() <= found.items()
        assert found.keys() - known() <= {"PREFECT_API_URL"}
        assert "CAPTAINS_STORAGE" in found


def test_there_is_a_worker_for_every_pool() -> None:
    assert WORKERS.keys() == shipped().pools.keys()


@pytest.mark.parametrize("setting", SHARED, ids=lambda setting: setting.name)
def test_a_setting_of_a_shared_server_has_its_row(setting: Any) -> None:
    assert f"| `{setting.name}` | `{setting.value}` |" in PAGE


@pytest.mark.parametrize("name", WORKERS.values())
def test_a_worker_of_the_helm_values_gets_in_nobodys_way(name: str) -> None:
    found = HELM[name]
    assert found["fullnameOverride"] == name  # the chart's own is one name for all releases
    assert not environment(found["worker"]["extraEnvVars"]).keys() & OF_THE_CHART
    assert found["worker"]["config"]["queryInterval"] == 1


def test_every_command_of_the_compose_file_is_one() -> None:
    for command in (one["command"] for one in OURS.values()):
        words = [word for word in command if not word.startswith("-")]
        if words[0] == "captains":
            assert app[words[1]] is not None
            continue
        options = {word for word in command if word.startswith("--")}
        asked = [sys.executable, "-m", "prefect", *words[1:3], "--help"]
        assert options <= {*re.findall(r"--[a-z-]+", subprocess.check_output(asked, text=True))}


def test_everybody_asks_the_server_where_it_listens() -> None:
    server = COMPOSE["services"]["server"]
    port = server["command"][server["command"].index("--port") + 1]
    assert server["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert f"http://127.0.0.1:{port}/api/health" in server["healthcheck"]["test"][-1]
    asked = {one["environment"].get("PREFECT_API_URL") for one in OURS.values()} - {None}
    assert asked == {f"http://server:{port}/api"}


def test_what_workers_write_to_is_a_volume() -> None:
    for name in WORKERS.values():
        found = COMPOSE["services"][name]
        mounted = dict(reversed(one.split(":")) for one in found["volumes"])
        kept = (found["environment"][each] for each in ("CAPTAINS_STORAGE", "CAPTAINS_HOME"))
        assert mounted.keys() == {*kept, found["working_dir"]}
        assert {*mounted.values()} <= COMPOSE["volumes"].keys()


def test_the_image_has_all_that_the_wheel_is_built_of() -> None:
    lines = re.findall(r"^COPY .*", DOCKERFILE, re.MULTILINE)
    copied = {name for line in lines for name in line.split()[1:-1]}
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    about = {"pyproject.toml", PROJECT["project"]["readme"], *PROJECT["project"]["license-files"]}
    assert copied == {*wheel["packages"], *wheel["force-include"], *about}


def test_the_image_is_of_the_prefect_that_is_pinned() -> None:
    (pinned,) = (one for one in PROJECT["project"]["dependencies"] if one.startswith("prefect=="))
    assert f"FROM prefecthq/prefect:{pinned.removeprefix('prefect==')}-python" in DOCKERFILE
