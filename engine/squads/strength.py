"""How strong the shipped squads are: `python -m engine.squads.strength` writes the table.

The shipped model's chance to beat the average side of the same game in T20, at a neutral venue on
an average day, both sides captained as is usual: batting first, and chasing. Squads that are far
from average are beyond what the value's players' part was made for; docs/squads.md has a check by
play.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, NamedTuple

from engine.chance import BallModel, WinProbability
from engine.cricket.choices import Seat
from engine.cricket.formats import T20
from engine.cricket.laws import start_innings
from engine.cricket.players import Squad
from engine.cricket.setup import MatchSetup
from engine.cricket.state import Conditions, Squads
from engine.squads import BUILT_IN, load_squad
from engine.squads.average import average_squad

FILE: Final = "strength.json"
_DECIMALS: Final = 3


class Strength(NamedTuple):
    """Chances to beat the average side, 0…1."""

    first: float
    chasing: float

    @property
    def mean(self) -> float:
        return (self.first + self.chasing) / 2.0


def strength_of(squad: Squad, model: BallModel) -> Strength:
    squads = Squads(home=squad, away=average_squad(squad.game))
    setup = MatchSetup(format=T20, squads=squads, conditions=Conditions(game=squad.game))
    value = WinProbability.of_match(setup, model)
    first, second = (
        value.of(start_innings(number=1, batting=seat, format_=T20, target=None)) for seat in Seat
    )
    return Strength(first=first, chasing=1.0 - second)


def solved(model: BallModel) -> dict[str, Strength]:
    return {name: strength_of(load_squad(name), model) for name in BUILT_IN}


@cache
def shipped_strengths() -> dict[str, Strength]:
    """The table that ships, by the squad's name."""
    text = resources.files("engine.squads").joinpath(FILE).read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return {name: Strength(**figures) for name, figures in content["squads"].items()}


def main() -> None:
    model = BallModel.shipped()
    squads = {
        name: {"first": round(found.first, _DECIMALS), "chasing": round(found.chasing, _DECIMALS)}
        for name, found in solved(model).items()
    }
    content = {"coefficients": model.digest, "squads": squads}
    path = Path(__file__).parent / FILE
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
