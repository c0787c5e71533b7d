"""prefect.yaml. Prefect ignores keys that it does not know, so they are checked here."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
import yaml

from tests.flows.support import ROOT

FILE = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
DEPLOYMENTS = {deployment["name"]: deployment for deployment in FILE["deployments"]}
KEYS = {
    *("name", "version", "description", "tags", "schedules", "concurrency_limit", "entrypoint"),
    *("parameters", "enforce_parameter_schema", "pull", "work_pool"),
}

pytestmark = pytest.mark.parametrize("name", sorted(DEPLOYMENTS))


def flow_of(name: str) -> Any:
    path, _, attribute = DEPLOYMENTS[name]["entrypoint"].partition(":")
    return getattr(import_module(path.removesuffix(".py").replace("/", ".")), attribute)


def test_every_key_is_one_that_prefect_reads(name: str) -> None:
    assert set(DEPLOYMENTS[name]) <= KEYS


def test_the_parameters_fit_the_flow(name: str) -> None:
    assert flow_of(name).validate_parameters(DEPLOYMENTS[name]["parameters"])


def test_the_run_form_explains_itself(name: str) -> None:
    schema = flow_of(name).parameters
    top = schema.definitions[schema.properties["config"]["$ref"].rpartition("/")[2]]
    assert all(field["title"] and field["description"] for field in top["properties"].values())


def test_a_schedule_has_a_time_zone(name: str) -> None:
    assert all(schedule["timezone"] for schedule in DEPLOYMENTS[name].get("schedules", []))
