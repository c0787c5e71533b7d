"""What tests set up on a real server."""

from __future__ import annotations

from uuid import uuid4

from flows.deployments.declared import Declared
from flows.deployments.lines import Line

NAME = "captains-test"


def states(lines: list[Line]) -> dict[str, str]:
    return {line.name: line.state for line in lines}


def declared(slots: int, name: str) -> Declared:
    return Declared.model_validate(
        {"pools": {}, "limits": {name: {"slots": slots}}, "endpoints": {"slots": 8}}
    )


def a_limit() -> str:
    """One that nobody else uses."""
    return f"{NAME}-{uuid4().hex}"
