"""People as captains: whether they can be asked, and where each of them finds his questions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from engine.captains import CaptainSpec
from engine.errors import BadPreset
from engine.variables import BUS_TOKEN, BUS_URL
from flows.play import BusAddress

HUMAN: Final = "human"
_NO_BUS: Final = (
    "kind human is asked through a spectator bus, and there is none; allowed: "
    f"--bus URL with {BUS_TOKEN} set, or {BUS_URL} and {BUS_TOKEN} set (docs/human-captains.md)"
)


def people(captains: Iterable[CaptainSpec]) -> list[str]:
    """The names of those that are people."""
    return [captain.name for captain in captains if captain.kind == HUMAN]


def check_can_be_asked(captains: Iterable[CaptainSpec], bus: BusAddress | None) -> None:
    """Raises `BadPreset` where somebody is a person and there is no bus."""
    for name in people(captains) if bus is None else ():
        raise BadPreset(name, _NO_BUS)


def player_token_of(bus: BusAddress, captain: str) -> str:
    from spectator import player_token

    return player_token(bus.token, captain)


def player_url(bus: BusAddress, captain: str) -> str:
    """His page. What follows the `#` is not sent to any server, so it is in nobody's log."""
    return f"{bus.url}/play/{quote(captain)}#token={player_token_of(bus, captain)}"
