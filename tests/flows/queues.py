"""What waits for a worker on the tests' Prefect server."""

from __future__ import annotations

from typing import Any, Final

import httpx

from flows.server import Server
from spectator.sending import tls_for
from tests.flows.support import DEADLINE_S

_WAITING: Final = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}


def clear_queues(server: Server) -> None:
    """Delete what earlier tests left for a worker: a run whose time has come since (a schedule of
    the night, say), or a smoke run for a captain whom a test brought; and the automations that
    order such runs. Else the next worker takes the featured channel with them.
    """
    with httpx.Client(
        base_url=server.api_url, trust_env=False, timeout=DEADLINE_S, verify=tls_for(server.api_url)
    ) as http:
        _delete(http, "automations", {})
        _delete(http, "flow_runs", _WAITING)


def _delete(http: httpx.Client, what: str, which: dict[str, Any]) -> None:
    for found in http.post(f"/{what}/filter", json=which).raise_for_status().json():
        http.delete(f"/{what}/{found['id']}")
