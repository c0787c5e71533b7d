"""The bus's page holds what the bus does: every route, status, message, code, limit and metric."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from spectator import BusSettings, SqliteEventStore, create_app
from spectator.messages import CloseCode, Mode
from spectator.metrics import Metrics
from spectator.store import AppendStatus
from tests.docs.pages import named, rows, section, text_of

BUS = "docs/bus.md"
METRICS = {
    sample
    for family in Metrics().registry.collect()
    for sample in [family.name + ("_total" if family.type == "counter" else "")]
}


def _routes(found: list[BaseRoute]) -> Iterator[str]:
    for route in found:
        if isinstance(route, Route | WebSocketRoute | Mount):
            path = re.sub(r":\w+}", "}", route.path)
            methods = getattr(route, "methods", None) or {"WS"}
            yield from (f"{method} {path}" for method in methods - {"HEAD"})


def _all_routes() -> list[str]:
    store = SqliteEventStore()
    try:
        return sorted(_routes(create_app(store, publish_token="t").routes))
    finally:
        store.close()


ROUTES = [route for route in _all_routes() if not route.endswith("/static")]


def _told_routes() -> set[str]:
    """A cell that names a method once speaks of all its addresses."""
    told = set()
    for line in section(BUS, "Routes").splitlines():
        method = ""
        for name in re.findall(r"`([^`]+)`", line.split("|")[1]) if line.startswith("| `") else []:
            method, _, path = name.rpartition(" ") if " " in name else (method, "", name)
            told.add(f"{method} {path.partition('?')[0]}")
    return told


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_has_a_row(route: str) -> None:
    assert route in _told_routes()


def test_no_row_is_about_a_route_that_is_not_there() -> None:
    assert _told_routes() - {" /static"} == set(ROUTES)


@pytest.mark.parametrize("status", AppendStatus)
def test_a_status_has_a_row(status: AppendStatus) -> None:
    assert status.value in rows(section(BUS, "Publishing"))


@pytest.mark.parametrize("code", CloseCode)
def test_a_close_code_has_a_row(code: CloseCode) -> None:
    assert f"| {code.value} |" in section(BUS, "Watching")


@pytest.mark.parametrize("mode", Mode)
def test_a_way_to_begin_is_told(mode: Mode) -> None:
    assert mode.value in named(section(BUS, "Watching"))


@pytest.mark.parametrize("limit", fields(BusSettings), ids=lambda limit: limit.name)
def test_a_limit_has_a_row_with_its_value(limit: Any) -> None:
    default = limit.default
    shown = ", ".join(sorted(default)) if isinstance(default, frozenset) else default
    assert f"| {shown or 'none'} |" in rows(section(BUS, "Limits"))[limit.name]


def test_the_metrics_are_those_in_the_table() -> None:
    assert rows(section(BUS, "Metrics")).keys() == METRICS


def test_operations_points_to_the_page() -> None:
    assert "[bus.md](bus.md)" in text_of("docs/operations.md")
