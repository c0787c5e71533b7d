"""What came of a ball, told to a captain who is asked."""

from __future__ import annotations

import json

import pytest

from tests.cockpit.node import in_node

SCRIPT = """
import { readFileSync } from "node:fs";
import { cameOf } from "./cockpit/play/outcome.js";
console.log(cameOf(JSON.parse(readFileSync(0, "utf8"))));
"""


@pytest.mark.parametrize(
    ("outcome", "runs", "told"),
    [
        ("0", 0, "no run"),
        ("1", 1, "1 run"),
        ("wd1", 1, "wide, 1 run in all"),
        ("nb1+6", 7, "no-ball, 7 runs in all"),
        ("lb2", 2, "leg byes, 2 runs in all"),
    ],
)
def test_extras_are_called_what_they_are(outcome: str, runs: int, told: str) -> None:
    ball = {"outcome": outcome, "runs": runs, "wicket": None}
    assert in_node(SCRIPT, json.dumps(ball)).strip() == told
