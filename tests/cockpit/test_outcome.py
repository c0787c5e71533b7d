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


STARTED = """
import { readFileSync } from "node:fs";
import { outcome } from "./cockpit/start/list.js";
console.log(outcome(JSON.parse(readFileSync(0, "utf8"))));
"""


@pytest.mark.parametrize(
    ("begun", "told"), [(True, "Its record is sealed."), (False, "It was not begun.")]
)
def test_only_a_cancelled_match_that_had_begun_has_a_record(begun: bool, told: str) -> None:
    start = {"state": "cancelled", "reason": None, "result": None, "begun": begun}
    assert in_node(STARTED, json.dumps(start)).strip() == told


LEFT = """
import { readFileSync } from "node:fs";
import { ballsLeft } from "./cockpit/words.js";
const [balls, legal] = JSON.parse(readFileSync(0, "utf8"));
console.log(ballsLeft({ this_over: balls.map((ball) => ({ ball })), legal_balls: legal }));
"""


@pytest.mark.parametrize(
    ("balls", "legal", "left"),
    [
        (["3.1", "3.1", "3.2", "3.3", "3.4"], 18 + 4, 2),  # wd W 4 4 1
        (["0.1", "0.2"], 1, 5),  # a dot and a no-ball
        ([], 0, 6),
        (["4.1", "4.2", "4.3", "4.4", "4.5", "4.6"], 30, 0),
    ],
)
def test_an_over_has_as_many_blanks_as_legal_balls_left(
    balls: list[str], legal: int, left: int
) -> None:
    assert int(in_node(LEFT, json.dumps([balls, legal]))) == left
