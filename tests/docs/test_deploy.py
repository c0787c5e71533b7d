"""The files in deploy/ say what the tables of settings say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.variables import VARIABLES
from flows.deployments.declared import shipped
from flows.deployments.wanted import JOB_VARIABLES
from flows.settings import SETTINGS, SHARED

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))
HELM = yaml.safe_load((ROOT / "deploy/helm-values.yaml").read_text(encoding="utf-8"))
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
