"""What a person is told who plays: where his questions are, and the token that opens them.

It goes to the terminal alone: the token is in no log, event, record or artifact.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.captains import check_name
from flows.cli.buses import needed_bus
from flows.cli.terminal import Exit, answer_json, note, say
from flows.people import player_token_of, player_url
from flows.play import BusAddress


def show_token(captain: str, bus_url: str | None, runs: Path, *, as_json: bool) -> int:
    """`captains token`; raises `BadInput`, `BadPreset` or `BadBusAddress`."""
    name, bus = check_name(captain), needed_bus(bus_url, runs)
    token, url = player_token_of(bus, name), player_url(bus, name)
    if as_json:
        answer_json({"captain": name, "token": token, "url": url})
    else:
        say(token)
        note(f"page: {url}")
    return Exit.DONE


def tell_people(names: Iterable[str], bus: BusAddress | None) -> None:
    """Each of them his page, which whoever has it can answer on."""
    if bus is None:
        return
    for name in names:
        note(f"{name} answers at {player_url(bus, name)}")
