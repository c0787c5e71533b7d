"""What the entries of the shipped packs are worth: `python -m engine.packs.odds` writes the table.

The win probability is the shipped model's, of the side that bats, for average sides at a neutral
venue. It is kept beside the packs and not in them: the model may learn, the packs may not change.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from engine.cricket.formats import Format, format_named
from engine.cricket.setup import MatchSetup
from engine.cricket.state import Squads
from engine.models import Models
from engine.packs import BUILT_IN, Entry, load_pack
from engine.squads.average import average_squad

FILE: Final = "win_probability.json"
_SQUADS: Final = Squads(home=average_squad(name="Home"), away=average_squad(name="Away"))
_DECIMALS: Final = 3


def win_probability(entry: Entry, fmt: Format, models: Models) -> float | None:
    """Of the side that bats where play begins; None before a toss."""
    if entry.state is None:
        return None
    start = entry.state.start(fmt, _SQUADS)
    value = models.value_for(MatchSetup(format=fmt, squads=_SQUADS, start=start))
    return None if value is None else value.of(start.innings)


def solved(models: Models) -> dict[str, dict[str, float]]:
    """The win probability of every entry that ships, by pack and entry."""
    found: dict[str, dict[str, float]] = {}
    for name in BUILT_IN:
        pack = load_pack(name)
        fmt = pack.format or format_named("T20")
        known = {entry.name: win_probability(entry, fmt, models) for entry in pack.entries}
        found[name] = {entry: round(p, _DECIMALS) for entry, p in known.items() if p is not None}
    return found


@cache
def shipped_odds() -> dict[str, dict[str, float]]:
    """The table that ships, by pack and entry."""
    text = resources.files("engine.packs").joinpath(FILE).read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return {pack: dict(entries) for pack, entries in content["packs"].items()}


def main() -> None:
    models = Models.shipped()
    content = {"coefficients": models.ball.digest, "packs": solved(models)}
    path = Path(__file__).parent / FILE
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
