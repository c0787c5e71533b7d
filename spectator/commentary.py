"""One plain line for a delivery, from templates, the same for the same event.

The templates are data (`cockpit/commentary.json`), so that the page says the same words; which one
is taken depends on the event's number alone. `cockpit/commentary.js` mirrors this file, and a test
compares.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final

from engine.events import Delivery, DeliveryEvent
from spectator.balls import NOT_OUT, extras_of

TEMPLATES: Final = Path(__file__).parent / "cockpit" / "commentary.json"
STEP: Final = 7  # prime to the numbers of templates, so that neighbours take different ones


def commentary_line(event: DeliveryEvent) -> str:
    """What a commentator would say: `Khan to Rao: driven through the covers, FOUR.`"""
    data = event.data
    choices = _templates()[_sort(data)]
    words = choices[event.seq * STEP % len(choices)]
    said = words.format_map(_words(data))
    return f"{data.bowler} to {data.striker}: {said}{_chase(data)}"


@cache
def _templates() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = json.loads(TEMPLATES.read_text(encoding="utf-8"))
    return loaded


def _sort(data: Delivery) -> str:
    """Which list of templates the ball belongs to."""
    if data.wicket is not None:
        if data.wicket.kind in NOT_OUT:
            return "retired"
        return data.wicket.kind if data.wicket.kind in _templates() else "wicket"
    extras = extras_of(data.outcome)
    for name in ("wd", "nb", "pen", "b", "lb"):
        if name in extras:
            return name
    if data.boundary and data.bat in (4, 6):
        return "four" if data.bat == 4 else "six"
    return {0: "dot", 1: "one", 2: "two"}.get(data.bat, "runs")


def _words(data: Delivery) -> dict[str, str]:
    fielded = data.variation if data.variation != "stock" else data.length
    return {
        "striker": data.striker,
        "bowler": data.bowler,
        "out": data.wicket.player_out if data.wicket else "",
        "kind": data.wicket.kind if data.wicket else "",
        "shot": data.shot.replace("_", " "),
        "length": data.length,
        "line": data.line.replace("_", " "),
        "ball": fielded.replace("_", " "),
        "bat": str(data.bat),
        "runs": str(data.bat + data.extras),
        "score": f"{data.score.runs} for {data.score.wickets}",
    }


def _chase(data: Delivery) -> str:
    """What is left to do, when it has become little."""
    if data.needed is None or data.needed > 12:
        return ""
    if data.needed == 0:
        return " That wins it."
    return f" {data.needed} needed."
