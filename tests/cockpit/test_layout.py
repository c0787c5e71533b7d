"""Where a bracket's encounters are drawn: no two in one place, winners between their feeders."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cockpit.node import in_node
from tests.tournaments.seasons import cup, played

SCRIPT = """
import { laidOut } from "./cockpit/runs/layout.js";
let given = "";
for await (const chunk of process.stdin) given += chunk;
const { places, rows, columns } = laidOut(JSON.parse(given));
console.log(JSON.stringify({ places: Object.fromEntries(places), rows, columns }));
"""


def laid_out(form: str, captains: int) -> dict[str, Any]:
    stage = played(cup(form, captains, pairs=1)).stages[-1]
    told = [
        {
            "name": one.name,
            "round": one.round,
            "first_from": one.first_from,
            "second_from": one.second_from,
        }
        for one in stage.encounters
    ]
    found: dict[str, Any] = json.loads(in_node(SCRIPT, json.dumps(told)))
    return found


def test_a_final_stands_between_its_semi_finals() -> None:
    places = laid_out("{kind: knockout, third_place: true}", 4)["places"]
    assert places == {
        "Semi-final 1": {"row": 0, "column": 0},
        "Semi-final 2": {"row": 1, "column": 0},
        "Final": {"row": 0.5, "column": 1},
        "Third place": {"row": 2, "column": 1},
    }


def test_the_page_playoffs_lead_to_the_final_from_both_sides() -> None:
    places = laid_out("{kind: league_playoffs, best_of: 1}", 4)["places"]
    assert [places[name]["row"] for name in ("Qualifier 1", "Eliminator", "Qualifier 2")] == [
        *(0, 1, 1),
    ]
    assert places["Final"] == {"row": 0.5, "column": 2}


@pytest.mark.parametrize("captains", [2, 3, 5, 10, 13, 16, 33, 64])
def test_no_two_stand_in_one_place(captains: int) -> None:
    drawn = laid_out("{kind: knockout, best_of: 1}", captains)
    places = [(place["row"], place["column"]) for place in drawn["places"].values()]
    assert len(set(places)) == len(places) == captains - 1
    assert drawn["columns"] == (captains - 1).bit_length()


HEAD = """
import { pairsOf } from "./cockpit/runs/head.js";
import { openState } from "./cockpit/runs/fold.js";
const heardAt = "1970-01-01T00:00:00Z";
const after = (seconds, run) => openState({ heardAt, ...run }, 1_000 * seconds);
console.log(JSON.stringify({
  pairs: [
    pairsOf({ kind: "round_robin", pairs: 10, planned: [] }),
    pairsOf({ kind: "knockout", pairs: 3, planned: [3, 3] }),
    pairsOf({ kind: "groups", pairs: 10, planned: [10, 10, 3] }),
  ],
  states: [
    after(30, {}),
    after(90, {}),
    after(90, { progress: { open: 0 } }),
    after(30, { followed: true }),
  ],
}));
"""


def test_the_head_says_what_is_so_of_every_fixture_and_of_a_silent_run() -> None:
    told = json.loads(in_node(HEAD))
    assert told["pairs"] == [10, 0, 10]
    assert told["states"] == ["in play", "no news", "in play", "broken off"]
